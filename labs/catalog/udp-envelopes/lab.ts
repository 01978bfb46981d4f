import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '1a',
  network: {
    hosts: [{ name: 'a' }, { name: 'b' }],
    wires: [
      { ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] } },
    ],
  },
  programs: [
    { name: 'receive', end: 'waits', host: 'b' },
    { name: 'send', end: 'begins', host: 'a' },
  ],
})
