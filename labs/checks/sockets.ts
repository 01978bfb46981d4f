/** The table of sockets after each step. */
import type { SocketRow } from '../events.ts'
import { actsOf, type Change, type Fields, landing, merged } from './changes.ts'
import { type Draft, NONE } from './draft.ts'
import type { Flow } from './flows.ts'
import type { Join } from './join.ts'
import type { Life } from './lives.ts'
import type { Sent } from './packets.ts'
import type { Course } from './states.ts'
import type { Line } from './steps.ts'
import type { SocketView } from './story.ts'
import type { TcpTale } from './tcp.ts'
import type { Track, Tracks } from './tracks.ts'

type Row = Omit<SocketView, 'before' | 'gone'>

/** How a socket stands from a step on. */
interface Stand {
  readonly at: number
  readonly row: Row
  readonly gone: boolean
}

/** Tells the table at any step; each socket is worked out once, when somebody asks. */
export class Sockets {
  readonly #courses: readonly Course[]
  readonly #tales: readonly TcpTale[]
  readonly #line: Line
  readonly #join: Join
  #stands: Stand[][] | null = null

  constructor(courses: readonly Course[], tales: readonly TcpTale[], line: Line, join: Join) {
    this.#courses = courses
    this.#tales = tales
    this.#line = line
    this.#join = join
  }

  at(step: number): SocketView[] {
    this.#stands ??= this.#courses.map((course) => standsOf(course, this.#tales, this.#line, this.#join))
    return this.#stands.flatMap((stands) => {
      const now = standAt(stands, step)
      if (!now || (now.gone && now.at !== step)) return []
      const old = standAt(stands, step - 1)
      const before = old && !old.gone && now.at === step ? differences(old.row, now.row) : old && !old.gone ? {} : null
      return [{ ...now.row, before, gone: now.gone }]
    })
  }
}

function standAt(stands: readonly Stand[], step: number): Stand | null {
  let low = 0
  let high = stands.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((stands[middle] as Stand).at <= step) low = middle + 1
    else high = middle
  }
  return stands[low - 1] ?? null
}

const SHOWN = ['state', 'local', 'remote', 'receiveQueue', 'sendQueue', 'owner'] as const

function differences(old: Row, now: Row): Partial<Row> {
  const entries = SHOWN.filter((field) => !same(old[field], now[field])).map((field) => [field, old[field]])
  return Object.fromEntries(entries)
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  return Object.keys({ ...left, ...right }).every((key) => left[key] === right[key])
}

function standsOf({ track, derived, looks }: Course, tales: readonly TcpTale[], line: Line, join: Join): Stand[] {
  const told = merged(derived, queuesOf(track, tales, line, join))
  const alone = track.end && looks.length > 0 ? standing(track, told) : []
  return standing(track, merged(told, track.end ? looks.map((look) => whenTrue(look, alone, line)) : looks))
}

/** How late a table may be read after a look has begun, in ns. */
const READING = 100_000_000

/**
 * A look, at the first step from its own on where packets and calls tell the same of the queues: the table was read then,
 * though the look began before. At its own, where they never do.
 */
function whenTrue(look: Change, alone: readonly Stand[], line: Line): Change {
  const { row } = look
  if (row === null || row === 'gone') return look
  const begin = Math.max(
    0,
    alone.findLastIndex(({ at }) => at <= look.at),
  )
  for (let i = begin; i < alone.length; i++) {
    const { at, row: then } = alone[i] as Stand
    const t = line.steps[at - 1]?.t ?? 0
    if (then.state !== row.state || t > look.t + READING) break
    if (then.receiveQueue === row.receiveQueue && then.sendQueue === row.sendQueue) {
      return at <= look.at ? look : { ...look, at, t }
    }
  }
  return look
}

