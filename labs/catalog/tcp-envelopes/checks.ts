import type { RunEvidence } from '../../checks/evidence.ts'
import {
  decided,
  type Facts,
  packets,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

/** 数据 in GBK. */
const TEXT = Uint8Array.of(0xca, 0xfd, 0xbe, 0xdd)

/** All packets of the run, where there are so many; counted when no more can come. */
function allOf(
  run: RunEvidence,
  least: number,
  most = Number.POSITIVE_INFINITY,
): Facts {
  const all = packets(run, { protocol: 'tcp' })
  const count = all.found.length
  const isIt = decided(run) && count >= least
  return {
    ...all,
    found: isIt && count <= most ? all.found : [],
  }
}

export default defineChecks({
  predictions: {
    frames: {
      shows: (run) =>
        firstOf({
          one: allOf(run, 1, 1),
          few: allOf(run, 2, 3),
          some: allOf(run, 4, 7),
          many: allOf(run, 8),
        }),
      saw: {
        carried: (run) => packets(run, { carries: TEXT }),
        first: (run) => {
          const [first] = run.story.packets
          const all = packets(run, { carries: TEXT })
          return {
            ...all,
            found: all.found.filter(
              ({ t }) => t === first?.t,
            ),
          }
        },
        back: (run) =>
          packets(run, { protocol: 'tcp', from: 'server' }),
      },
    },
  },
})
