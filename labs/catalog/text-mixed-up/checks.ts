import type { RunEvidence } from '../../checks/evidence.ts'
import {
  type Facts,
  none,
  packets,
  prints,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

/** Lines in which `receive` prints the reason of an error in place of a text. */
function failures(run: RunEvidence): Facts {
  return prints(
    run,
    'receive',
    /^ +(gbk|utf-8): .*(byte|sequence|data)/,
  )
}

export default defineChecks({
  predictions: {
    errors: {
      shows: (run) =>
        firstOf({
          twice: times(2, failures(run)),
          once: failures(run),
          never: none(run, failures(run)),
        }),
      saw: {
        nonsense: (run) => prints(run, 'receive', '鏁版嵁'),
        replaced: (run) => prints(run, 'receive', '\ufffd'),
        unchanged: (run) =>
          packets(run, {
            protocol: 'udp',
            carries: '数据',
          }),
      },
    },
  },
})
