import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '8e',
  programs: [
    { name: 'echo', end: 'waits' },
    { name: 'ask', end: 'begins' },
  ],
})
