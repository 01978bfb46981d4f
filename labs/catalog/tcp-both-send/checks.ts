import {
  both,
  calls,
  either,
  exits,
  packets,
  rests,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    ends: {
      shows: (run) =>
        firstOf({
          error: either(
            exits(run, 'server', { not: 0 }),
            exits(run, 'client', { not: 0 }),
          ),
          quiet: both(
            exits(run, 'server', { code: 0 }),
            exits(run, 'client', { code: 0 }),
          ),
          waits: rests(run),
        }),
      saw: {
        'both-sent': (run) =>
          both(
            calls(run, { program: 'server', deed: 'send' }),
            calls(run, { program: 'client', deed: 'send' }),
          ),
        read: (run) =>
          either(
            calls(run, {
              program: 'server',
              deed: 'receive',
            }),
            calls(run, {
              program: 'client',
              deed: 'receive',
            }),
          ),
        reset: (run) => packets(run, { flags: ['RST'] }),
      },
    },
  },
})
