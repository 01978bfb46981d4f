/** Ties datagrams to the calls that sent and received them: by addresses, order and payload. */
import type { Endpoint } from '../events.ts'
import { endpointIn } from './calls.ts'
import { put, SLACK, sorted } from './draft.ts'
import { goesTo } from './ends.ts'
import type { Flow, FlowEnd } from './flows.ts'
import type { Join } from './join.ts'
import type { Life, Placed } from './lives.ts'
import { fragmentKey, isFragment, type Sent } from './packets.ts'
import { contradicts, shownBytes } from './payload.ts'
import type { Call } from './story.ts'

/** A datagram, with all its fragments. */
interface Datagram {
  readonly from: FlowEnd
  readonly sents: Sent[]
  readonly t: number
  /** When the last of it arrived; null when a part never did. */
  arrived: number | null
  /** Of its payload. */
  readonly length: number
  /** As much of its payload as its first packet carries, and as was kept. */
  readonly bytes: Uint8Array
}

/** Writes causes into the datagrams of a conversation. */
export function joinUdp(join: Join, flow: Flow): void {
  for (const side of [0, 1] as const) {
    const { life } = flow.ends[side]
    const sent = datagramsOf(flow, side, (one) => one.first && one.packet.fate !== 'copy')
    if (life) joinSends(join, life, flow.ends[side === 0 ? 1 : 0], sent)
  }
  joinErrors(join, flow)
  for (const sent of flow.sent) if (!sent.isJoined) join.byKernel(sent, sent.packet.decoded.icmp ? 'icmp' : 'unknown')
}

/** Tells every call that received a datagram of it: a socket hears all its partners in one order. */
export function joinHeard(join: Join, flows: readonly Flow[]): void {
  const heard = new Map<Life, Datagram[]>()
  for (const flow of flows) {
    if (flow.protocol !== 'udp') continue
    for (const side of [0, 1] as const) {
      const { life } = flow.ends[side === 0 ? 1 : 0]
      if (!life) continue
      for (const datagram of datagramsOf(flow, side, ({ last }) => last)) {
        const isRefused = datagram.sents.some(({ packet }) => flow.answered.has(packet.number))
        if (datagram.arrived !== null && !isRefused) put(heard, life, datagram)
      }
    }
  }
  for (const [life, datagrams] of heard) {
    joinReceives(
      join,
      life,
      sorted(datagrams, (a, b) => (a.arrived as number) - (b.arrived as number)),
    )
  }
}

function datagramsOf(flow: Flow, side: 0 | 1, belongs: (sent: Sent) => boolean): Datagram[] {
  const datagrams: Datagram[] = []
  const parts = new Map<string, Datagram>()
  for (const sent of flow.sent) {
    if (sent.side !== side || sent.packet.decoded.icmp || !belongs(sent)) continue
    const { t, arrived, decoded } = sent.packet
    const whole = isFragment(sent) ? parts.get(fragmentKey(sent)) : undefined
    if (whole) {
      whole.sents.push(sent)
      whole.arrived = whole.arrived === null || arrived === null ? null : Math.max(whole.arrived, arrived)
      continue
    }
    const length = Math.max(0, (decoded.udp?.length ?? 8) - 8)
    const { bytes } = decoded.payload
    const datagram = { from: flow.ends[side], sents: [sent], t, arrived, length, bytes }
    datagrams.push(datagram)
    if (isFragment(sent)) parts.set(fragmentKey(sent), datagram)
  }
  return datagrams
}

/**
 * The n-th datagram to a partner is of the n-th call that sent one there. Where frames are missing, a call whose datagram
 * may be among them is not taken for another's.
 */
function joinSends(join: Join, life: Life, other: FlowEnd, datagrams: readonly Datagram[]): void {
  const calls = join
    .sendsTo(life, other.port)
    .filter(({ call }) => call.error === null && goesTo(call.peer ?? endpointIn(call.args) ?? life.remote, other))
  // Python's call has come back when its datagram has left; Node's comes back before.
  const isOver = ({ call }: Placed, t: number) => join.blocks(call) && call.ended !== null && call.ended + SLACK < t
  let head = 0
  for (const datagram of datagrams) {
    const found: number[] = []
    for (let at = head; at < calls.length && found.length < 2; at++) {
      const placed = calls[at] as Placed
      if (placed.call.began - SLACK > datagram.t) break
      if (isOver(placed, datagram.t)) continue
      const { bytes, args } = placed.call
      if ((bytes === null || bytes === datagram.length) && !contradicts(args, datagram.bytes)) found.push(at)
    }
    const [first, second] = found
    if (first === undefined) continue
    const placed = calls[first] as Placed
    if (second !== undefined && join.missesFrames(placed.call.began, datagram.t)) continue
    head = first + 1
    for (const sent of datagram.sents) join.causes(placed, sent)
  }
}

/** Datagrams are received in the order in which they came; one that found no room is left out. */
function joinReceives(join: Join, life: Life, arrived: readonly Datagram[]): void {
  const isReceive = ({ deed, bytes, error, ended }: Call) =>
    deed === 'receive' && bytes !== null && error === null && ended !== null
  const calls = life.calls.filter(({ call }) => isReceive(call))
  sorted(calls, (a, b) => (a.call.ended as number) - (b.call.ended as number) || a.place - b.place)
  let next = 0
  let before = 0
  for (const placed of calls) {
    const { value } = placed.call
    const since = before
    before = placed.call.ended as number
    // What is not seen might be what was received.
    if (join.missesFrames(since, before) && shownBytes(value ?? '') === null) continue
    for (let at = next; at < arrived.length; at++) {
      const datagram = arrived[at] as Datagram
      if ((datagram.arrived as number) > before + SLACK) break
      if (!fits(placed, datagram, life.remote)) continue
      next = at + 1
      for (const sent of datagram.sents) join.brings(sent, placed)
      break
    }
  }
}

/** Whether a call may have received this: all of it, or as much as it asked for. */
function fits({ call }: Placed, { from, length, bytes }: Datagram, partner: Endpoint | null): boolean {
  const peer = call.peer ?? partner
  if (peer !== null && !goesTo(peer, from)) return false
  const asked = Number(/\d+/.exec(call.args)?.[0] ?? -1)
  const isWhole = call.bytes === length || (call.bytes === asked && length > asked)
  return isWhole && !contradicts(call.value, bytes)
}

/** A connected socket is told of an ICMP error by its next call. */
function joinErrors(join: Join, flow: Flow): void {
  const errors = flow.sent.filter(({ packet, last }) => last && packet.decoded.icmp && packet.arrived !== null)
  for (const sent of errors) {
    const { life } = flow.ends[1 - sent.side] as FlowEnd
    const told = life?.calls.find(
      ({ call }) => call.error !== null && call.ended !== null && call.ended + SLACK >= (sent.packet.arrived as number),
    )
    if (told?.call.error === 'ECONNREFUSED') join.brings(sent, told)
  }
}
