import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  marks: {
    field: 'payload',
    of: { protocol: 'udp', from: 'send' },
  },
})
