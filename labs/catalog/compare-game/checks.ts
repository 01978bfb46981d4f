import type { RunEvidence } from '../../checks/evidence.ts'
import {
  exits,
  type Facts,
  packets,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'
import { messagesOf } from '../../checks/messages.ts'

const COUNT = 40
const NOTHING: Facts = { found: [], unseen: null }

/** So old, in ms, a message is late: three times the way. */
const LATE = 100

export default defineChecks({
  predictions: {
    late: {
      shows(run) {
        const ended = exits(run, 'watch')
        const { udp, tcp } = told(run)
        const isEqual = udp.came === COUNT && tcp.late === 0
        const isLate = tcp.came === COUNT && tcp.late > 0
        return firstOf({
          same:
            isEqual && tcp.came === COUNT ? ended : NOTHING,
          late: isLate ? ended : NOTHING,
          lacks: tcp.came < COUNT ? ended : NOTHING,
        })
      },
      saw: {
        lost: (run) =>
          packets(run, { protocol: 'udp', arrived: false }),
        again: (run) => sentAgain(run, 'tcp'),
        'udp-again': (run) => sentAgain(run, 'udp'),
      },
    },
  },
})

function told({ story }: RunEvidence) {
  const way = { from: 'play', to: 'watch' }
  const messages = messagesOf(story, way)
  const count = (by: 'udp' | 'tcp') => {
    const came = messages.flatMap((one) =>
      one.by === by && one.came !== null
        ? [(one.came - one.sent) / 1e6]
        : [],
    )
    const late = came.filter((age) => age > LATE)
    return { came: came.length, late: late.length }
  }
  return { udp: count('udp'), tcp: count('tcp') }
}

/** Packets that brought again what was sent before. */
function sentAgain(
  { story }: RunEvidence,
  by: 'udp' | 'tcp',
): Facts {
  const found = story.packets.flatMap((packet) => {
    const { decoded, remarks, number, t } = packet
    if (decoded[by] === null) return []
    if (!remarks.includes('retransmission')) return []
    const step = story.steps.find(
      (one) =>
        one.kind === 'packet' && one.packet === number,
    )
    return [{ t, step: step?.at ?? 0 }]
  })
  return { found, unseen: null }
}
