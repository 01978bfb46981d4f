/** The rows of the wire panel: what of a story is told, in which order, and what is told together. Pure. */
import type { Packet, Step, Story } from '../../../labs/checks/story.ts'
import { isSame } from '../story/endpoints.ts'
import { type Proof, proofsOf } from './proofs.ts'
import { type Run, runsIn } from './runs.ts'

/** What a reader wants to see. */
export interface Choice {
  /** Only this conversation; null: all of the lab's. */
  readonly conversation: number | null
  /** Whether what belongs to no program of the lab is shown too. */
  readonly background: boolean
  /** The keys of runs whose steps are shown one by one. */
  readonly unfolded: ReadonlySet<string>
}

export const EVERYTHING: Choice = { conversation: null, background: false, unfolded: new Set() }

interface AnyRow {
  /** The first and the last step it tells. */
  readonly from: number
  readonly at: number
  /** When the first of them happened, and when the last. */
  readonly t: number
  readonly until: number
  /** How long nothing happened after it, in ns, where that is long; else null. */
  readonly pause: number | null
}

export interface StepRow extends AnyRow {
  readonly kind: 'step'
  readonly step: Step
  readonly packet: Packet | null
  /** What this step proves to have crossed, where no packets are seen. */
  readonly proof: Proof | null
}

/** A run of steps; the steps themselves follow it when it is `open`. */
export interface RunRow extends AnyRow {
  readonly kind: 'run'
  readonly run: Run
  readonly open: boolean
}

export type Row = StepRow | RunRow

/** Whether a row tells of the wire itself, in words that stand over all lanes. */
export function isOverAll(row: Row): boolean {
  return row.kind === 'step' && (row.step.kind === 'gap' || row.step.kind === 'faults' || row.step.kind === 'seed')
}

export interface Rows {
  readonly rows: readonly Row[]
  /** The steps that belong to no program of the lab, shown or not. */
  readonly background: readonly number[]
}

/** From here on a pause is told, in ns. */
const LONG = 100e6

export function rowsOf(story: Story, choice: Choice = EVERYTHING): Rows {
  const background: number[] = []
  const isOther = choice.conversation === null ? () => false : othersThan(choice.conversation, story)
  const shown = story.steps.filter((step) => {
    if (isBackground(step, story)) {
      background.push(step.at)
      return choice.background
    }
    return !isOther(step)
  })
  const proofs = new Map(proofsOf(story).map((proof) => [proof.to, proof]))
  const runs = runsIn(shown, story)
  const rows: Row[] = []
  let next = 0
  for (let i = 0; i < shown.length; i += 1) {
    const run = runs[next]
    if (run && run.from === i) {
      const row = rowOfRun(run, shown, choice)
      rows.push(row)
      next += 1
      if (!row.open) {
        i = run.to
        continue
      }
    }
    const step = shown[i] as Step
    rows.push({
      kind: 'step',
      from: step.at,
      at: step.at,
      t: step.t,
      until: step.t,
      pause: pauseBefore(shown[i + 1], step.t),
      step,
      packet: step.kind === 'packet' ? (story.packets[step.packet - 1] ?? null) : null,
      proof: proofs.get(step.at) ?? null,
    })
  }
  return { rows, background }
}

function rowOfRun(run: Run, shown: readonly Step[], { unfolded }: Choice): RunRow {
  const [first, last] = [shown[run.from] as Step, shown[run.to] as Step]
  const open = unfolded.has(run.key)
  const until = open ? first.t : last.t
  return {
    kind: 'run',
    from: first.at,
    // An open run is a heading: its steps tell themselves.
    at: open ? first.at - 1 : last.at,
    t: first.t,
    until,
    pause: open ? null : pauseBefore(shown[run.to + 1], until),
    run,
    open,
  }
}

function pauseBefore(next: Step | undefined, t: number): number | null {
  const pause = next === undefined ? 0 : next.t - t
  return pause >= LONG ? pause : null
}

function isBackground(step: Step, { packets, conversations }: Story): boolean {
  const packet = step.kind === 'packet' ? packets[step.packet - 1] : undefined
  return packet?.conversation != null && conversations[packet.conversation]?.background === true
}

/** Whether a step belongs to another conversation than this one. What belongs to none is everybody's. */
function othersThan(conversation: number, { packets, calls, conversations }: Story): (step: Step) => boolean {
  const conversationOf = (step: Step): number | null => {
    if (step.kind === 'packet') return packets[step.packet - 1]?.conversation ?? null
    const call = 'call' in step ? calls[step.call] : undefined
    if (!call) return null
    const [first] = call.packets
    const byPacket = first === undefined ? null : (packets[first - 1]?.conversation ?? null)
    if (byPacket !== null) return byPacket
    const { local = null, remote = null } = call.accepted ?? call.socket ?? {}
    if (local === null || remote === null) return null
    const found = conversations.findIndex(
      ({ ends: [a, b] }) => (isSame(a, local) && isSame(b, remote)) || (isSame(b, local) && isSame(a, remote)),
    )
    return found === -1 ? null : found
  }
  return (step) => {
    const its = conversationOf(step)
    return its !== null && its !== conversation
  }
}

/** What a row goes by; it stays the same while the story grows. A step's place does not: others may still come before. */
export function keyOf(row: Row): string {
  if (row.kind === 'run') return row.run.key
  const { step } = row
  if (step.kind === 'packet') return `packet ${step.packet}`
  if ('call' in step) return `${step.kind} ${step.call}`
  return 'act' in step ? `${step.kind} ${step.act}` : `${step.kind} ${step.t}`
}

/** The place of the row that tells a step, or of the last before it where none does; -1 before the first. */
export function rowAt(rows: readonly Row[], at: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle] as Row).from <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}
