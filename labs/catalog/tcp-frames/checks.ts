import type { RunEvidence } from '../../checks/evidence.ts'
import {
  crossed,
  type Facts,
  prints,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'
import { placeOfStep } from '../../checks/story.ts'

/** So often the relay passes the stream on, each time in other pieces. */
const TURNS = 3

/** 数 stands in the stream from byte 4 to byte 7, so it is in two pieces where one of them ends here. */
const INSIDE = [5, 6]

export default defineChecks({
  tasks: {
    frames: {
      check(run) {
        const { token } = run
        const cut = piecesOf(run, ({ to }) =>
          INSIDE.includes(to),
        )
        const whole = piecesOf(
          run,
          ({ from, to }) =>
            from === 0 && to === streamOf(token).length,
        )
        const arrived = crossed(run, {
          from: 'relay',
          to: 'receive',
          carries: token === null ? null : streamOf(token),
        })
        const printed = linesOf(run, `"数据" "" "${token}"`)
        return judge(run, [
          need('cut', cut),
          need('glued', whole),
          need('arrived', times(TURNS, arrived)),
          need('whole', times(TURNS, printed), {
            turns: TURNS,
          }),
          unless('early', early(arrived, printed)),
          unless(
            'decoded',
            prints(run, 'receive', '\ufffd'),
          ),
          unless(
            'empty-lost',
            linesOf(run, `"数据" "${token}"`),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'whole' },
      wrong: {
        'decodes-pieces': {
          verdict: 'no',
          says: 'decoded',
        },
        'one-a-piece': {
          verdict: 'not-yet',
          says: 'whole',
        },
        'drops-empty': {
          verdict: 'no',
          says: 'empty-lost',
        },
        'prints-alone': { verdict: 'no', says: 'early' },
      },
    },
  },
})

/** What the sender sends: each message with its length in front. */
function streamOf(token: string | null): Uint8Array {
  const messages = ['数据', '', token ?? '']
  return Uint8Array.from(
    messages.flatMap((message) => {
      const data = new TextEncoder().encode(message)
      return [0, 0, 0, data.length, ...data]
    }),
  )
}

interface Range {
  readonly from: number
  readonly to: number
}

/** What the relay sent with one call each, where it stands so in its stream to the receiver. */
function piecesOf(
  { story }: RunEvidence,
  isIt: (range: Range) => boolean,
): Facts {
  const found = story.calls.flatMap((call, place) => {
    if (call.program !== 'relay' || call.deed !== 'send')
      return []
    if (call.range === null || !isIt(call.range)) return []
    const step = placeOfStep(story, place)
    return [{ t: call.began, step }]
  })
  const isBlind = story.blind.some(
    ({ instrument }) => instrument === 'calls',
  )
  return { found, unseen: isBlind ? 'blind-calls' : null }
}

/** The lines of the receiver that are this and nothing else. */
function linesOf(run: RunEvidence, line: string): Facts {
  return prints(run, 'receive', new RegExp(`^${line}$`))
}

/** What was printed before it had come even once. */
function early(arrived: Facts, printed: Facts): Facts {
  const first = arrived.found[0]?.t ?? Infinity
  const found = printed.found.filter(({ t }) => t < first)
  return { found, unseen: arrived.unseen }
}
