import {
  calls,
  errors,
  exits,
  none,
  packets,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    dropped: {
      shows(run) {
        const refused = errors(run, 'ask', 'ECONNREFUSED')
        return firstOf({
          refused,
          failed: exits(run, 'ask', { not: 0 }),
          silence: none(run, refused),
        })
      },
      saw: {
        lost: (run) =>
          packets(run, { protocol: 'udp', arrived: false }),
        unreachable: (run) =>
          packets(run, { protocol: 'icmp' }),
        taken: (run) =>
          calls(run, {
            program: 'ask',
            deed: 'send',
            error: null,
            returned: true,
          }),
      },
    },
  },
})
