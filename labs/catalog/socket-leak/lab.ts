import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '6e',
  programs: [
    { name: 'open', end: 'begins', descriptors: 40 },
  ],
  // How many descriptors a runtime holds for itself
  // is not the same with every system.
  varies: ['output', 'calls'],
})
