import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '18e',
  network: {
    hosts: [
      // Whom nobody answers gives up after 15 seconds.
      {
        name: 'a',
        sysctls: { 'net.ipv4.tcp_syn_retries': 3 },
      },
      { name: 'b' },
    ],
    wires: [
      {
        ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] },
        faults: [{ loss: 0.15, delay: 30 }],
      },
    ],
    seed: 4,
  },
  programs: [
    {
      name: 'watch',
      end: 'waits',
      host: 'b',
      from: 'compare-game',
    },
    { name: 'send', end: 'begins', host: 'a' },
  ],
  // What the wire takes depends on what is sent again.
  varies: [
    'output',
    'calls',
    'packets',
    'fates',
    'states',
    'ends',
  ],
})
