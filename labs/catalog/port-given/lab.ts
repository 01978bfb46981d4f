import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '4g',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
})
