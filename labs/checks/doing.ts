/** What each program does at a moment, and what stands beside its lines. */
import type { Armed } from './calls.ts'
import type { RunEvents } from './runs.ts'
import type { Line } from './steps.ts'
import type { Act, Call, Doing, LineMark } from './story.ts'

/** What one program did, in the order of steps. */
interface Deeds {
  readonly act: Act
  readonly starts: number
  /** 0 while it runs. */
  readonly ends: number
  /** Steps of its calls, ascending, and the call of each. */
  readonly steps: { readonly at: number; readonly call: number; readonly kind: 'calls' | 'waits' | 'returns' }[]
  /** Steps at which it was held, ascending. */
  readonly holds: number[]
}

/** Looks up what programs do. The latest run of a program counts from its start on. */
export class Doings {
  readonly #run: RunEvents
  readonly #calls: readonly Call[]
  readonly #armed: readonly Armed[]
  readonly #line: Line
  readonly #programs = new Map<string, Deeds[]>()

  constructor(run: RunEvents, calls: readonly Call[], armed: readonly Armed[], line: Line) {
    this.#run = run
    this.#calls = calls
    this.#armed = armed
    this.#line = line
    const byRun = new Map<number, Deeds>()
    for (const [i, act] of run.acts.entries()) {
      const deeds: Deeds = { act, starts: line.starts[i] as number, ends: line.ends[i] as number, steps: [], holds: [] }
      byRun.set(act.run, deeds)
      const list = this.#programs.get(act.program)
      if (list) list.push(deeds)
      else this.#programs.set(act.program, [deeds])
    }
    for (const step of line.steps) {
      if (step.kind === 'holds') byRun.get(step.run)?.holds.push(step.at)
      if (step.kind !== 'calls' && step.kind !== 'waits' && step.kind !== 'returns') continue
      const { at, call, kind } = step
      byRun.get((calls[call] as Call).run)?.steps.push({ at, call, kind })
    }
  }

  doingAt(at: number, program: string): Doing {
    const deeds = this.#deedsAt(at, program)
    if (!deeds) return { state: 'not-started', call: null, line: null, armed: [] }
    if (deeds.ends > 0 && deeds.ends <= at) return { state: 'ended', call: null, line: null, armed: [] }
    const armed = this.#armedAt(at, deeds)
    const held = this.#heldAt(at, deeds)
    if (held !== null) return { state: 'held', call: null, line: this.#line.steps[held - 1]?.line ?? null, held, armed }
    const waiting = this.#waitingAt(at, deeds)
    const line = waiting === null ? null : (this.#calls[waiting]?.line ?? null)
    if (waiting !== null) return { state: 'waits', call: waiting, line, armed }
    return { state: this.#sleeps(at, deeds) ? 'waits' : 'runs', call: null, line, armed }
  }

  linesAt(at: number, program: string): LineMark[] {
    const deeds = this.#deedsAt(at, program)
    const marks = new Map<number, LineMark>()
    for (const step of deeds?.steps ?? []) {
      if (step.at > at) break
      const { line } = this.#calls[step.call] as Call
      if (line === null) continue
      const before = marks.get(line)
      // The way back of a call is no second one.
      const times = (before?.times ?? 0) + (step.kind === 'returns' ? 0 : 1)
      marks.set(line, { line, step: step.at, call: step.call, times })
    }
    return [...marks.values()].sort((a, b) => a.line - b.line)
  }

  #deedsAt(at: number, program: string): Deeds | undefined {
    return this.#programs.get(program)?.findLast(({ starts }) => starts > 0 && starts <= at)
  }

  /** The step at which it was held, when it has not been let through since and has done nothing. */
  #heldAt(at: number, { act, steps, holds }: Deeds): number | null {
    const held = holds.findLast((one) => one <= at)
    if (held === undefined || steps.some((step) => step.at > held && step.at <= at)) return null
    const [since, until] = [this.#line.steps[held - 1]?.t ?? 0, this.#timeAfter(at)]
    return this.#run.released.some(({ run, t }) => run === act.run && t > since && t < until) ? null : held
  }

  /** The call that has begun to wait and has not come back. */
  #waitingAt(at: number, { steps }: Deeds): number | null {
    const open: number[] = []
    for (const step of steps) {
      if (step.at > at) break
      if (step.kind === 'waits') open.push(step.call)
      else if (step.kind === 'returns' && open.includes(step.call)) open.splice(open.indexOf(step.call), 1)
    }
    return open.at(-1) ?? null
  }

  /** Handlers that were armed and may still be called. */
  #armedAt(at: number, { act }: Deeds): { line: number; event: string }[] {
    const now = this.#timeAfter(at)
    const closed = new Set<number>()
    const told = new Set<string>()
    for (const { run, socket, name, deed, ended } of this.#calls) {
      if (run !== act.run || ended === null || ended >= now || !socket) continue
      if (deed === 'close') closed.add(socket.id)
      if (ONCE.includes(name)) told.add(`${socket.id} ${name}`)
    }
    const armed = this.#armed.filter(
      ({ run, t, socket, event }) =>
        run === act.run && t < now && (socket === null || (!closed.has(socket) && !told.has(`${socket} '${event}'`))),
    )
    const unique = new Map(armed.map(({ line, event }) => [`${line} ${event}`, { line, event }]))
    return [...unique.values()].sort((a, b) => a.line - b.line)
  }

  /** Whether the kernel says that the program waits at this step, or before the next, though no call of its own does. */
  #sleeps(at: number, { act, steps }: Deeds): boolean {
    const lastAct = steps.findLast((step) => step.at <= at)?.at ?? 0
    const since = this.#line.steps[lastAct - 1]?.t ?? 0
    const now = this.#line.steps[at - 1]?.t ?? 0
    const words = this.#run.waits.filter(({ run, t }) => run === act.run && t >= since && t < this.#timeAfter(at))
    const standing = words.findLast(({ t }) => t <= now)
    return [standing, ...words.filter(({ t }) => t > now)].some((word) => word?.syscall != null)
  }

  /** Just before the next step: what was told up to then belongs to this one. */
  #timeAfter(at: number): number {
    return this.#line.steps[at]?.t ?? Number.POSITIVE_INFINITY
  }
}

/** Events that come once to a socket. */
const ONCE: readonly string[] = ["'connect'", "'listening'", "'ready'", "'end'", "'finish'", "'close'"]
