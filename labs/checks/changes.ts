/** What happens to each socket, step by step: as calls and packets tell, and as the kernel's table tells. */
import type { Endpoint, SocketRow } from '../events.ts'
import { sorted } from './draft.ts'
import type { Join } from './join.ts'
import type { Life, Placed } from './lives.ts'
import type { Sent } from './packets.ts'
import type { Line } from './steps.ts'
import { TCP_STATES, type TcpState } from './story.ts'
import { LATE } from './tables.ts'
import type { Track } from './tracks.ts'

/** Who holds a socket. */
export type Owner = { readonly program: string; readonly run: number; readonly descriptor: number | null } | null

/** What may change of a socket. */
export interface Fields {
  readonly state?: string
  readonly local?: Endpoint | null
  readonly remote?: Endpoint | null
  readonly receiveQueue?: number
  readonly sendQueue?: number
  readonly owner?: Owner
}

/** One change, at a step. */
export interface Change {
  readonly at: number
  readonly t: number
  readonly fields: Fields
  /** A packet did it that arrived: what the packet did to its sender comes first. */
  readonly arrived?: true
  /** The kernel's row, where it says so; `gone` is its word too. */
  readonly row: SocketRow | 'gone' | null
}

/** Finds steps by time. */
export class Clock {
  readonly #line: Line

  constructor(line: Line) {
    this.#line = line
  }

  /** The last step that is not later; 0 before the first. */
  at(t: number): number {
    const { steps } = this.#line
    let low = 0
    let high = steps.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((steps[middle] as { t: number }).t <= t) low = middle + 1
      else high = middle
    }
    return low
  }

  /** When a step was. */
  time(at: number): number {
    return this.#line.steps[at - 1]?.t ?? 0
  }

  get last(): number {
    return this.#line.steps.length
  }
}

/** The step at which a packet counts at one end: its own, or a later one of the receiver that was before it arrived. */
export function landing(sent: Sent, line: Line, actsOf: () => readonly number[]): number {
  const own = line.packets[sent.packet.number - 1] as number
  const t = sent.packet.arrived ?? sent.packet.t
  if (t <= sent.packet.t) return own
  const acts = actsOf()
  let at = own
  for (let i = firstAbove(acts, own); i < acts.length; i++) {
    const act = acts[i] as number
    if ((line.steps[act - 1] as { t: number }).t >= t) break
    at = act
  }
  return at
}

function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** Finds the steps at which one end acts by itself, in order: its calls, and what it sends. Looked for once, if ever. */
export function actsOf(track: Track, line: Line): () => readonly number[] {
  let acts: readonly number[] | null = null
  return () => {
    acts ??= findActs(track, line)
    return acts
  }
}

function findActs({ end, life }: Track, line: Line): number[] {
  const acts = new Set<number>()
  for (const { place } of life?.calls ?? []) {
    acts.add(line.begins[place] as number)
    acts.add(line.returns[place] as number)
  }
  for (const sent of end?.tale.flow.sent ?? []) {
    if (sent.side === end?.side && sent.first) acts.add(line.packets[sent.packet.number - 1] as number)
  }
  return [...acts].sort((a, b) => a - b)
}

/** What calls and packets tell of a socket's states, addresses and owner. In the order of steps. */
export function derive(track: Track, line: Line, join: Join): Change[] {
  const changes: Change[] = []
  const add: Add = (at, t, fields, arrived) => {
    if (at > 0) changes.push({ at, t, fields, ...(arrived && { arrived }), row: null })
  }
  if (track.life) deriveLife(track, track.life, line, join, add)
  if (track.end) deriveEnd(track, line, add)
  return sorted(changes, (a, b) => a.at - b.at || a.t - b.t)
}

type Add = (at: number, t: number, fields: Fields, arrived?: true) => void

const EMPTY = { local: null, remote: null, receiveQueue: 0, sendQueue: 0 } as const

