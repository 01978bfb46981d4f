import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '12a',
  programs: [
    {
      name: 'server',
      end: 'waits',
      from: 'tcp-client-sends',
    },
    { name: 'client', end: 'begins' },
  ],
})
