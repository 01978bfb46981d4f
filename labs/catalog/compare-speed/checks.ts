import type { RunEvidence } from '../../checks/evidence.ts'
import {
  counted,
  exits,
  type Facts,
  prints,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

const NOTHING: Facts = { found: [], unseen: null }

/** Speeds are alike up to here: one and a quarter. */
const ALIKE = 1.25

export default defineChecks({
  predictions: {
    bulk: {
      shows(run) {
        const [udp, tcp] = [
          speed(run, 'UDP'),
          speed(run, 'TCP'),
        ]
        const seen = prints(run, 'receive', SPEED)
        return firstOf({
          udp: udp > ALIKE * tcp ? seen : NOTHING,
          tcp: tcp > ALIKE * udp ? seen : NOTHING,
          same: Number.isNaN(udp + tcp) ? NOTHING : seen,
        })
      },
      saw: {
        thrown: (run) =>
          counted(run, 'here', 'UdpRcvbufErrors'),
        told: (run) => exits(run, 'send', { not: 0 }),
        lacks: (run) => prints(run, 'receive', LACKS),
      },
    },
  },
})

const LACKS = /^TCP: (?!12\.0 ).* came, at \d+ MB\/s/m
const SPEED = /^(?:UDP|TCP): .* came, at \d+ MB\/s/m

/** In MB/s, as it was measured; NaN while it is not. */
function speed(run: RunEvidence, by: string): number {
  const pieces = run.outputs.get('receive')?.pieces ?? []
  const text = pieces.map((piece) => piece.text).join('')
  const line = new RegExp(`${by}: .* came, at (\\d+) MB/s`)
  return Number(line.exec(text)?.[1])
}
