import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '13b',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
  // Over a hundred packets: their headers are enough.
  frames: { bytes: 80 },
  // How many pieces, and of which sizes, is chance: that is what it is about.
  varies: ['output', 'calls'],
})
