import {
  calls,
  packets,
  prints,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    received: {
      shows: (run) =>
        firstOf({
          once: prints(
            run,
            'server',
            /^Received 11 bytes: onetwothree$/,
          ),
          three: prints(
            run,
            'server',
            /^Received 3 bytes: two$/,
          ),
          other: prints(run, 'server', /^Received [1-9]/),
        }),
      saw: {
        'three-sends': (run) =>
          times(
            3,
            calls(run, {
              program: 'client',
              deed: 'send',
              returned: true,
            }),
          ),
        'one-packet': (run) =>
          packets(run, {
            from: 'client',
            carries: 'onetwothree',
          }),
        lost: (run) => packets(run, { flags: ['RST'] }),
      },
    },
  },
})
