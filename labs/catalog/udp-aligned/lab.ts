import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '8b',
  programs: [
    { name: 'receive', end: 'waits', from: 'udp-as-found' },
    { name: 'send', end: 'begins' },
  ],
})
