import {
  calls,
  errors,
  exits,
  packets,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    second: {
      shows: (run) =>
        firstOf({
          arrives: times(
            2,
            calls(run, {
              program: 'receive',
              deed: 'receive',
              returned: true,
              error: null,
            }),
          ),
          unreachable: packets(run, { protocol: 'icmp' }),
          never: errors(run, 'send', 'EBADF'),
        }),
      saw: {
        one: (run) =>
          packets(run, { protocol: 'udp', from: 'send' }),
        two: (run) =>
          times(
            2,
            packets(run, { protocol: 'udp', from: 'send' }),
          ),
        'exit-1': (run) => exits(run, 'send', { code: 1 }),
      },
    },
  },
})
