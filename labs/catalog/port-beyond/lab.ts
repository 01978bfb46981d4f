import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '4f',
  programs: [{ name: 'beyond', end: 'begins' }],
})
