import {
  after,
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
    hears: {
      shows(run) {
        const connects = calls(run, {
          program: 'ask',
          deed: 'connect',
        })
        const refused = errors(run, 'ask', 'ECONNREFUSED')
        const late = after(connects, refused)
        return firstOf({
          // Some came before the socket was connected.
          both: {
            ...refused,
            found:
              late.found.length < refused.found.length
                ? refused.found
                : [],
          },
          connected: late,
          neither: none(run, refused),
        })
      },
      saw: {
        unreachable: (run) =>
          packets(run, { protocol: 'icmp' }),
        'first-send': (run) => {
          const sends = calls(run, {
            program: 'ask',
            deed: 'send',
          })
          const [first] = after(
            calls(run, { program: 'ask', deed: 'connect' }),
            sends,
          ).found
          const refused = calls(run, {
            program: 'ask',
            deed: 'send',
            error: 'ECONNREFUSED',
          })
          return {
            ...refused,
            found: refused.found.filter(
              ({ step }) => step === first?.step,
            ),
          }
        },
        'exit-1': (run) => exits(run, 'ask', { code: 1 }),
      },
    },
  },
})
