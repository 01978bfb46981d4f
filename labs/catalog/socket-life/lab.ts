import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '6a',
  programs: [
    {
      name: 'server',
      end: 'waits',
      from: 'tcp-client-sends',
    },
    {
      name: 'client',
      end: 'begins',
      from: 'tcp-client-sends',
    },
  ],
  // Both close at once; now one is first, now the other.
  varies: ['ends'],
})
