import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '12c',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
  // Both close at once; now one is first, now the other.
  varies: ['ends'],
})
