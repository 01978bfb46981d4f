import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  marks: {
    field: 'ethernet.destination',
    of: { protocol: 'udp', from: 'send' },
  },
})
