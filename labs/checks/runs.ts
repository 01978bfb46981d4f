/** Splits the stream of a bench into runs of its lab. Nothing is joined here. */

import { type BenchEvent, type ControlEvent, type FrameEvent, INSTRUMENTS, type Instrument } from '../events.ts'
import type { Lab, Language } from '../lab.ts'
import { type Draft, sorted } from './draft.ts'
import type { Act } from './story.ts'
import { foldWires, type WiresNow, wiresOf } from './wires.ts'

/** An event of this kind. */
export type EventOf<Kind extends ControlEvent['kind']> = Extract<ControlEvent, { kind: Kind }>

/** What the programs of a run told of their calls. */
export type ToldEvent = EventOf<'call' | 'return' | 'armed' | 'heard'>

/** A change of what a wire does, or (null) of the seed of them all. */
export interface Changed {
  readonly t: number
  readonly wire: number | null
  readonly before: WiresNow
  readonly after: WiresNow
}

/** All that was told of one run of a lab, by kind. Everything is in the order of time but the frames. */
export interface RunEvents {
  readonly run: number
  /** When it began, and when the next one did; infinite for the last. */
  readonly from: number
  readonly until: number
  readonly acts: readonly Act[]
  /** In the order in which they were written down. */
  readonly frames: readonly FrameEvent[]
  readonly told: readonly ToldEvent[]
  readonly waits: readonly EventOf<'waits'>[]
  /** When somebody wanted a run to end. */
  readonly stops: ReadonlyMap<number, number>
  /** Calls before which programs were held, and when one was let through. */
  readonly held: readonly EventOf<'held'>[]
  readonly released: readonly EventOf<'released'>[]
  /** From the opening of the bench on: a table is the sum of all its changes. */
  readonly tables: readonly EventOf<'sockets'>[]
  /** What wires do when it begins, and how that was changed while it went on. */
  readonly wires: WiresNow
  readonly changed: readonly Changed[]
  readonly missing: readonly EventOf<'missing'>[]
  readonly blind: readonly { readonly instrument: Instrument; readonly detail: string }[]
  /** Up to when each instrument has told everything. */
  readonly upTo: Readonly<Record<Instrument, number>>
  /** The latest time that anything tells of. */
  readonly latest: number
  readonly settled: boolean
}

type Run = Draft<{ [Key in keyof RunEvents]: RunEvents[Key] extends readonly (infer Item)[] ? Item[] : RunEvents[Key] }>

/** The runs of the lab that these events tell of, in order. The order of the events does not matter. */
export function runsOf(lab: Lab, events: readonly BenchEvent[]): RunEvents[] {
  const runs: Run[] = []
  const acts = new Map<number, { run: Run; act: Draft<Act> }>()
  const names = new Set(lab.programs.map(({ name }) => name))
  const own = events.filter(isOwn).filter(({ program }) => names.has(program))
  own.sort((a, b) => a.n - b.n)
  const running = new Set<number>()
  for (const event of own) {
    if (event.kind === 'starting') {
      if (running.size === 0) {
        const last = runs.at(-1)
        if (last) last.until = event.t
        runs.push(emptyRun(runs.length + 1, event.t))
      }
      running.add(event.run)
      const run = runs.at(-1) as Run
      const act = actOf(lab, event)
      run.acts.push(act)
      acts.set(event.run, { run, act })
      continue
    }
    const known = acts.get(event.run)
    if (!known || event.kind === 'started') continue
    running.delete(event.run)
    known.act.ended = event.t
    if (event.kind === 'exited')
      known.act.exit = { code: event.code, signal: event.signal, ...(event.stopped && { stopped: true }) }
  }
  if (runs.length === 0) return []
  sortIn(lab, runs, acts, events)
  return runs
}

type Own = EventOf<'starting' | 'started' | 'exited' | 'failed'>

/** What the bench says of starts and ends. Only a lab's own programs begin a run: shells and views do not. */
function isOwn(event: BenchEvent): event is Own {
  const { kind } = event
  return kind === 'starting' || kind === 'started' || kind === 'exited' || kind === 'failed'
}

function actOf(lab: Lab, { program, run, language, edited, t }: EventOf<'starting'>): Draft<Act> {
  const host = lab.programs.find(({ name }) => name === program)?.host ?? lab.network.hosts[0]?.name ?? ''
  const own = edited && { edited }
  return { program, run, language: language as Language, ...own, host, started: t, ended: null, exit: null }
}

function emptyRun(run: number, from: number): Run {
  return {
    run,
    from,
    until: Number.POSITIVE_INFINITY,
    acts: [],
    frames: [],
    told: [],
    waits: [],
    stops: new Map(),
    held: [],
    released: [],
    tables: [],
    wires: { wires: [], seed: 0 },
    changed: [],
    missing: [],
    blind: [],
    upTo: { packets: 0, sockets: 0, calls: 0 },
    latest: from,
    settled: false,
  }
}

