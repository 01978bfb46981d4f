import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '12c',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
})
