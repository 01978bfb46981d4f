import type { RunEvidence } from '../../checks/evidence.ts'
import {
  after,
  calls,
  crossed,
  either,
  exits,
  type Facts,
  prints,
} from '../../checks/facts.ts'
import {
  defineChecks,
  judge,
  need,
} from '../../checks/judge.ts'

const RECEIVE = 'receive'

/** Two seconds in ns, less what clocks and terminals may be off. */
const TWO_SECONDS = 1.8e9

/** Those that came two seconds or more after the last of the others. */
function longAfter(those: Facts, these: Facts): Facts {
  const last = those.found.at(-1)
  const found = these.found.filter(
    ({ t }) =>
      last !== undefined && t - last.t >= TWO_SECONDS,
  )
  return { found, unseen: these.unseen ?? those.unseen }
}

/** Ends of `receive` that no signal brought about. */
function endsByItself(run: RunEvidence): Facts {
  return either(
    exits(run, RECEIVE, { code: 0 }),
    exits(run, RECEIVE, { code: 1 }),
  )
}

/** Whatever `receive` printed, piece by piece. */
function said(run: RunEvidence): Facts {
  return prints(run, RECEIVE, /\S.*$/)
}

export default defineChecks({
  tasks: {
    patience: {
      check(run) {
        const arrived = crossed(run, {
          from: 'send',
          to: RECEIVE,
          carries: run.token,
        })
        return judge(run, [
          need('arrived', arrived),
          need(
            'printed',
            after(arrived, prints(run, RECEIVE, run.token)),
          ),
          need(
            'waited',
            longAfter(arrived, endsByItself(run)),
          ),
          need('said', longAfter(arrived, said(run))),
          need(
            'ended',
            longAfter(
              arrived,
              exits(run, RECEIVE, { code: 0 }),
            ),
          ),
          need(
            'closed',
            longAfter(
              arrived,
              calls(run, {
                program: RECEIVE,
                deed: 'close',
                error: null,
                returned: true,
              }),
            ),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'waited' },
      wrong: {
        'too-short': {
          verdict: 'not-yet',
          says: 'arrived',
        },
        'ends-early': {
          verdict: 'not-yet',
          says: 'waited',
        },
        'no-word': { verdict: 'not-yet', says: 'ended' },
        'left-open': {
          verdict: 'not-yet',
          says: 'closed',
        },
      },
    },
  },
})
