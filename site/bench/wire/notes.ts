/** What hangs on a program's lane: the call it makes, what that gave, its start and its end. Pure. */
import type { Call, Story } from '../../../labs/checks/story.ts'
import { callName } from '../story/call-sentence.ts'
import type { Station } from '../story/stations.ts'
import { grouped, say, type Voice } from '../story/wording.ts'
import type { Measure } from './lines.ts'
import type { Row } from './rows.ts'

export interface Note {
  readonly program: string
  /** What stands before it where there is room: `waits for `. */
  readonly lead: string
  /** What is left where there is little room: `accept()`. */
  readonly name: string
  /** What follows it: ` waits`, ` → 4`. */
  readonly rest: string
  readonly failed: boolean
  /** It is too long for one line: what follows the name stands below it. */
  readonly two: boolean
  /** Whether its station has other programs, so that it must say whose it is. */
  readonly named: boolean
  /** What stands in place of `lead` where there is little room, and it must not be missed. */
  readonly sign?: string
}

export function noteOf(row: Row, { programs }: Station, story: Story, voice: Voice): Note | null {
  const named = programs.length > 1
  const two = false
  const isHere = (program: string | null) => programs.some(({ name }) => name === program)
  if (row.kind === 'run') {
    const call = row.run.calls.find(({ program }) => isHere(program))
    if (!call) return null
    const rest = ` ${say(voice, 'wire.times', { n: call.times })}`
    return { program: call.program, lead: '', name: call.name, rest, failed: false, two, named }
  }
  const { step } = row
  if (step.program === null || !isHere(step.program)) return null
  const note = { program: step.program, lead: '', rest: '', failed: false, two, named }
  switch (step.kind) {
    case 'starts':
      return { ...note, name: say(voice, 'wire.starts') }
    case 'ends': {
      const { code = null, signal = null } = story.acts[step.act]?.exit ?? {}
      const rest =
        signal !== null
          ? say(voice, 'wire.exit-signal', { signal })
          : code === null
            ? ''
            : say(voice, 'wire.exit-code', { code: String(code) })
      return { ...note, name: say(voice, 'wire.exits'), rest, failed: signal !== null || (code ?? 0) !== 0 }
    }
    case 'waits': {
      const call = story.calls[step.call]
      if (!call) return null
      if (call.event) return { ...note, lead: `${say(voice, 'wire.waits-for')} `, name: call.name }
      return { ...note, name: callName(call), rest: ` ${say(voice, 'wire.waits')}` }
    }
    case 'holds':
      return { ...note, lead: `${say(voice, 'wire.held')} `, name: callName(step), sign: '‖ ' }
    case 'calls':
    case 'returns': {
      const call = story.calls[step.call]
      if (!call) return null
      const result = resultOf(call, story, voice)
      const rest = result === '' ? '' : ` → ${result}`
      return { ...note, name: callName(call), rest, failed: call.error !== null }
    }
    default:
      return null
  }
}

/** The width that a call's lane and its frame take of a zone, in px, and that of a character of its name. */
const AROUND = 40
const CHARACTER = 6.4

/** Whether what a call gave has to stand below it: an error's name is long, and must not be cut. */
export function isLong({ failed, name, rest }: Note, zone: number, measure: Measure): boolean {
  return failed && name.length * CHARACTER + measure(rest) > zone - AROUND
}

/** What a call gave, as short as it can be said; empty where that is nothing. */
function resultOf(call: Call, story: Story, voice: Voice): string {
  const { error, accepted, bytes, deed, socket, event } = call
  if (error !== null) return error
  if (accepted?.remote) return `:${accepted.remote.port}`
  if (deed === 'receive' && bytes === 0 && socket?.protocol === 'tcp') return say(voice, 'wire.end')
  if (bytes !== null) return grouped(bytes)
  if (deed === 'socket' && socket?.descriptor != null) return `fd ${socket.descriptor}`
  const asks =
    deed === 'connect' && !event && story.acts.some(({ language, run }) => language === 'ts' && run === call.run)
  return deed === 'connect' && !asks ? say(voice, 'wire.ok') : ''
}
