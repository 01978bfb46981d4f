import type { RunEvidence } from '../../checks/evidence.ts'
import {
  after,
  packets,
  prints,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    first: {
      shows(run) {
        const six = calls(run, '::1', 12836)
        const four = calls(run, '127.0.0.1', 12836)
        return firstOf({
          // The one after the other, whichever was first.
          six: after(six, four),
          four,
          'six-alone': six,
        })
      },
      saw: {
        'refused-six': (run) =>
          packets(run, {
            fromAddress: '::1',
            flags: ['RST', 'ACK'],
          }),
        reached: (run) =>
          prints(run, 'client', 'reached 127.0.0.1'),
        'refused-four': (run) =>
          packets(run, {
            fromAddress: '127.0.0.1',
            flags: ['RST', 'ACK'],
          }),
      },
    },
  },
})

/** The client's kernel asks for a connection there. */
function calls(
  run: RunEvidence,
  toAddress: string,
  toPort: number,
) {
  return packets(run, {
    toAddress,
    toPort,
    flags: ['SYN'],
    without: ['ACK'],
  })
}
