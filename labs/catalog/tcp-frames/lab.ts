import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '13e',
  programs: [
    { name: 'receive', end: 'waits' },
    { name: 'relay', end: 'waits' },
    { name: 'send', end: 'begins' },
  ],
  // One connection ends while another begins.
  varies: ['ends', 'states'],
})
