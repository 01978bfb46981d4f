/** What of a bench's events is kept in a recording of its last run. Pure. */

import { type BenchEvent, type ControlEvent, isObserved, type OutputEvent, type SocketRow } from './events.ts'
import { maskAddresses } from './mask.ts'
import { SHELL } from './protocol.ts'
import { isView } from './views.ts'

/**
 * The events of the latest run of the lab, ready to be written: times and numbers count from its beginning. Empty when no
 * program was started.
 */
export function lastRun(events: readonly BenchEvent[]): BenchEvent[] {
  const kept = withoutEarlierRuns(events)
  const zero = kept[0]?.t ?? 0
  return masked(withoutOldNews(kept)).map((event, index) => ({ ...from(zero, event), n: index + 1 }))
}

/**
 * What must be kept of a bench's events to write its latest run, which began when a program was started while none was
 * running: what shells did is left out, and what was there before it (sockets, faults, counters, blindness) stands at its
 * head. Empty when no program was started.
 */
export function withoutEarlierRuns(events: readonly BenchEvent[]): BenchEvent[] {
  const begin = beginning(events)
  const first = events[begin]
  if (first === undefined) return []
  const isBefore = (event: BenchEvent, index: number) => index < begin || (isObserved(event) && event.t < first.t)
  const before = events.filter((event, index) => isBefore(event, index))
  const since = events.filter((event, index) => !isBefore(event, index) && !isOfShell(event))
  const told = [...before.filter(({ kind }) => kind === 'blind'), ...faultsOf(before), ...tablesOf(before)]
  return [...told.map((event) => ({ ...event, t: first.t })), ...since]
}

/** Where the latest run of the lab begins; -1 when there is none. */
function beginning(events: readonly BenchEvent[]): number {
  const alive = new Set<number>()
  let begin = -1
  for (const [index, event] of events.entries()) {
    if (isOfShell(event)) continue
    if (event.kind === 'starting') {
      if (alive.size === 0) begin = index
      alive.add(event.run)
    } else if (event.kind === 'exited' || event.kind === 'failed') alive.delete(event.run)
  }
  return begin
}

function isOfShell(event: BenchEvent): boolean {
  return 'program' in event && event.program.startsWith(SHELL)
}

/** The latest word on each wire's faults and on the seed. */
function faultsOf(events: readonly BenchEvent[]): BenchEvent[] {
  const latest = new Map<string, BenchEvent>()
  for (const event of events) {
    if (event.kind === 'seed') latest.set('seed', event)
    if (event.kind !== 'faults') continue
    // A word on both directions takes the place of those on one.
    for (const key of latest.keys()) if (event.from === null && key.startsWith(`${event.wire} `)) latest.delete(key)
    latest.set(`${event.wire} ${event.from ?? ''}`, event)
  }
  return [...latest.values()]
}

/** The socket table and the counters of each host, as one event each. */
function tablesOf(events: readonly BenchEvent[]): ControlEvent[] {
  const tables = new Map<string, Map<string, SocketRow>>()
  const counters = new Map<string, Record<string, number>>()
  for (const event of events) {
    if (event.kind === 'counters') counters.set(event.host, { ...counters.get(event.host), ...event.counters })
    if (event.kind !== 'sockets') continue
    const table = (!event.whole && tables.get(event.host)) || new Map<string, SocketRow>()
    for (const row of event.rows) table.set(row.id, row)
    for (const id of event.gone) table.delete(id)
    tables.set(event.host, table)
  }
  const marks = { n: 0, t: 0 }
  return [
    ...[...tables].flatMap(([host, table]): ControlEvent[] =>
      table.size === 0 ? [] : [{ ...marks, kind: 'sockets', host, rows: [...table.values()], gone: [] }],
    ),
    ...[...counters].map(([host, counted]): ControlEvent => ({ ...marks, kind: 'counters', host, counters: counted })),
  ]
}

/** Without those words of an instrument on how far it has come that a later one makes needless. */
function withoutOldNews(events: readonly BenchEvent[]): BenchEvent[] {
  const later = new Set<string>()
  const kept = events.toReversed().filter((event) => {
    if (event.kind === 'settled') later.clear()
    if (event.kind !== 'upto') return true
    const isOld = later.has(event.instrument)
    later.add(event.instrument)
    return !isOld
  })
  return kept.reverse()
}

/** What views of the machine printed, with nobody's addresses in it. All of a run is masked as one, where it began. */
function masked(events: readonly BenchEvent[]): BenchEvent[] {
  const told = new Map<number, Uint8Array[]>()
  for (const event of events) {
    if (isOfView(event)) told.set(event.run, [...(told.get(event.run) ?? []), event.bytes])
  }
  return events.flatMap((event): BenchEvent[] => {
    if (!isOfView(event)) return [event]
    const bytes = told.get(event.run)
    if (bytes === undefined) return []
    told.delete(event.run)
    const decoder = new TextDecoder()
    const text = bytes.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode()
    return [{ ...event, bytes: new TextEncoder().encode(maskAddresses(text)) }]
  })
}

function isOfView(event: BenchEvent): event is OutputEvent {
  return event.kind === 'output' && isView(event.program)
}

/** The event by a clock that began at `zero`. */
function from(zero: number, event: BenchEvent): BenchEvent {
  const at = (t: number) => Math.max(0, t - zero)
  const moved = { ...event, t: at(event.t) }
  if (moved.kind === 'frame') return { ...moved, handedOn: moved.handedOn === null ? null : at(moved.handedOn) }
  if (moved.kind === 'missing') return { ...moved, since: at(moved.since), until: at(moved.until) }
  return moved.kind === 'upto' ? { ...moved, upTo: at(moved.upTo) } : moved
}
