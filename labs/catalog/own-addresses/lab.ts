import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '2a',
  views: [{ view: 'addresses', on: 'machine' }],
})
