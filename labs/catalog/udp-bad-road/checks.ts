import {
  both,
  exits,
  packets,
  prints,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    sender: {
      shows: (run) =>
        firstOf({
          error: exits(run, 'send', { not: 0 }),
          fewer: prints(
            run,
            'send',
            /^Handed (?!20 )\d+ datagrams.*/m,
          ),
          all: both(
            prints(run, 'send', /^Handed 20 datagrams.*/m),
            exits(run, 'send', { code: 0 }),
          ),
        }),
      saw: {
        missing: (run) =>
          prints(run, 'receive', /^Missing: \d.*/m),
        twice: (run) =>
          prints(run, 'receive', /^Twice: \d.*/m),
        back: (run) =>
          packets(run, { fromAddress: '10.0.0.2' }),
      },
    },
  },
})
