import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  marks: {
    field: 'udp.sourcePort',
    of: { protocol: 'udp', from: 'send' },
  },
})
