import { marks, without } from '../../checks/facts.ts'
import {
  defineChecks,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'

export default defineChecks({
  tasks: {
    'return-address': {
      by: 'marking',
      check(run) {
        const datagram = {
          protocol: 'udp',
          from: 'send',
          to: 'receive',
        } as const
        const marked = marks(
          run,
          'udp.sourcePort',
          datagram,
        )
        return judge(run, [
          need('marked', marked),
          unless(
            'destination',
            marks(run, 'udp.destinationPort', datagram),
          ),
          unless(
            'other',
            without(marked, marks(run, null, {})),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'marked' },
      wrong: {
        'destination-port': {
          verdict: 'no',
          says: 'destination',
        },
        length: { verdict: 'no', says: 'other' },
      },
    },
  },
})
