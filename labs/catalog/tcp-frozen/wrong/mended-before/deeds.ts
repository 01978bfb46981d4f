import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  acts: [
    { when: 'before', faults: { wire: 0, from: 'b' } },
  ],
})
