import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  marks: {
    field: 'udp.length',
    of: { protocol: 'udp', from: 'send' },
  },
})
