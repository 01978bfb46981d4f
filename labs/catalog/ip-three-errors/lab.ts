import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '2c',
  // One host with loopback alone: no road leads out of it.
  programs: [{ name: 'reach', end: 'begins' }],
})
