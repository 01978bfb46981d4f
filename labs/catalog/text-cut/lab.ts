import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '7d',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
  // One connection ends while the next one begins.
  varies: ['ends', 'states'],
})
