import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  marks: {
    field: 'udp.destinationPort',
    of: { protocol: 'udp', from: 'send' },
  },
})
