import { defineDeeds } from '../../../../checks/deeds.ts'

// It holds the first packet where the second was asked for.
export default defineDeeds({
  acts: [
    { when: 'before', faults: { wire: 0, from: 'b' } },
    {
      when: 'before',
      faults: { wire: 0, from: 'a', loss: 1, only: 'syn' },
    },
    {
      when: {
        program: 'client',
        state: 'SYN-SENT',
        atLeast: 400,
      },
      faults: { wire: 0, from: 'a' },
    },
  ],
})
