import type { RunEvidence } from '../../checks/evidence.ts'
import {
  both,
  none,
  packets,
  prints,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

const OTHER = '127.0.0.77'

export default defineChecks({
  predictions: {
    other: {
      shows: (run) => {
        const loopback = answered(run, 12831, '127.0.0.1')
        const four = answered(run, 12832, '0.0.0.0')
        const all = answered(run, 12834, '::')
        const wildcards = both(four, all)
        return firstOf({
          three: both(loopback, wildcards),
          wildcards,
          four,
          none: none(run, all),
        })
      },
      saw: {
        reset: (run) =>
          packets(run, {
            fromAddress: OTHER,
            flags: ['RST', 'ACK'],
          }),
        mapped: (run) =>
          prints(run, 'server', '::ffff:127.0.0.1'),
        told: (run) => prints(run, 'server', /refused|77/i),
      },
    },
  },
})

/** What answered at the other address; where packets are not seen, by the prober's row for this bind. */
function answered(
  run: RunEvidence,
  port: number,
  bound: string,
) {
  const seen = packets(run, {
    fromAddress: OTHER,
    fromPort: port,
    flags: ['SYN', 'ACK'],
  })
  if (seen.unseen !== 'blind-packets') return seen
  const row = `^${bound} +\\w+ +reached`
  return prints(run, 'prober', new RegExp(row))
}
