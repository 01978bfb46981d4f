import type { RunEvidence } from '../../checks/evidence.ts'
import { packets, prints } from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

const NOTHING = { found: [], unseen: null } as const

export default defineChecks({
  predictions: {
    hundred: {
      shows(run) {
        const ratio = price(run, 'TCP') / price(run, 'UDP')
        const seen = prints(
          run,
          'ask',
          /^TCP, 100 asked: \d+ packets.*/,
        )
        return firstOf({
          fewer: ratio < 0.95 ? seen : NOTHING,
          nearly: ratio < 1.5 ? seen : NOTHING,
          five: ratio >= 1.5 ? seen : NOTHING,
        })
      },
      saw: {
        syn: (run) => packets(run, { flags: ['SYN'] }),
        fin: (run) => packets(run, { flags: ['FIN'] }),
        'no-answer': (run) =>
          prints(run, 'ask', 'No answer'),
      },
    },
  },
})

/** What a hundred questions took, in packets; NaN while that is not printed. */
function price(run: RunEvidence, by: string): number {
  const pieces = run.outputs.get('ask')?.pieces ?? []
  const text = pieces.map((piece) => piece.text).join('')
  const line = new RegExp(`${by}, 100 asked: (\\d+)`)
  return Number(line.exec(text)?.[1])
}
