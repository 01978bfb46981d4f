import type { RunEvidence } from '../../checks/evidence.ts'
import {
  calls,
  type Facts,
  packets,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

/** The packets before the first that carries bytes of a program; nothing while there is none that does. */
function beforeBytes(
  run: RunEvidence,
  count: (packets: number) => boolean,
): Facts {
  const first = run.story.packets.find(
    ({ decoded }) =>
      decoded.tcp !== null && decoded.payload.length > 0,
  )
  const all = packets(run, { protocol: 'tcp' })
  const found = all.found.filter(
    ({ t }) => first !== undefined && t < first.t,
  )
  return {
    ...all,
    found:
      first !== undefined && count(found.length)
        ? found
        : [],
  }
}

export default defineChecks({
  predictions: {
    'before-bytes': {
      shows: (run) =>
        firstOf({
          one: beforeBytes(run, (count) => count === 1),
          three: beforeBytes(run, (count) => count === 3),
          more: beforeBytes(
            run,
            (count) => count > 3 || count === 2,
          ),
        }),
      saw: {
        'syn-first': (run) =>
          packets(run, {
            flags: ['SYN'],
            without: ['ACK'],
            from: 'client',
          }),
        'syn-back': (run) =>
          packets(run, {
            flags: ['SYN'],
            without: ['ACK'],
            from: 'server',
          }),
        accepted: (run) =>
          calls(run, {
            program: 'server',
            deed: 'accept',
            error: null,
            returned: true,
          }),
      },
    },
  },
})
