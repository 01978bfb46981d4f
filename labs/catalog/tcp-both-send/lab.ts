import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '12d',
  programs: [
    {
      name: 'server',
      end: 'waits',
      from: 'tcp-server-sends',
    },
    {
      name: 'client',
      end: 'begins',
      from: 'tcp-client-sends',
    },
  ],
  // Bytes that nobody read become a reset, now and then.
  varies: ['ends'],
})
