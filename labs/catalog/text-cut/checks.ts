import type { RunEvidence } from '../../checks/evidence.ts'
import { type Facts, prints } from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

/** What the server made of the first piece in GBK, alone and in the stream. */
function ofFirst(
  run: RunEvidence,
  alone: string,
  stream: string,
): Facts {
  return prints(
    run,
    'server',
    new RegExp(
      `gbk: ca fd be\\n  alone: ${alone}\\n  stream: ${stream}$`,
    ),
  )
}

export default defineChecks({
  predictions: {
    piece: {
      shows: (run) =>
        firstOf({
          both: ofFirst(run, '数', '数'),
          stream: ofFirst(run, '.*', '数'),
          neither: ofFirst(run, '.*', '.*'),
        }),
      saw: {
        rest: (run) =>
          prints(
            run,
            'server',
            /gbk: dd\n {2}alone: .*\n {2}stream: 据$/,
          ),
        six: (run) => prints(run, 'server', /alone: 6$/),
        smile: (run) => prints(run, 'server', '😀'),
      },
    },
  },
})
