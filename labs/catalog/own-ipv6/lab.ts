import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '2e',
  views: [{ view: 'ipv6', on: 'machine' }],
})