/** What was done to wires before a run counts in it, and is no part of it. */
function sortChanges(lab: Lab, runs: Run[], changes: readonly EventOf<'faults' | 'seed'>[]): void {
  let now = wiresOf(lab)
  let next = 0
  for (const run of runs) {
    for (; changes[next] && (changes[next] as ControlEvent).t < run.from; next++)
      now = foldWires(now, changes[next] as ControlEvent)
    run.wires = now
    for (; changes[next] && (changes[next] as ControlEvent).t < run.until; next++) {
      const event = changes[next] as (typeof changes)[number]
      const before = now
      now = foldWires(before, event)
      run.changed.push({ t: event.t, wire: event.kind === 'seed' ? null : event.wire, before, after: now })
    }
  }
}

function sortIn(
  lab: Lab,
  runs: Run[],
  acts: Map<number, { run: Run; act: Draft<Act> }>,
  events: readonly BenchEvent[],
): void {
  const upTo = { packets: 0, sockets: 0, calls: 0 }
  const tables: EventOf<'sockets'>[] = []
  const settled: number[] = []
  const changes: EventOf<'faults' | 'seed'>[] = []
  const stops = new Map<number, number>()
  let at = runs.length - 1
  /** The run of a moment; most events stand beside others of the same run. */
  const runAt = (t: number): Run | undefined => {
    while (at > 0 && t < (runs[at] as Run).from) at--
    while (at < runs.length - 1 && t >= (runs[at] as Run).until) at++
    const run = runs[at] as Run
    if (t < run.from) return undefined
    if (t > run.latest) run.latest = t
    return run
  }
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as BenchEvent
    switch (event.kind) {
      case 'frame':
        runAt(event.t)?.frames.push(event)
        break
      case 'call':
      case 'return':
      case 'armed':
      case 'heard': {
        const run = acts.get(event.run)?.run
        if (!run) break
        run.told.push(event)
        if (event.t > run.latest) run.latest = event.t
        break
      }
      case 'waits':
        acts.get(event.run)?.run.waits.push(event)
        break
      case 'stopping':
        stops.set(event.run, event.t)
        break
      case 'held': {
        const run = acts.get(event.run)?.run
        if (!run) break
        run.held.push(event)
        if (event.t > run.latest) run.latest = event.t
        break
      }
      case 'released':
        acts.get(event.run)?.run.released.push(event)
        break
      case 'sockets':
        tables.push(event)
        runAt(event.t)
        break
      case 'faults':
      case 'seed':
        changes.push(event)
        runAt(event.t)
        break
      case 'missing':
        for (const run of runs) if (event.until >= run.from && event.since < run.until) run.missing.push(event)
        break
      case 'blind':
        for (const run of runs) if (event.t < run.until) tellBlind(run, event)
        break
      case 'upto':
        upTo[event.instrument] = Math.max(upTo[event.instrument], event.upTo)
        break
      case 'settled':
        settled.push(event.t)
        break
      case 'exited':
      case 'failed':
        runAt(event.t)
        break
    }
  }
  sorted(tables, byTime)
  sortChanges(lab, runs, sorted(changes, byTime))
  for (const run of runs) {
    sorted(run.frames, (a, b) => a.n - b.n)
    sorted(run.told, byObserver)
    for (const list of [run.waits, run.held, run.released, run.missing]) sorted<ControlEvent>(list, byTime)
    run.tables = tables.filter(({ t }) => t < run.until)
    run.upTo = upTo
    run.stops = stops
    const ended = run.acts.map((act) => act.ended ?? Number.POSITIVE_INFINITY)
    const end = Math.max(...ended)
    run.settled = settled.some((t) => t >= end && t < run.until)
  }
}

function tellBlind(run: Run, { instrument, detail }: EventOf<'blind'>): void {
  if (!run.blind.some((known) => known.instrument === instrument)) run.blind.push({ instrument, detail })
}

/** By time; what has the same stamp stays in the order in which it was written down. */
function byTime(a: ControlEvent, b: ControlEvent): number {
  return a.t - b.t || a.n - b.n
}

/** By time; of one stamp by the program, which is its own observer, and then as that has told it. */
function byObserver(a: ToldEvent, b: ToldEvent): number {
  return a.t - b.t || a.run - b.run || a.n - b.n
}

/** Whether an instrument works, and missed nothing between two moments. */
export function hasAll(run: RunEvents, what: Instrument, from: number, to: number) {
  return !isBlind(run, what) && !run.missing.some((gap) => gap.what === what && gap.until >= from && gap.since <= to)
}

/** Whether an instrument does not work in this run. */
export function isBlind(run: RunEvents, instrument: Instrument): boolean {
  return run.blind.some((blind) => blind.instrument === instrument)
}

/** Instruments that do not work in a run, in the order of `INSTRUMENTS`. */
export function blindOf(run: RunEvents): RunEvents['blind'] {
  return INSTRUMENTS.flatMap((instrument) => run.blind.filter((blind) => blind.instrument === instrument))
}
