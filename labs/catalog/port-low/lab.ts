import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '4b',
  programs: [{ name: 'server', end: 'waits' }],
})
