import type { RunEvidence } from '../../checks/evidence.ts'
import {
  type Facts,
  faultsSet,
  prints,
} from '../../checks/facts.ts'
import {
  type Claim,
  defineChecks,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'
import {
  agesOf,
  type Message,
  medianOf,
  messagesOf,
} from '../../checks/messages.ts'
import { changesOf, wiresOf } from '../../checks/wires.ts'

const COUNT = 40

/** A piece of speech that is older, in ms, is not heard. */
const LATEST = 100

/** What lies longer in the kernel, in ms, waits there. */
const WAITS = 40

/** So many pieces of 40 make speech that is understood. */
const ENOUGH = 28

const EXPECTED =
  /expect:\s+(\d+) missing, median age (\d+) ms/
const PRINTED =
  /^(?:UDP|TCP): (\d+) of 40 came\.[\s|o_]+Age: median (\d+) ms.*/m

export default defineChecks({
  tasks: {
    voice: {
      check(run) {
        const { came } = measured(run)
        const young = came.filter(
          ({ sent, came }) =>
            Number(came) - sent < LATEST * 1e6,
        )
        const heard = young.length >= ENOUGH
        const waited = came.filter(
          ({ arrived, came }) =>
            Number(came) - Number(arrived) > WAITS * 1e6,
        )
        const stood = waited.some(({ by }) => by === 'tcp')
        return judge(run, [
          need('heard', heard ? factsOf(young) : NOTHING, {
            enough: ENOUGH,
            latest: LATEST,
          }),
          ...figures(run),
          unless(
            'waited',
            stood ? factsOf(waited) : NOTHING,
            { waited: waited.length },
          ),
          unless(
            'invented',
            isTrue(run)
              ? NOTHING
              : prints(run, 'watch', PRINTED),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'missing' },
      wrong: {
        'voice-by-tcp': { verdict: 'no', says: 'waited' },
        'voice-guessed': {
          verdict: 'not-yet',
          says: 'missing',
        },
        'voice-invented': {
          verdict: 'no',
          says: 'invented',
        },
      },
    },
    chat: {
      check(run) {
        const { messages, came } = measured(run)
        const lost = messages.length - came.length
        const isAll = came.length === COUNT
        return judge(run, [
          need('all', isAll ? factsOf(came) : NOTHING),
          ...figures(run),
          unless(
            'lost',
            lost > 0 ? factsOf(messages) : NOTHING,
            { lost },
          ),
        ])
      },
      shipped: { verdict: 'no', says: 'lost' },
      wrong: {
        'chat-by-udp': { verdict: 'no', says: 'lost' },
        'chat-guessed': {
          verdict: 'not-yet',
          says: 'median',
        },
      },
    },
  },
})

const NOTHING: Facts = { found: [], unseen: null }

/** What crossed, by the packets and the programs' calls. */
function measured({ story }: RunEvidence) {
  const messages = messagesOf(story, {
    from: 'send',
    to: 'watch',
  })
  const came = messages.filter(({ came }) => came !== null)
  const median = medianOf(agesOf(messages))
  return { messages, came, median }
}

/** Both figures, as they were expected and as they were. */
function figures(run: RunEvidence): Claim[] {
  const { messages, median } = measured(run)
  const expected = numbersIn(run, 'send', EXPECTED)
  const missing = COUNT - agesOf(messages).length
  const printed = prints(run, 'watch', PRINTED)
  const when = (is: boolean) => (is ? printed : NOTHING)
  return [
    need('road', when(isRoad(run))),
    need('measured', when(isTrue(run))),
    need('missing', when(isNear(expected[0], missing))),
    need('median', when(isNear(expected[1], median))),
  ]
}

/** Whether the wire does what the lab says of it. */
function isRoad(run: RunEvidence): boolean {
  const { wires } = wiresOf(run.lab)
  const isSame = run.story.wires.wires.every(
    (wire, index) => {
      const declared = wires[index]
      return (
        declared && changesOf(declared, wire).length === 0
      )
    },
  )
  return isSame && faultsSet(run).found.length === 0
}

/** Whether what was printed is what the calls received. */
function isTrue(run: RunEvidence): boolean {
  const { messages, median } = measured(run)
  const [came, age] = numbersIn(run, 'watch', PRINTED)
  const off = Math.abs(Number(age) - Number(median))
  return (
    came === agesOf(messages).length &&
    off < 20 + Number(median) / 4
  )
}

/** At most twice and at least half as much; of 0, 0. */
function isNear(
  expected: number | undefined,
  measured: number | null,
): boolean {
  if (expected === undefined || measured === null)
    return false
  return (
    expected <= 2 * measured && measured <= 2 * expected
  )
}

function numbersIn(
  run: RunEvidence,
  program: string,
  pattern: RegExp,
): number[] {
  const pieces = run.outputs.get(program)?.pieces ?? []
  const text = pieces.map((piece) => piece.text).join('')
  return (pattern.exec(text) ?? []).slice(1).map(Number)
}

function factsOf(messages: readonly Message[]): Facts {
  const found = messages.map(({ sent, came, step }) => ({
    t: came ?? sent,
    step,
  }))
  return { found, unseen: null }
}
