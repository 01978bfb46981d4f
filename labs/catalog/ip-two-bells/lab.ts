import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '2f',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'prober', end: 'begins' },
  ],
})
