import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '6b',
  programs: [
    { name: 'receive', end: 'waits', from: 'udp-as-found' },
    { name: 'send', end: 'begins', from: 'udp-aligned' },
  ],
})
