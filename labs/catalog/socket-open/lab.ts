import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '6c',
  programs: [
    { name: 'receive', end: 'waits', from: 'udp-as-found' },
    { name: 'send', end: 'begins' },
  ],
})
