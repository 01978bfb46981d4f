/** Ties datagrams to the calls that sent and received them: by addresses, order and payload. */
import type { Endpoint } from '../protocol.ts'
import { endpointIn } from './calls.ts'
import { plainAddress, SLACK } from './draft.ts'
import type { Flow, FlowEnd } from './flows.ts'
import type { Join } from './join.ts'
import type { Life, Placed } from './lives.ts'
import { fragmentKey, isFragment, type Sent } from './packets.ts'

/** A datagram, with all its fragments. */
interface Datagram {
  readonly sents: Sent[]
  readonly t: number
  /** When the last of it arrived; null when a part never did. */
  arrived: number | null
  /** Of its payload. */
  readonly length: number
}

/** Writes causes into datagrams, and packets into the calls at both ends. */
export function joinUdp(join: Join, flow: Flow): void {
  for (const side of [0, 1] as const) {
    const other = flow.ends[1 - side] as FlowEnd
    const { life } = flow.ends[side]
    const sent = datagramsOf(flow, side, (one) => one.first && one.packet.fate !== 'copy')
    if (life) joinSends(join, life, other, sent)
    const refused = refusedOf(flow)
    const arrived = datagramsOf(flow, side, (one) => one.last).filter(
      (datagram) => datagram.arrived !== null && !datagram.sents.some(({ packet }) => refused.has(packet.number)),
    )
    arrived.sort((a, b) => (a.arrived as number) - (b.arrived as number))
    if (other.life) joinReceives(join, other.life, flow.ends[side], arrived)
  }
  joinErrors(join, flow)
  for (const sent of flow.sent) {
    if (join.causeOf(sent) === null) join.byKernel(sent, sent.packet.decoded.icmp ? 'icmp' : 'unknown')
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
    const datagram = { sents: [sent], t, arrived, length: Math.max(0, (decoded.udp?.length ?? 8) - 8) }
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
  const calls = life.calls.filter(
    ({ call }) =>
      call.deed === 'send' &&
      !call.event &&
      call.error === null &&
      goesTo(call.peer ?? endpointIn(call.args) ?? life.remote, other),
  )
  let waiting: Placed[] = []
  let next = 0
  for (const datagram of datagrams) {
    while (next < calls.length && (calls[next] as Placed).call.began - SLACK <= datagram.t) {
      waiting.push(calls[next] as Placed)
      next++
    }
    const until = (call: Placed['call']) => (join.blocks(call) && call.ended !== null ? call.ended + SLACK : Infinity)
    waiting = waiting.filter(({ call }) => until(call) >= datagram.t)
    const fitting = waiting.filter(({ call }) => call.bytes === null || call.bytes === datagram.length)
    const [first] = fitting
    if (!first) continue
    if (fitting.length > 1 && join.missesFrames(first.call.began, datagram.t)) continue
    waiting.splice(0, waiting.indexOf(first) + 1)
    for (const sent of datagram.sents) join.causes(first, sent)
  }
}

/** Datagrams are received in the order in which they came; one that found no room is left out. */
function joinReceives(join: Join, life: Life, from: FlowEnd, arrived: readonly Datagram[]): void {
  let next = 0
  const calls = life.calls
    .filter(({ call }) => call.deed === 'receive' && call.bytes !== null && call.error === null && call.ended !== null)
    .sort((a, b) => (a.call.ended as number) - (b.call.ended as number))
  for (const placed of calls) {
    const { bytes, ended, peer } = placed.call
    if (!goesTo(peer ?? life.remote, from)) continue
    const at = arrived.findIndex(
      (datagram, i) =>
        i >= next && datagram.length >= (bytes ?? 0) && (datagram.arrived as number) <= (ended as number) + SLACK,
    )
    const datagram = arrived[at]
    if (!datagram) continue
    next = at + 1
    for (const sent of datagram.sents) join.brings(sent, placed)
  }
}

/** Datagrams that an ICMP error speaks of, by number. */
function refusedOf(flow: Flow): Set<number> {
  return new Set(
    flow.sent.flatMap(({ packet }) => (packet.decoded.icmp && packet.about !== null ? [packet.about] : [])),
  )
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

function goesTo(target: Endpoint | null, { address, port }: FlowEnd): boolean {
  if (target?.port !== port) return false
  const named = plainAddress(target.address)
  return named === address || !/^[\d.]+$|:/.test(named)
}
