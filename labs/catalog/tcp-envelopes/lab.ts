import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '1b',
  network: {
    hosts: [{ name: 'a' }, { name: 'b' }],
    wires: [
      { ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] } },
    ],
  },
  programs: [
    { name: 'server', end: 'waits', host: 'b' },
    { name: 'client', end: 'begins', host: 'a' },
  ],
  // Both close at once; now one is first, now the other.
  // Where a wire is slow for once, TCP sends again.
  varies: ['ends', 'fates'],
})
