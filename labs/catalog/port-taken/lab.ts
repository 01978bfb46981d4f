import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '4a',
  programs: [
    { name: 'holder', end: 'waits' },
    { name: 'others', end: 'begins' },
  ],
})