function deriveLife(track: Track, life: Life, line: Line, join: Join, add: Add): void {
  const { program, run, descriptor } = life
  const owner = { program, run, descriptor }
  const python = join.isPython(run)
  const returned = ({ place }: Placed) => line.returns[place] as number
  const done = ({ call }: Placed) => call.ended !== null && call.error === null
  const first = life.calls[0]
  if (life.acceptedBy) {
    const { local, remote } = life
    const connected = track.end ? {} : { state: 'ESTABLISHED', local, remote }
    add(returned(life.acceptedBy), life.acceptedBy.call.ended ?? 0, { owner, ...connected })
  } else if (python && first && first.call.ended !== null) {
    const state = track.protocol === 'udp' ? 'UNCONN' : 'CLOSED'
    add(returned(first), first.call.ended, { ...EMPTY, state, owner })
  }
  /** From this step on it has a partner, and a datagram does not make it a socket without one. */
  let partnered = Number.POSITIVE_INFINITY
  for (const placed of life.calls) {
    const { call, place } = placed
    if (!done(placed)) continue
    const at = line.returns[place] as number
    const t = call.ended as number
    // In Node an event tells when the kernel has done what a call asked for.
    const fields = python || call.event ? doneTo(track, life, placed, python) : null
    if (fields) add(at, t, python ? fields : born(track, owner, fields))
    if (fields?.state === 'ESTABLISHED') partnered = Math.min(partnered, at)
    if (call.deed === 'close' && !call.event) {
      add(line.begins[place] as number, call.began, closed(track, life, call.began))
    }
  }
  const syn = track.end?.side === 0 ? track.end.tale.syn[0].sent : null
  if (syn && !python) add(line.packets[syn.packet.number - 1] as number, syn.packet.t, { owner })
  if (track.first && life.local) {
    const at = line.packets[track.first.packet.number - 1] as number
    const { local } = life
    add(at, track.first.packet.t, at < partnered ? born(track, owner, { local }) : { owner, local })
  }
  const act = join.actOf(run)
  if (act !== null && line.ends[act]) {
    const at = line.ends[act] as number
    const t = line.steps[at - 1]?.t ?? 0
    add(at, t, closed(track, life, t))
  }
}

/** What a call has done to its socket; null for nothing that the table shows. */
function doneTo({ protocol, end }: Track, life: Life, { call }: Placed, python: boolean): Fields | null {
  const { local } = call.socket ?? {}
  if (!local || local.port === 0) return null
  if (call.deed === 'listen' && protocol === 'tcp') {
    return { state: 'LISTEN', local, sendQueue: backlogOf(life, python) }
  }
  if (call.deed === 'bind' || call.deed === 'listen') return { local }
  if (call.deed !== 'connect' || end) return null
  return { state: 'ESTABLISHED', local, remote: life.remote }
}

/** In Node a socket is there when the kernel first has to know of it. */
function born({ protocol }: Track, owner: Owner, fields: Fields): Fields {
  return { owner, ...(protocol === 'udp' && { state: 'UNCONN' }), ...fields }
}

/** A connection lives on without its program; everything else ends with the descriptor. */
function closed({ end, protocol, known }: Track, { listens, remote }: Life, t: number): Fields {
  if (protocol === 'udp' || (end && !listens)) return { owner: null }
  // Where its packets are not seen, the kernel's table tells whether a connection is still there.
  const isSeen = known.some(({ looks }) => looks.some((look) => look.t > t && look.row !== null))
  return remote !== null && isSeen ? { owner: null } : { owner: null, state: 'CLOSED' }
}

function backlogOf({ listens }: Life, python: boolean): number {
  const numbers = listens?.call.args.match(/(?<![\d.'])\d+(?![\d.'])/g)?.map(Number) ?? []
  return (python ? numbers[0] : numbers[1]) ?? (python ? 128 : 511)
}

