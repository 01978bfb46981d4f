import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '7b',
  programs: [
    { name: 'receive', end: 'waits' },
    { name: 'send', end: 'begins' },
  ],
})
