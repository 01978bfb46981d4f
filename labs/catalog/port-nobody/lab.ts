import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '4e',
  programs: [
    { name: 'holder', end: 'waits', from: 'port-taken' },
    { name: 'knock', end: 'begins' },
  ],
})
