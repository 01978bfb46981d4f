import { defineDeeds } from '../../checks/deeds.ts'

// The reader types what server says into client.
export default defineDeeds({
  acts: [
    {
      asked: { program: 'client', prints: /Which port\?/ },
      reads: { program: 'server', like: /port (\d+)/ },
    },
  ],
})