function standing(track: Track, changes: readonly Change[]): Stand[] {
  const stands: Stand[] = []
  let row: Draft<Row> | null = null
  let told: SocketRow | null = null
  let gone = false
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i] as Change
    if (change.row === 'gone') gone = row !== null
    else {
      // A queue alone makes no socket.
      if (row === null && change.fields.state === undefined && change.fields.owner === undefined) continue
      row ??= blankRow(track)
      const { local, remote } = row
      Object.assign(row, change.fields)
      if (change.row) told = change.row
      gone = isGone(track, row)
      // What goes shows once more where it was.
      if (gone) Object.assign(row, { local, remote, receiveQueue: 0, sendQueue: 0 })
    }
    if (row === null || changes[i + 1]?.at === change.at || (gone && stands.at(-1)?.gone)) continue
    row.derived = told === null || !isTold(row, told)
    stands.push({ at: change.at, row: { ...row }, gone })
  }
  return stands.filter((stand, i) => !(stand.gone && i === 0))
}

function blankRow({ id, host, protocol, program, end }: Track): Row {
  const state = protocol === 'udp' ? 'UNCONN' : end ? 'LISTEN' : 'CLOSED'
  return {
    id,
    host,
    protocol,
    program,
    state,
    local: null,
    remote: null,
    receiveQueue: 0,
    sendQueue: 0,
    owner: null,
    derived: true,
  }
}

/** A socket is gone when nobody holds it and the kernel has nothing left to do with it. */
function isGone({ protocol, life }: Track, { state, owner }: Row): boolean {
  if (owner !== null) return false
  return state === 'CLOSED' || (protocol === 'udp' && life !== null)
}

/** Whether the kernel's row says the same. */
function isTold(row: Row, told: SocketRow): boolean {
  const sameOwner =
    row.owner === null || told.owner === null
      ? row.owner === told.owner
      : row.owner.run === told.owner.run && (row.owner.descriptor ?? told.owner.descriptor) === told.owner.descriptor
  return sameOwner && SHOWN.every((field) => field === 'owner' || same(row[field], told[field]))
}

/** What the queues hold, as packets and calls tell. */
function queuesOf(track: Track, tales: readonly TcpTale[], line: Line, join: Join): Change[] {
  const { life, end } = track
  if (track.protocol === 'udp') return datagramQueue(track, line)
  if (end) return connectionQueues(track, line, join)
  return life?.listens ? acceptQueue(life, tales, line) : []
}

/** A call took what was there up to a byte of the stream. */
interface Read {
  readonly at: number
  readonly t: number
  readonly to: number
  readonly hadRoom: boolean
}

function connectionQueues(track: Track, line: Line, join: Join): Change[] {
  const { life } = track
  const { tale, side } = track.end as NonNullable<Track['end']>
  const { ends } = tale.flow
  // Streams whose beginning was not seen cannot be counted.
  if (ends[side].isn === null) return []
  const hears = ends[side === 0 ? 1 : 0].isn !== null
  const acts = actsOf(track, line)
  const python = life !== null && join.isPython(life.run)
  const reads: Read[] = []
  for (const { place, call } of life?.calls ?? []) {
    if (call.deed !== 'receive' || call.ended === null || call.error !== null) continue
    const to = python ? (call.range?.to ?? 0) : Number.POSITIVE_INFINITY
    // Who asked for more than there was has taken FIN too, if it was there, and is told of it next time.
    const hadRoom = !python || call.bytes === 0 || Number(/\d+/.exec(call.args)?.[0] ?? 0) > (call.bytes ?? 0)
    reads.push({ at: line.returns[place] as number, t: call.ended, to, hadRoom })
  }
  const changes: Change[] = []
  let read = 0
  let readEnd = false
  let next = 0
  let received = 0
  let finished = false
  const { sent, side: whose, arrived, ...told } = tale.ledger
  const last = tale.turns.findLast((turn) => turn.side === side)
  // In TIME-WAIT nothing is kept but the addresses.
  const over = last?.state === 'TIME-WAIT' || last?.state === 'CLOSED' ? last : null
  const queue = (): Fields =>
    hears ? { receiveQueue: Math.max(0, received - read) + (finished && !readEnd ? 1 : 0) } : {}
  const readUntil = (t: number) => {
    for (; next < reads.length && (reads[next] as { t: number }).t <= t; next++) {
      const one = reads[next] as Read
      read = Math.min(Math.max(read, one.to), python ? Number.POSITIVE_INFINITY : received)
      readEnd ||= one.hadRoom && finished && read >= received
      changes.push({ at: one.at, t: one.t, fields: queue(), row: null })
    }
  }
  for (let i = 0; i < sent.length; i++) {
    if (whose[i] !== side) continue
    const one = sent[i] as Sent
    const t = arrived[i] ? (one.packet.arrived as number) : one.packet.t
    readUntil(t)
    received = told.received[i] as number
    finished = told.finished[i] as boolean
    const at = arrived[i] ? landing(one, line, acts) : (line.packets[one.packet.number - 1] as number)
    if (one === over?.sent && arrived[i] === over.arrived) {
      changes.push({ at, t, fields: { receiveQueue: 0, sendQueue: 0 }, row: null })
      return changes
    }
    changes.push({ at, t, fields: { ...queue(), sendQueue: told.unacknowledged[i] as number }, row: null })
  }
  readUntil(Number.POSITIVE_INFINITY)
  return changes
}

