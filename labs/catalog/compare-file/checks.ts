import type { RunEvidence } from '../../checks/evidence.ts'
import {
  counted,
  exits,
  type Facts,
  packets,
  prints,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

const FILE = 1_000_000
const NOTHING: Facts = { found: [], unseen: null }

export default defineChecks({
  predictions: {
    file: {
      shows(run) {
        const came = size(run, 'UDP')
        const seen = prints(run, 'receive', /^UDP: \d+ .*/m)
        return firstOf({
          whole: came === FILE ? seen : NOTHING,
          little: came >= 0.9 * FILE ? seen : NOTHING,
          much: came < 0.9 * FILE ? seen : NOTHING,
        })
      },
      saw: {
        overflow: (run) =>
          packets(run, { protocol: 'udp', arrived: false }),
        told: (run) => exits(run, 'send', { not: 0 }),
        again: (run) => counted(run, 'a', 'TcpRetransSegs'),
      },
    },
  },
})

/** So many bytes came, as it was printed; else NaN. */
function size(run: RunEvidence, by: string): number {
  const pieces = run.outputs.get('receive')?.pieces ?? []
  const text = pieces.map((piece) => piece.text).join('')
  const line = new RegExp(`${by}: (\\d+) bytes`)
  return Number(line.exec(text)?.[1])
}
