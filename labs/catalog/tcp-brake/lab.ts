import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '13d',
  network: {
    hosts: [
      // Small buffers: what they take can be counted by hand.
      {
        name: 'here',
        sysctls: {
          'net.ipv4.tcp_rmem': '4096 16384 16384',
          'net.ipv4.tcp_wmem': '4096 16384 16384',
        },
      },
    ],
  },
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
  frames: { bytes: 80 },
  // How much a kernel takes before it says stop.
  varies: ['output', 'calls'],
})
