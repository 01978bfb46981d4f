import {
  after,
  calls,
  crossed,
  packets,
  prints,
  reversed,
  without,
} from '../../checks/facts.ts'
import {
  defineChecks,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'

const PORT = 12821

export default defineChecks({
  tasks: {
    echo: {
      check(run) {
        const { token } = run
        const backwards = reversed(token)
        const asked = crossed(run, {
          from: 'ask',
          to: 'echo',
          carries: token,
        })
        const answered = after(
          asked,
          crossed(run, {
            from: 'echo',
            to: 'ask',
            carries: backwards,
          }),
        )
        const printed = prints(run, 'ask', backwards)
        const sent = packets(run, {
          protocol: 'udp',
          from: 'echo',
          fromPort: PORT,
          carries: backwards,
        })
        return judge(run, [
          need('asked', asked, { port: PORT }),
          need('answered', answered),
          need('printed', after(answered, printed)),
          unless(
            'bound',
            calls(run, {
              program: 'ask',
              deed: 'bind',
              returned: true,
            }),
          ),
          unless('elsewhere', without(answered, sent)),
          unless(
            'printed-alone',
            without(answered, printed),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'answered' },
      wrong: {
        'fixed-port': { verdict: 'no', says: 'elsewhere' },
        'asker-bound': { verdict: 'no', says: 'bound' },
        'prints-alone': {
          verdict: 'no',
          says: 'printed-alone',
        },
        'not-reversed': {
          verdict: 'not-yet',
          says: 'answered',
        },
      },
    },
  },
})
