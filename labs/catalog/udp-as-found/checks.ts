import {
  after,
  calls,
  crossed,
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

/** 数据 in GBK. */
const TEXT = Uint8Array.of(0xca, 0xfd, 0xbe, 0xdd)

export default defineChecks({
  predictions: {
    sender: {
      shows: (run) =>
        firstOf({
          error: exits(run, 'send', { not: 0 }),
          quiet: exits(run, 'send', { code: 0 }),
          waits: rests(run),
        }),
      saw: {
        'exit-0': (run) => exits(run, 'send', { code: 0 }),
        received: (run) =>
          calls(run, {
            program: 'receive',
            deed: 'receive',
            returned: true,
          }),
        unreachable: (run) =>
          packets(run, { protocol: 'icmp' }),
        told: (run) =>
          prints(run, 'send', /unreachable|refused/i),
      },
    },
  },
  tasks: {
    meet: {
      check(run) {
        const arrived = crossed(run, {
          from: 'send',
          to: 'receive',
          carries: TEXT,
        })
        const printed = prints(run, 'receive', '数据')
        return judge(run, [
          need('arrived', arrived),
          need('printed', after(arrived, printed)),
          need('ended', exits(run, 'receive', { code: 0 })),
          unless(
            'printed-alone',
            without(arrived, printed),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'arrived' },
      wrong: {
        'both-changed': {
          verdict: 'not-yet',
          says: 'arrived',
        },
        'prints-alone': {
          verdict: 'no',
          says: 'printed-alone',
        },
      },
    },
  },
})
