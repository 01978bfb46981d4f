import {
  calls,
  exits,
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
    numbers: {
      shows: (run) =>
        firstOf({
          missing: prints(
            run,
            'receive',
            /^Missing: \d.*/m,
          ),
          // Lesson 10 saw a tenth of a second, for one loss.
          longer: prints(
            run,
            'receive',
            /^Longest pause: (?!0\.[01])\d.*/m,
          ),
          same: exits(run, 'receive', { code: 0 }),
        }),
      saw: {
        lost: (run) =>
          packets(run, {
            protocol: 'tcp',
            arrived: false,
          }),
        again: (run) =>
          times(
            21,
            calls(run, { program: 'send', deed: 'send' }),
          ),
        back: (run) =>
          packets(run, {
            fromAddress: '10.0.0.2',
            flags: ['ACK'],
          }),
      },
    },
  },
})
