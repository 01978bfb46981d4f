import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '12e',
  programs: [
    {
      name: 'server',
      end: 'waits',
      from: 'tcp-client-sends',
    },
    {
      name: 'client',
      end: 'begins',
      from: 'tcp-server-sends',
    },
  ],
})
