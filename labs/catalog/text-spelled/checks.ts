import type { RunEvidence } from '../../checks/evidence.ts'
import {
  both,
  type Facts,
  packets,
  prints,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

/** Lines in which `send` shows a character in UTF-8, by how many bytes it has there. */
function inUtf8(run: RunEvidence, bytes: number): Facts {
  const more = ` [0-9a-f]{2}`.repeat(bytes)
  return prints(run, 'send', new RegExp(`utf-8:${more}$`))
}

export default defineChecks({
  predictions: {
    lengths: {
      shows: (run) =>
        firstOf({
          'three-three-four': both(
            times(2, inUtf8(run, 3)),
            inUtf8(run, 4),
          ),
          'two-one-four': both(
            both(inUtf8(run, 2), inUtf8(run, 1)),
            inUtf8(run, 4),
          ),
          'one-one-one': times(3, inUtf8(run, 1)),
          'two-two-two': times(3, inUtf8(run, 2)),
        }),
      saw: {
        same: (run) =>
          times(2, prints(run, 'receive', 'ca fd')),
        'length-2': (run) =>
          prints(run, 'send', 'length 2'),
        one: (run) =>
          packets(run, {
            protocol: 'udp',
            carries: Uint8Array.of(0xf0, 0x9f, 0x98, 0x80),
          }),
      },
    },
  },
})
