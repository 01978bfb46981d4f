import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '12b',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
})
