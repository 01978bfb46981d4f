/** Conversations: which packets belong together, and whose socket stands at each end. */
import type { Endpoint } from '../events.ts'
import type { Decoded } from '../wire/decoded.ts'
import { SLACK } from './draft.ts'
import type { Hosts } from './hosts.ts'
import type { Life } from './lives.ts'
import { conversationKey, type Sent } from './packets.ts'

/** One end of a conversation. */
export interface FlowEnd extends Endpoint {
  /** Null when no host of the lab has the address. */
  readonly host: string | null
  /** The first sequence number of its stream; null while it was not seen. */
  isn: number | null
  /** The socket of a program that tells its calls. */
  life: Life | null
  /** The call by name whose runtime made this one, when nobody tells of the socket itself. */
  caller: Life | null
  /** The socket that listened, when it is the end that was called. */
  listener: Life | null
  /** Whose it is, as calls or the kernel's table tell. */
  program: string | null
}

/** A conversation with what the folds need to know of it. */
export interface Flow {
  /** Its place in `Story.conversations`. */
  readonly place: number
  readonly protocol: 'tcp' | 'udp'
  /** The end that sent first, and the other. */
  readonly ends: readonly [FlowEnd, FlowEnd]
  /** In the order of time. */
  readonly sent: Sent[]
  /** Whether the first of `ends` is the first of the conversation's key. */
  readonly forward: boolean
  /** The numbers of its packets that an ICMP error speaks of. */
  readonly answered: Set<number>
}

/** Gathers packets of TCP and UDP into conversations, and gives what ICMP says to those it speaks of. */
export function flowsOf(byTime: readonly Sent[], hosts: Hosts): Flow[] {
  const flows: Flow[] = []
  const latest = new Map<string, Flow>()
  for (const sent of byTime) {
    if (sent.key === null) {
      const { about } = sent.packet.decoded.icmp ?? {}
      if (about) putAbout(sent, about, latest, hosts)
      continue
    }
    let flow = latest.get(sent.key)
    if (!flow || beginsAnew(flow, sent)) {
      flow = newFlow(flows.length, sent, hosts)
      flows.push(flow)
      latest.set(sent.key, flow)
    }
    sent.side = sent.forward === flow.forward ? 0 : 1
    flow.sent.push(sent)
    sent.packet.conversation = flow.place
    const { tcp } = sent.packet.decoded
    if (tcp?.flags.includes('SYN')) (flow.ends[sent.side] as FlowEnd).isn ??= tcp.sequence
  }
  return flows
}

/** Whether this SYN opens another connection between the same ends, and is not one of this connection once more. */
function beginsAnew(flow: Flow, { packet, forward }: Sent): boolean {
  const flags = packet.decoded.tcp?.flags
  if (!flags?.includes('SYN') || flags.includes('ACK')) return false
  const side = forward === flow.forward ? 0 : 1
  const { isn } = flow.ends[side] as FlowEnd
  if (isn !== null) return isn !== packet.decoded.tcp?.sequence
  // Both ends may call at once (RFC 9293, section 3.5): then nothing but SYN was seen of the other.
  return flow.sent.some((sent) => !sent.packet.decoded.tcp?.flags.includes('SYN'))
}

function newFlow(place: number, { packet, forward }: Sent, hosts: Hosts): Flow {
  const { decoded, from, to } = packet
  const [source, destination] = endpointsOf(decoded)
  const here = endOf(source, hosts.of(source.address, from))
  const there = endOf(destination, hosts.of(destination.address, to))
  const answers = decoded.tcp?.flags.includes('SYN') && decoded.tcp.flags.includes('ACK')
  return {
    place,
    protocol: decoded.tcp ? 'tcp' : 'udp',
    ends: answers ? [there, here] : [here, there],
    sent: [],
    answered: new Set(),
    forward: answers ? !forward : forward,
  }
}

function endpointsOf({ ip, tcp, udp }: Decoded): [Endpoint, Endpoint] {
  const ports = tcp ?? udp
  return [
    { address: ip?.source ?? '', port: ports?.sourcePort ?? 0 },
    { address: ip?.destination ?? '', port: ports?.destinationPort ?? 0 },
  ]
}

function endOf({ address, port }: Endpoint, host: string | null): FlowEnd {
  return { address, port, host, isn: null, life: null, caller: null, listener: null, program: null }
}

/** An ICMP error belongs to the conversation of the packet that it carries. */
function putAbout(sent: Sent, about: Decoded, latest: Map<string, Flow>, hosts: Hosts): void {
  const { packet } = sent
  const place = packet.wire === null ? hosts.place(packet.from) : ''
  const [key, forward] = conversationKey(about, place)
  const flow = key === null ? undefined : latest.get(key)
  if (!flow) return
  packet.conversation = flow.place
  // Who is told is who sent what it is about.
  const side = forward === flow.forward ? 0 : 1
  sent.side = side === 0 ? 1 : 0
  packet.about = quotedBy(flow, sent, side, about)?.packet.number ?? null
  if (packet.about !== null) flow.answered.add(packet.about)
  flow.sent.push(sent)
}

/**
 * The packet that an ICMP error carries: a kernel answers at once, so of packets that look the same it is the last that has
 * come to whoever answers and was not answered before.
 */
function quotedBy(flow: Flow, { packet }: Sent, side: 0 | 1, about: Decoded): Sent | null {
  const quoted = packet.bytes.subarray(packet.decoded.payload.offset)
  let again: Sent | null = null
  for (let i = flow.sent.length - 1; i >= 0; i--) {
    const one = flow.sent[i] as Sent
    const { arrived, wire, bytes, number, decoded } = one.packet
    if (one.side !== side || decoded.icmp || wire !== packet.wire || !isQuoted(one, about)) continue
    if (arrived === null || arrived > packet.t + SLACK || !hasSameNumber(bytes, quoted)) continue
    if (!flow.answered.has(number)) return one
    again ??= one
  }
  return again
}

/** Whether a frame has the identification of a quoted packet (RFC 791, section 3.1); IPv6 has none. */
function hasSameNumber(frame: Uint8Array, quoted: Uint8Array): boolean {
  const isFour = (quoted[0] ?? 0) >> 4 === 4
  return !isFour || (frame[18] === quoted[4] && frame[19] === quoted[5])
}

/** Whether a packet is the one that an ICMP error carries, which is cut and has lived a hop or more. */
function isQuoted({ packet }: Sent, about: Decoded): boolean {
  const { ip, tcp, udp, payload } = packet.decoded
  if (!ip || ip.length !== about.ip?.length) return false
  if (tcp) return tcp.sequence === about.tcp?.sequence
  if (!udp) return false
  const kept = Math.min(payload.bytes.length, about.payload.bytes.length)
  for (let at = 0; at < kept; at++) if (payload.bytes[at] !== about.payload.bytes[at]) return false
  return true
}
