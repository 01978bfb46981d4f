import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  acts: [
    {
      when: {
        program: 'server',
        state: 'SYN-RECEIVED',
        atLeast: 400,
      },
      faults: { wire: 0, from: 'b' },
    },
  ],
})
