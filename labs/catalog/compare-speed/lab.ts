import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '18b',
  programs: [
    { name: 'receive', end: 'waits' },
    { name: 'send', end: 'begins' },
  ],
  // Whoever looks at each packet measures the looking.
  // Questions of all three kinds; then it is alike.
  frames: { bytes: 80, first: 150 },
  calls: { first: 12 },
  // How fast a machine is, and what it loses, is chance.
  varies: ['output', 'calls', 'packets', 'states', 'ends'],
})
