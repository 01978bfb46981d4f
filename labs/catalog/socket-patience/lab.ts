import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '6f',
  programs: [
    { name: 'receive', end: 'waits' },
    { name: 'send', end: 'begins' },
  ],
})
