import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '4c',
  programs: [
    {
      name: 'server',
      end: 'waits',
      from: 'port-low',
      // The right to bind ports below 1024.
      capability: 'net_bind_service',
    },
    { name: 'client', end: 'begins' },
  ],
})
