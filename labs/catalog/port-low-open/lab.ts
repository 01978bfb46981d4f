import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '4d',
  network: {
    hosts: [
      {
        name: 'here',
        // From this port on, any program may bind.
        sysctls: {
          'net.ipv4.ip_unprivileged_port_start': 80,
        },
      },
    ],
  },
  programs: [
    { name: 'server', end: 'waits', from: 'port-low' },
    {
      name: 'client',
      end: 'begins',
      from: 'port-low-right',
    },
  ],
})
