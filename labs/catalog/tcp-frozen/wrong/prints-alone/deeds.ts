import { defineDeeds } from '../../../../checks/deeds.ts'

export default defineDeeds({
  acts: [
    {
      when: 'before',
      faults: {
        wire: 0,
        from: 'b',
        loss: 1,
        only: 'synack',
      },
    },
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
