import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '18a',
  network: {
    hosts: [{ name: 'a' }, { name: 'b' }],
    wires: [
      {
        ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] },
      },
    ],
  },
  programs: [
    { name: 'answer', end: 'waits', host: 'b' },
    { name: 'ask', end: 'begins', host: 'a' },
  ],
  // The first questions are seen whole; then it is alike.
  frames: { first: 24 },
  calls: { first: 24 },
  // Whether an ACK travels alone is a matter of moments.
  varies: ['output', 'calls', 'packets', 'states', 'ends'],
})
