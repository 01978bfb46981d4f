import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  marks: {
    field: 'udp',
    of: { protocol: 'udp', from: 'send' },
  },
})
