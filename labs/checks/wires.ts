/** What the wires of a lab do to frames: as the lab declares it, then as readers changed it. Pure. */

import type { BenchEvent } from '../events.ts'
import type { Faults } from '../faults.ts'
import type { Lab } from '../lab.ts'

/** One wire. A page carries it as JSON with its lab. */
export interface WireNow {
  readonly ends: readonly [string, string]
  /** For each direction; the first host's frames go in direction 0. */
  readonly faults: readonly [Faults, Faults]
}

/** All wires of a lab, and where their chances begin. */
export interface WiresNow {
  readonly wires: readonly WireNow[]
  readonly seed: number
}

/** One fault that is no longer what it was. */
export interface FaultChange {
  /** The host whose frames meet it; null: those of both ends. */
  readonly from: string | null
  readonly fault: keyof Faults
  readonly before: Faults[keyof Faults]
  readonly after: Faults[keyof Faults]
}

/** The wires as the lab declares them. */
export function wiresOf({ network }: Lab): WiresNow {
  return { wires: network.wires.map(({ ends, faults }) => ({ ends, faults })), seed: network.seed }
}

/** The wires after one more event. The same object when nothing about them has changed. */
export function foldWires(now: WiresNow, event: BenchEvent): WiresNow {
  if (event.kind === 'seed') return { ...now, seed: event.seed }
  if (event.kind !== 'faults') return now
  const wires = now.wires.map((wire, index): WireNow => {
    if (index !== event.wire) return wire
    const [first, second] = wire.ends
    const of = (host: string, before: Faults) => (event.from === null || event.from === host ? event.faults : before)
    return { ...wire, faults: [of(first, wire.faults[0]), of(second, wire.faults[1])] }
  })
  return { ...now, wires }
}

/** What differs between two states of one wire; of both directions at once where both have changed alike. */
export function changesOf(before: WireNow, after: WireNow): FaultChange[] {
  const [first, second] = ([0, 1] as const).map((way) => differences(before.faults[way], after.faults[way]))
  const [one, other] = [first ?? [], second ?? []]
  const alike = one.filter((change) => other.some((its) => isSame(its, change)))
  const rest = (changes: readonly Difference[], way: 0 | 1) =>
    changes
      .filter((change) => !alike.some((its) => isSame(its, change)))
      .map((change) => ({ from: before.ends[way], ...change }))
  return [...alike.map((change) => ({ from: null, ...change })), ...rest(one, 0), ...rest(other, 1)]
}

type Difference = Omit<FaultChange, 'from'>

function differences(before: Faults, after: Faults): Difference[] {
  return (Object.keys(after) as (keyof Faults)[])
    .map((fault) => ({ fault, before: before[fault], after: after[fault] }))
    .filter((change) => !isEqual(change.before, change.after))
}

function isSame(one: Difference, other: Difference): boolean {
  return one.fault === other.fault && isEqual(one.before, other.before) && isEqual(one.after, other.after)
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
