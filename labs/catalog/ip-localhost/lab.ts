import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '2d',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
})
