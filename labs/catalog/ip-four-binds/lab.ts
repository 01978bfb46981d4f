import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '2b',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'prober', end: 'begins' },
  ],
})
