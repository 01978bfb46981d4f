import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '10a',
  network: {
    hosts: [{ name: 'a' }, { name: 'b' }],
    wires: [
      {
        ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] },
        faults: [
          { loss: 0.15, duplicate: 0.1, reorder: 0.15 },
        ],
      },
    ],
    // The first run loses the 5th and the 11th frame of a.
    seed: 332565,
  },
  programs: [
    { name: 'receive', end: 'waits', host: 'b' },
    { name: 'send', end: 'begins', host: 'a' },
  ],
})
