import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '8d',
  network: {
    hosts: [{ name: 'a' }, { name: 'b' }],
    wires: [
      {
        ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] },
        faults: [{ from: 'a', loss: 1, only: 'udp' }],
      },
    ],
  },
  programs: [
    {
      name: 'ask',
      end: 'begins',
      from: 'udp-refused',
      host: 'a',
    },
  ],
})
