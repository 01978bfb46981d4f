import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '18d',
  network: {
    hosts: [{ name: 'a' }, { name: 'b' }],
    wires: [
      {
        ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] },
        // 50 frames wait for it; what comes on top is gone.
        faults: [{ from: 'a', rate: 10e6, queue: 50 }],
      },
    ],
  },
  programs: [
    { name: 'receive', end: 'waits', host: 'b' },
    { name: 'send', end: 'begins', host: 'a' },
  ],
  // The first datagrams are seen; then it is alike.
  frames: { bytes: 80, first: 120 },
  calls: { first: 12 },
  // How much comes depends on how fast the program sends.
  varies: ['output', 'calls', 'packets', 'states', 'ends'],
})
