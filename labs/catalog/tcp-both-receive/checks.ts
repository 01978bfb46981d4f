import {
  after,
  crossed,
  either,
  exits,
  packets,
  prints,
  rests,
  without,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
  judge,
  need,
  unless,
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
          waits: rests(run),
          quiet: exits(run, 'client', { code: 0 }),
        }),
      saw: {
        'three-packets': (run) =>
          packets(run, { protocol: 'tcp', flags: ['SYN'] }),
        error: (run) =>
          prints(run, 'client', /error|refused/i),
        reset: (run) => packets(run, { flags: ['RST'] }),
      },
    },
  },
  tasks: {
    agree: {
      check(run) {
        const arrived = crossed(run, {
          from: 'client',
          to: 'server',
          carries: run.token,
        })
        const printed = prints(run, 'server', run.token)
        return judge(run, [
          need('arrived', arrived),
          need('printed', after(arrived, printed)),
          need(
            'server-ends',
            exits(run, 'server', { code: 0 }),
          ),
          need(
            'client-ends',
            exits(run, 'client', { code: 0 }),
          ),
          unless(
            'printed-alone',
            without(arrived, printed),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'arrived' },
      wrong: {
        'prints-alone': {
          verdict: 'no',
          says: 'printed-alone',
        },
        'still-waits': {
          verdict: 'not-yet',
          says: 'arrived',
        },
      },
    },
  },
})
