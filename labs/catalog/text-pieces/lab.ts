import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '7e',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
})
