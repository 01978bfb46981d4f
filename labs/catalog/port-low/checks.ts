import {
  errors,
  exits,
  packets,
  states,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    bind: {
      shows: (run) =>
        firstOf({
          waits: states(run, {
            program: 'server',
            state: 'LISTEN',
          }),
          taken: errors(run, 'server', 'EADDRINUSE'),
          denied: errors(run, 'server', 'EACCES'),
        }),
      saw: {
        'exit-1': (run) =>
          exits(run, 'server', { code: 1 }),
        listen: (run) =>
          states(run, {
            program: 'server',
            state: 'LISTEN',
          }),
        packet: (run) => packets(run, {}),
      },
    },
  },
})
