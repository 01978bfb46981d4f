import {
  both,
  exits,
  packets,
  prints,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

const OWN = /My own port is \d+\.\s+Port \d+: /

export default defineChecks({
  predictions: {
    own: {
      shows(run) {
        const ended = exits(run, 'knock')
        const refused = prints(
          run,
          'knock',
          /^Port \d+: ECONNREFUSED/,
        )
        const own = prints(
          run,
          'knock',
          new RegExp(`${OWN.source}connected`),
        )
        return firstOf({
          own: both(ended, own),
          refused: both(ended, times(2, refused)),
          other: ended,
        })
      },
      saw: {
        resets: (run) =>
          times(2, packets(run, { flags: ['RST'] })),
        'holder-told': (run) =>
          times(2, prints(run, 'holder', 'Connected from')),
        established: (run) =>
          packets(run, {
            from: 'holder',
            flags: ['SYN', 'ACK'],
          }),
      },
    },
  },
})
