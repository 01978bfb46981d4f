import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '12f',
  network: {
    hosts: [
      // SYN after 0, 1, 3 and 7 seconds; at 15 both give up.
      {
        name: 'a',
        sysctls: {
          'net.ipv4.tcp_syn_retries': 3,
          'net.ipv4.tcp_syn_linear_timeouts': 0,
        },
      },
      {
        name: 'b',
        sysctls: { 'net.ipv4.tcp_synack_retries': 3 },
      },
    ],
    wires: [
      {
        ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] },
        faults: [{ from: 'b', loss: 1, only: 'synack' }],
      },
    ],
  },
  programs: [
    { name: 'server', end: 'waits', host: 'b' },
    { name: 'client', end: 'begins', host: 'a' },
  ],
  // A repeated SYN and a clock both make b answer again.
  varies: ['fates'],
})