function deriveEnd(track: Track, line: Line, add: Add): void {
  const { tale, side } = track.end as NonNullable<Track['end']>
  const local = endpoint(tale.flow.ends[side])
  const remote = endpoint(tale.flow.ends[side === 0 ? 1 : 0])
  const acts = actsOf(track, line)
  // A packet that overtook another one stands after it: what the other did then shows no earlier.
  let at = 0
  for (const turn of tale.turns.filter((one) => one.side === side)) {
    const { state, sent, arrived, t } = turn
    at = Math.max(at, arrived ? landing(sent, line, acts) : (line.packets[sent.packet.number - 1] as number))
    add(
      at,
      t,
      state === 'CLOSED' ? { state, local: null, remote: null } : { state, local, remote },
      arrived || undefined,
    )
  }
}

function endpoint({ address, port }: Endpoint): Endpoint {
  return { address, port }
}

/** The clocks of a look and of what is looked at may differ by this much, in ns. */
const SKEW = 5_000_000
/** A look's time is when it began; on a busy machine a table is read this much later at most, in ns. */
const READING = 250_000_000

/** The looks of the kernel's table as changes, each at the step whose outcome it shows. */
export function looksAt(track: Track, derived: readonly Change[], clock: Clock): Change[] {
  const states = derived.filter(({ fields }) => fields.state !== undefined)
  const changes: Change[] = []
  const looks = track.known.flatMap(({ looks }) => looks).sort((a, b) => a.t - b.t)
  for (const { t, row } of looks) {
    const base = clock.at(t)
    const late = base > 0 && t - clock.time(base) > LATE
    if (row === null) {
      const closing = confirmed(states, 'CLOSED', t, base, clock)
      if (!closing && late && base === clock.last) continue
      const at = closing?.at ?? (late ? base + 1 : base)
      changes.push({ at, t: closing?.t ?? t, fields: {}, row: 'gone' })
      continue
    }
    // A socket with a connection is never fresh: the table was read before it was there, its owner after.
    if (track.end && row.state === 'CLOSED' && row.local === null) continue
    const fitting = confirmed(states, row.state, t, base, clock)
    const at = fitting?.at ?? (late && base < clock.last ? base + 1 : base)
    changes.push({ at, t: fitting?.t ?? t, fields: fieldsOf(row), row })
  }
  return changes
}

/**
 * The step at which a look fits to what follows from calls and packets: now, or else a little later, when the table was
 * really read. Null when it contradicts that.
 */
function confirmed(
  states: readonly Change[],
  state: string,
  t: number,
  base: number,
  clock: Clock,
): { at: number; t: number } | null {
  const fitting = states.flatMap((one, i) => (one.fields.state === state ? [i] : []))
  for (const i of fitting) {
    const one = states[i] as Change
    const next = states[i + 1]
    const until = next ? Math.max(next.t, clock.time(next.at)) : Number.POSITIVE_INFINITY
    if (t < one.t - READING || t > until + SKEW) continue
    const last = next ? Math.max(one.at, next.at - 1) : clock.last
    return { at: Math.min(Math.max(base, one.at), last), t: Math.max(t, one.t) }
  }
  return null
}

function fieldsOf({ state, local, remote, receiveQueue, sendQueue, owner }: SocketRow): Fields {
  return { state, ...(local && { local }), ...(remote && { remote }), receiveQueue, sendQueue, owner }
}

/** Whether a state's name is one of TCP's. */
export function isTcpState(state: string): state is TcpState {
  return (TCP_STATES as readonly string[]).includes(state)
}

/** Changes in the order of steps; among those of one step by time, and the kernel's word last. */
export function merged(...lists: readonly (readonly Change[])[]): Change[] {
  const order = (a: Change, b: Change) => a.at - b.at || a.t - b.t || Number(a.row !== null) - Number(b.row !== null)
  return sorted(lists.flat(), order)
}
