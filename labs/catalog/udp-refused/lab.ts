import { defineLab } from '../../lab.ts'

export default defineLab({
  number: '8c',
  network: {
    hosts: [
      { name: 'a' },
      // However often it is run, every answer is sent.
      {
        name: 'b',
        sysctls: { 'net.ipv4.icmp_ratelimit': 0 },
      },
    ],
    wires: [
      { ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] } },
    ],
  },
  programs: [{ name: 'ask', end: 'begins', host: 'a' }],
})
