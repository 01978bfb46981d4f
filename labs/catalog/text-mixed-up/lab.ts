import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '7c',
  programs: [
    { name: 'receive', end: 'waits' },
    { name: 'send', end: 'begins' },
  ],
})
