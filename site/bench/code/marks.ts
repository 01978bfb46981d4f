/** What stands beside the lines of a program at a moment. Pure. */
import type { Act, Call, Story } from '../../../labs/checks/story.ts'
import type { Edited, Instrument } from '../../../labs/events.ts'
import type { Language } from '../../../labs/lab.ts'
import { callName } from '../story/call-sentence.ts'
import { type Words, word } from '../words.ts'

/** What a line gave when it last ran. */
export interface Ran {
  /** The step to go to. */
  readonly step: number
  readonly text: string
  readonly failed: boolean
  /** It happens after the moment: it is told without colour. */
  readonly later: boolean
  /** How often it has made this call by then: a line may make others as well. */
  readonly times: number
}

export interface LineMarks {
  readonly waits: string | null
  readonly ran: Ran | null
  /** Events for which the line has armed a handler, as they are written in Node: `'data'`. */
  readonly armed: readonly string[]
}

/** The marks of one program. */
export interface CodeMarks {
  /** In which language it runs or ran; null when it has not run. */
  readonly language: Language | null
  /** Which text it is a run of; null: the course's. */
  readonly edited: Edited | null
  /** By the number of the line, from 1. */
  readonly lines: ReadonlyMap<number, LineMarks>
  /** It waits, and no line does: Node's event loop waits for it. */
  readonly loop: boolean
}

/** The marks of a program at the step `at`, and of what comes after it. */
export function marksOf(story: Story, at: number, program: string, words: Words): CodeMarks {
  const doing = story.doingAt(at, program)
  const act = actAt(story, at, program)
  const lines = new Map<number, LineMarks>()
  const mark = (line: number, change: Partial<LineMarks>) =>
    lines.set(line, { waits: null, ran: null, armed: [], ...lines.get(line), ...change })

  const now = story.linesAt(at, program)
  const last = at < story.steps.length ? story.linesAt(story.steps.length, program) : []
  const later = last.filter(
    ({ line, call }) => story.calls[call]?.run === act?.run && !now.some((one) => one.line === line),
  )
  const times = timesOf(story, act)
  for (const [marks, isLater] of [
    [now, false],
    [later, true],
  ] as const) {
    for (const { line, step, call } of marks) {
      const made = story.calls[call]
      if (made === undefined) continue
      const pending = story.steps[step - 1]?.kind === 'waits'
      const text = pending ? '…' : outcome(made, words)
      const failed = !pending && made.error !== null
      mark(line, { ran: { step, text, failed, later: isLater, times: times(made, failed) } })
    }
  }
  for (const { line, event } of doing.armed) {
    mark(line, { armed: [...(lines.get(line)?.armed ?? []), quoted(event)] })
  }
  if (doing.state === 'waits' && doing.line !== null) {
    const call = doing.call === null ? undefined : story.calls[doing.call]
    mark(doing.line, { waits: call ? waiting(call, words) : word(words, { key: 'code.waits' }) })
  }
  const held = doing.state === 'held' ? story.steps[(doing.held ?? 0) - 1] : undefined
  if (held?.kind === 'holds' && held.line !== null) {
    mark(held.line, { waits: word(words, { key: 'code.held', values: { call: callName(held) } }) })
  }
  const loop = doing.state === 'waits' && doing.line === null && doing.armed.length > 0
  return { language: act?.language ?? null, edited: act?.edited ?? null, lines, loop }
}

/** How many things of an instrument's are missing in a run. */
export function missingOf({ steps }: Story, instrument: Instrument): number {
  return steps.reduce((sum, step) => sum + (step.kind === 'gap' && step.what === instrument ? step.count : 0), 0)
}

/** What a call gave, in a word or two. */
export function outcome(call: Call, words: Words): string {
  const { error, bytes, deed, accepted, peer, value, socket } = call
  if (error !== null) return error
  if (deed === 'receive' && bytes === 0 && call.range !== null) return word(words, { key: 'code.end' })
  if (bytes !== null) return word(words, { key: bytes === 1 ? 'code.byte' : 'code.bytes', values: { count: bytes } })
  switch (deed) {
    case 'accept': {
      const remote = accepted?.remote ?? peer
      return remote ? word(words, { key: 'code.port', values: { port: remote.port } }) : (value ?? call.name)
    }
    case 'bind':
      return socket?.local ? word(words, { key: 'code.port', values: { port: socket.local.port } }) : did('bound')
    case 'socket':
      return socket?.descriptor == null ? did('socket') : `fd ${socket.descriptor}`
    case 'listen':
      return did('listening')
    case 'connect':
      return did('connected')
    case 'close':
      return did('closed')
    case 'option':
      return did('set')
    default:
      return call.event ? call.name : (value ?? did('done'))
  }

  function did(what: string): string {
    return word(words, { key: `code.${what}` })
  }
}

/** How often a line had made a call when it made this one; where this one failed, how often it had failed. */
function timesOf({ calls }: Story, act: Act | undefined): (call: Call, failed: boolean) => number {
  const made = new Map<string, Call[]>()
  const keyOf = ({ line, name }: Call) => `${line} ${name}`
  for (const call of calls) {
    if (call.run !== act?.run || call.line === null) continue
    const all = made.get(keyOf(call))
    if (all) all.push(call)
    else made.set(keyOf(call), [call])
  }
  return (call, failed) =>
    made.get(keyOf(call))?.filter(({ began, error }) => began <= call.began && (!failed || error !== null)).length ?? 1
}

/** The run of a program that is going on at a step, or was the last to; the first one where none had begun. */
function actAt({ acts, steps }: Story, at: number, program: string): Act | undefined {
  const t = steps[at - 1]?.t ?? 0
  const own = acts.filter((act) => act.program === program)
  return own.findLast(({ started }) => started <= t) ?? own[0]
}

/** For what a line waits: a call of its own, or an event that the runtime will tell. */
function waiting(call: Call, words: Words): string {
  const { event, name } = call
  return event
    ? word(words, { key: 'code.waits-for', values: { event: quoted(name) } })
    : word(words, { key: 'code.waits-in', values: { call: `${name}()` } })
}

function quoted(event: string): string {
  return /^'.*'$/.test(event) ? event : `'${event}'`
}