/** Nothing waits any more when all that came was received; how much room the rest takes is the kernel's secret. */
function datagramQueue({ life, heard }: Track, line: Line): Change[] {
  const calls = new Map(life?.calls.map(({ place, call }) => [place, call]))
  const moments = heard.flatMap(({ packet }) => {
    const receives = packet.receivedBy.filter((place) => calls.has(place))
    const arrival = { t: packet.arrived as number, by: 1, at: 0 }
    return [
      arrival,
      ...receives.map((place) => ({ t: calls.get(place)?.ended ?? 0, by: -1, at: line.returns[place] as number })),
    ]
  })
  moments.sort((a, b) => a.t - b.t || b.by - a.by)
  let waiting = 0
  return moments.flatMap(({ t, by, at }): Change[] => {
    waiting += by
    return waiting === 0 && at > 0 ? [{ at, t, fields: { receiveQueue: 0 }, row: null }] : []
  })
}

/** Connections that are complete and wait to be accepted. */
function acceptQueue(life: Life, tales: readonly TcpTale[], line: Line): Change[] {
  const moments: { at: number; t: number; by: 1 | -1 }[] = []
  for (const { flow, turns } of tales) {
    if (flow.ends[1].listener !== life) continue
    const complete = turns.find(({ side, state }) => side === 1 && state === 'ESTABLISHED')
    const accept = flow.ends[1].life?.acceptedBy
    if (!complete) continue
    moments.push({ at: line.packets[complete.sent.packet.number - 1] as number, t: complete.t, by: 1 })
    const at = accept ? (line.returns[accept.place] as number) : 0
    if (accept && at > 0) moments.push({ at, t: accept.call.ended ?? 0, by: -1 })
  }
  moments.sort((a, b) => a.at - b.at || b.by - a.by)
  let waiting = 0
  return moments.map(({ at, t, by }) => {
    waiting = Math.max(0, waiting + by)
    return { at, t, fields: { receiveQueue: waiting }, row: null }
  })
}

/** Tells each step which sockets it concerns. */
export function nameSockets(
  { steps }: Line,
  tracks: Tracks,
  flows: readonly Flow[],
  sent: readonly Sent[],
  lives: readonly Life[],
): void {
  const ofFlow = flows.map((flow) => idsOf(tracks.ofEnd(flow, 0), tracks.ofEnd(flow, 1)))
  const ofCall: (readonly string[])[] = []
  for (const life of lives) {
    const own = idsOf(tracks.ofLife(life))
    for (const { place } of life.calls) ofCall[place] = own
  }
  for (const life of lives) {
    if (!life.acceptedBy) continue
    const { place } = life.acceptedBy
    ofCall[place] = [...(ofCall[place] ?? NONE), ...idsOf(tracks.ofLife(life))]
  }
  for (const step of steps) {
    if (step.kind === 'packet') {
      const { conversation } = (sent[step.packet - 1] as Sent).packet
      step.sockets = (conversation === null ? null : ofFlow[conversation]) ?? NONE
    } else if (step.kind === 'calls' || step.kind === 'waits' || step.kind === 'returns') {
      step.sockets = ofCall[step.call] ?? NONE
    }
  }
}

function idsOf(...tracks: readonly (Track | null)[]): readonly string[] {
  const ids = tracks.flatMap((track) => track?.id ?? [])
  return ids.length > 0 ? [...new Set(ids)] : NONE
}
