import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '13a',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
})
