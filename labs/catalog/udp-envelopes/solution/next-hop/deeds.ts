import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  marks: {
    field: 'ipv4.destination',
    of: { protocol: 'udp', from: 'send' },
  },
})
