import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '8a',
  programs: [
    { name: 'receive', end: 'waits' },
    { name: 'send', end: 'begins' },
  ],
})
