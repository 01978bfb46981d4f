/** The sockets of programs, each from its first call to its last, as their runtimes tell them. */
import type { Endpoint, ProgramSocket } from '../events.ts'
import { endpointIn, endsSending, type Offsets, type Told } from './calls.ts'
import { type Draft, plainAddress } from './draft.ts'
import type { RunEvents } from './runs.ts'
import type { Call } from './story.ts'

/** A call by its place in `Story.calls`. */
export interface Placed {
  readonly place: number
  readonly call: Draft<Call>
}

/** Bytes of a stream that a call handed over or received. */
export interface Span extends Placed {
  readonly from: number
  readonly to: number
}

/** One socket of one run of a program. */
export interface Life {
  readonly program: string
  readonly run: number
  readonly host: string
  /** As in `ProgramSocket`. */
  readonly id: number
  protocol: 'tcp' | 'udp' | null
  descriptor: number | null
  local: Endpoint | null
  remote: Endpoint | null
  readonly calls: Placed[]
  readonly began: number
  /** Closed by its program, or by its program's end; infinite while it is open. */
  ended: number
  listens: Placed | null
  connect: Placed | null
  /** The call or event that gave it to its program. */
  acceptedBy: Placed | null
  readonly sends: Span[]
  readonly receives: Span[]
  /** Shutdown, close and `end` in the order in which they were called. */
  readonly closings: Placed[]
}

/** All sockets that the calls tell of, in the order in which they were first told of. Gives calls their ranges. */
export function livesOf(run: RunEvents, { calls, offsets }: Told): Life[] {
  const acts = new Map(run.acts.map((act) => [act.run, act]))
  const all: Life[] = []
  const byRun = new Map<number, Map<number, Life>>()
  const lifeOf = (call: Call, socket: ProgramSocket, t: number): Life => {
    const lives = byRun.get(call.run) ?? new Map<number, Life>()
    let life = lives.get(socket.id)
    if (!life) {
      const act = acts.get(call.run)
      life = newLife(call, socket.id, act?.host ?? '', t, act?.ended ?? Number.POSITIVE_INFINITY)
      all.push(life)
      lives.set(socket.id, life)
      byRun.set(call.run, lives)
    }
    learn(life, socket)
    return life
  }
  for (let place = 0; place < calls.length; place++) {
    const call = calls[place] as Draft<Call>
    if (!call.socket) continue
    const placed = { place, call }
    const life = lifeOf(call, call.socket, call.began)
    life.calls.push(placed)
    live(life, placed)
    if (call.accepted) lifeOf(call, call.accepted, call.ended ?? call.began).acceptedBy ??= placed
  }
  const since = Math.min(...run.missing.filter(({ what }) => what === 'calls').map((gap) => gap.since))
  for (const life of all) if (life.protocol === 'tcp') giveRanges(life, offsets, since)
  return all
}

function newLife({ program, run }: Call, id: number, host: string, began: number, ended: number): Life {
  return {
    program,
    run,
    host,
    id,
    protocol: null,
    descriptor: null,
    local: null,
    remote: null,
    calls: [],
    began,
    ended,
    listens: null,
    connect: null,
    acceptedBy: null,
    sends: [],
    receives: [],
    closings: [],
  }
}

function learn(life: Life, socket: ProgramSocket): void {
  life.protocol ??= socket.protocol
  life.descriptor ??= socket.descriptor
  life.local = known(life.local, socket.local)
  life.remote = known(life.remote, socket.remote)
}

/** What is told now, where it tells more than what was told before. */
function known(before: Endpoint | null, now: Endpoint | null): Endpoint | null {
  if (!now || now.port === 0) return before
  const address = plainAddress(now.address)
  return before?.port === now.port && before.address === address ? before : { address, port: now.port }
}

function live(life: Life, placed: Placed): void {
  const { call } = placed
  if (call.deed === 'listen' && call.error === null) life.listens ??= placed
  if (call.deed === 'connect' && !call.event) {
    life.connect ??= placed
    life.remote ??= named(call.peer ?? endpointIn(call.args))
  }
  if (endsSending(call)) life.closings.push(placed)
  if (call.deed === 'close' && !call.event) life.ended = Math.min(life.ended, call.ended ?? call.began)
}

/** An endpoint whose address is one, not a host's name. */
function named(endpoint: Endpoint | null): Endpoint | null {
  if (!endpoint) return null
  const isAddress = /^[\d.]+$|:/.test(endpoint.address)
  return { address: isAddress ? plainAddress(endpoint.address) : '', port: endpoint.port }
}

/**
 * The n-th byte that is handed over is the n-th of the stream, whatever the segments; the next bytes that are received
 * are the next of the other direction. Where a runtime tells how many there were before, that is taken; otherwise they
 * are counted, which cannot be done behind `since`, where calls are missing.
 */
function giveRanges(life: Life, offsets: Offsets, since: number): void {
  let sent: number | null = 0
  let received: number | null = 0
  for (const placed of life.calls) {
    const { call } = placed
    if (!handsOver(call) || call.bytes === null) continue
    if (call.began >= since) sent = null
    const from: number | null = offsetOf(offsets, call, sent)
    if (from === null) continue
    const to = from + call.bytes
    life.sends.push({ ...placed, from, to })
    // What failed may have handed over a part, and nobody says how much.
    if (call.error !== null) continue
    call.range = { from, to }
    sent = to
  }
  const receives = life.calls.filter(({ call }) => call.deed === 'receive' && call.ended !== null)
  receives.sort((a, b) => (a.call.ended as number) - (b.call.ended as number) || a.place - b.place)
  for (const placed of receives) {
    const { call } = placed
    if (call.bytes === null || call.error !== null) continue
    if ((call.ended as number) >= since) received = null
    const from: number | null = offsetOf(offsets, call, received)
    if (from === null) continue
    const to = from + call.bytes
    call.range = { from, to }
    life.receives.push({ ...placed, from, to })
    received = to
  }
}

/** Whether a call hands bytes over; Node's `end` may, before it ends the sending. */
export function handsOver({ deed, event }: Call): boolean {
  return !event && (deed === 'send' || deed === 'shutdown')
}

/** What the runtime told; undefined is silence, and null its word that nobody can know. */
function offsetOf(offsets: Offsets, call: Call, counted: number | null): number | null {
  const told = offsets.get(call)
  return told === undefined ? counted : told
}
