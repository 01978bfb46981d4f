import {
  after,
  both,
  calls,
  crossed,
  exits,
  prints,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'

/** 18 bytes, three at a time. */
const PIECES = 6

export default defineChecks({
  tasks: {
    whole: {
      check(run) {
        const text = run.token && `你好😀${run.token}`
        const arrived = crossed(run, {
          from: 'client',
          to: 'server',
          carries: text,
        })
        return judge(run, [
          need(
            'cut',
            times(
              PIECES,
              calls(run, {
                program: 'client',
                bytes: 3,
                error: null,
              }),
            ),
            { count: PIECES },
          ),
          need('arrived', arrived),
          need(
            'printed',
            after(arrived, prints(run, 'server', text)),
          ),
          need(
            'ended',
            both(
              exits(run, 'server', { code: 0 }),
              exits(run, 'client', { code: 0 }),
            ),
          ),
          unless(
            'replaced',
            prints(run, 'server', '\ufffd'),
          ),
        ])
      },
      shipped: { verdict: 'no', says: 'replaced' },
      wrong: {
        'new-each-time': {
          verdict: 'no',
          says: 'replaced',
        },
        'sent-whole': { verdict: 'not-yet', says: 'cut' },
        'thrown-away': {
          verdict: 'not-yet',
          says: 'printed',
        },
      },
    },
  },
})
