/** Who waits at a moment while others act, in sentences. Pure. */
import type { Step, Story } from '../../../labs/checks/story.ts'
import { callName } from './call-sentence.ts'
import type { Cast } from './cast.ts'
import type { Clause, Who } from './sentence.ts'

/** A program that does nothing until something happens to it. */
interface Waiting {
  readonly program: string
  readonly how: 'call' | 'event' | 'loop' | 'held'
  /** The call or the event; empty for a loop. */
  readonly call: string
}

/** The sentence for one program that waits. */
const ALONE = { call: 'packet.waits', event: 'packet.awaits', loop: 'packet.loops', held: 'packet.held' } as const

/** Which of these programs wait at a step, in this order: one, two, or so many. */
export function waitingClauses(story: Story, at: number, programs: readonly string[]): Clause[] {
  const waiting = programs.flatMap((program) => waitingAt(story, at, program))
  const [one, other] = waiting
  if (one === undefined) return []
  if (other === undefined) {
    const who: Who = { program: one.program, host: null, part: 'program' }
    return [{ key: ALONE[one.how], values: { who, call: one.call } }]
  }
  if (waiting.length > 2) {
    return [{ key: 'packet.many-wait', values: { what: { count: waiting.length, of: 'programs' } } }]
  }
  const name = ({ program }: Waiting): Who => ({ program, host: null, part: 'name' })
  const where = ({ how, call }: Waiting): Clause => ({ key: `waits.${how}`, values: { call } })
  const values = { one: name(one), where: where(one), other: name(other), there: where(other) }
  return [{ key: 'packet.both-wait', values }]
}

/** Which programs wait while another acts, or the reader does. */
export function meanwhileClauses(story: Story, { at, program }: Step, cast: Cast): Clause[] {
  const others = cast.programs.map(({ name }) => name).filter((name) => name !== program)
  return waitingClauses(story, at, others)
}

function waitingAt(story: Story, at: number, program: string): Waiting[] {
  const { state, call, held } = story.doingAt(at, program)
  if (state === 'held') {
    const step = held === undefined ? undefined : story.steps[held - 1]
    return step?.kind === 'holds' ? [{ program, how: 'held', call: callName(step) }] : []
  }
  if (state !== 'waits') return []
  const waited = call === null ? undefined : story.calls[call]
  // Python that sleeps in no call of a socket sleeps for reasons of its own.
  if (waited === undefined) return runsLoop(story, program) ? [{ program, how: 'loop', call: '' }] : []
  return [{ program, how: waited.event ? 'event' : 'call', call: callName(waited) }]
}

/** Whether a program's latest run has an event loop. */
function runsLoop({ acts }: Story, program: string): boolean {
  return acts.findLast((act) => act.program === program)?.language === 'ts'
}
