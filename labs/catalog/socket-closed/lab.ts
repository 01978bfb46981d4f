import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '6d',
  programs: [
    { name: 'receive', end: 'waits', from: 'udp-as-found' },
    { name: 'late', end: 'begins' },
  ],
})
