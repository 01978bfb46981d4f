import {
  calls,
  errors,
  exits,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'

const OPEN = 'open'
const COUNT = 100

export default defineChecks({
  predictions: {
    refused: {
      shows: (run) =>
        firstOf({
          limit: errors(run, OPEN, 'EMFILE'),
          none: exits(run, OPEN, { code: 0 }),
        }),
      saw: {
        // Node tells of each bind twice, by the call and by its event; of each socket once.
        twenty: (run) =>
          times(
            21,
            calls(run, { deed: 'socket', error: null }),
          ),
        closed: (run) => calls(run, { deed: 'close' }),
        'exit-1': (run) => exits(run, OPEN, { code: 1 }),
      },
    },
  },
  tasks: {
    mend: {
      check: (run) =>
        judge(run, [
          need(
            'closed',
            times(
              COUNT,
              calls(run, {
                program: OPEN,
                deed: 'close',
                error: null,
                returned: true,
              }),
            ),
            { count: COUNT },
          ),
          need('ended', exits(run, OPEN, { code: 0 })),
          unless('emfile', errors(run, OPEN, 'EMFILE')),
        ]),
      shipped: { verdict: 'no', says: 'emfile' },
      wrong: {
        fewer: { verdict: 'not-yet', says: 'closed' },
        'looks-away': { verdict: 'no', says: 'emfile' },
      },
    },
  },
})
