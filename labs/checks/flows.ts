/** Conversations: which packets belong together, and whose socket stands at each end. */
import { type Endpoint, SHELL } from '../protocol.ts'
import type { Decoded } from '../wire/decoded.ts'
import { isAny, plainAddress, SLACK } from './draft.ts'
import type { Hosts } from './hosts.ts'
import type { Life } from './lives.ts'
import { conversationKey, type Sent } from './packets.ts'
import type { Tables } from './tables.ts'

/** One end of a conversation. */
export interface FlowEnd extends Endpoint {
  /** Null when no host of the lab has the address. */
  readonly host: string | null
  /** The first sequence number of its stream; null while it was not seen. */
  isn: number | null
  /** The socket of a program that tells its calls. */
  life: Life | null
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
  return { address, port, host, isn: null, life: null, listener: null, program: null }
}

/** An ICMP error belongs to the conversation of the packet that it carries, and is about the latest such packet. */
function putAbout(sent: Sent, about: Decoded, latest: Map<string, Flow>, hosts: Hosts): void {
  const { packet } = sent
  const place = packet.wire === null ? hosts.place(packet.from) : ''
  const [key, forward] = conversationKey(about, place)
  const flow = key === null ? undefined : latest.get(key)
  if (!flow) return
  packet.conversation = flow.place
  const side = forward === flow.forward ? 0 : 1
  // Who is told is who sent it.
  sent.side = side === 0 ? 1 : 0
  flow.sent.push(sent)
  const cause = flow.sent.findLast(
    (one) => one.side === side && one.packet.wire === packet.wire && isQuoted(one, about),
  )
  packet.about =
    (cause ?? flow.sent.findLast((one) => one.side === side && isQuoted(one, about)))?.packet.number ?? null
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

/** Finds out whose sockets stand at the ends: first by the calls, then by the kernel's table. */
export function nameEnds(flows: readonly Flow[], lives: readonly Life[], tables: Tables): void {
  const connected = new Map<string, Life[]>()
  const local = new Map<string, Life[]>()
  for (const life of lives) {
    if (life.local) push(local, `${life.host} ${life.protocol} ${life.local.port}`, life)
    if (life.local && life.remote)
      push(connected, connectedKey(life.host, life.protocol, life.local, life.remote), life)
  }
  const callers = lives.filter((life) => life.protocol === 'tcp' && life.connect && !life.local)
  const taken = new Set<Life>()
  for (const flow of flows) {
    const began = flow.sent[0]?.packet.t ?? 0
    const until = flow.sent.at(-1)?.packet.t ?? began
    for (const [side, end] of flow.ends.entries()) {
      if (end.host === null) continue
      const other = flow.ends[1 - side] as FlowEnd
      const here = local.get(`${end.host} ${flow.protocol} ${end.port}`) ?? []
      if (flow.protocol === 'tcp') {
        const exact = connected.get(connectedKey(end.host, 'tcp', end, other)) ?? []
        end.life = exact.find((life) => !taken.has(life) && life.ended + SLACK >= began) ?? null
        if (!end.life && side === 0)
          end.life = callers.find((life) => !taken.has(life) && calls(life, end, other, flow)) ?? null
        if (end.life) taken.add(end.life)
        else if (side === 1) end.listener = here.find((life) => life.listens && stands(life, end, began, began)) ?? null
        if (end.life?.acceptedBy)
          end.listener = here.find((life) => life.listens && stands(life, end, began, began)) ?? null
      } else {
        end.life =
          here.find((life) => life.remote?.port === other.port && stands(life, end, began, until)) ??
          here.find((life) => stands(life, end, began, until)) ??
          null
      }
      const told = end.life?.program ?? end.listener?.program
      const holder = told ?? tables.holder(flow.protocol, end.host, end, other, began, until)
      end.program = holder?.startsWith(SHELL) ? null : (holder ?? null)
    }
  }
}

/** Whether a socket was there between two moments, and can be reached by this address. */
function stands(life: Life, end: FlowEnd, from: number, to: number): boolean {
  const address = life.local?.address ?? ''
  return life.began <= to + SLACK && life.ended + SLACK >= from && (isAny(address) || address === end.address)
}

/**
 * Whether this connection is the one that a call asked for whose socket has no address (any more): the first from its
 * host to that partner, while it was waiting.
 */
function calls(life: Life, end: FlowEnd, other: FlowEnd, flow: Flow): boolean {
  const call = life.connect?.call
  const t = flow.sent[0]?.packet.t
  if (!call || t === undefined || life.host !== end.host || life.remote?.port !== other.port) return false
  if (life.remote.address !== '' && life.remote.address !== other.address) return false
  // Node's own call comes back at once, and the error comes as an event.
  const until =
    call.error === null && life.ended > t ? Number.POSITIVE_INFINITY : (call.ended ?? Number.POSITIVE_INFINITY)
  return call.began - SLACK <= t && t <= until + SLACK
}

function connectedKey(host: string, protocol: string | null, local: Endpoint, remote: Endpoint): string {
  const mine = `${plainAddress(local.address)} ${local.port}`
  return `${host} ${protocol} ${mine} ${plainAddress(remote.address)} ${remote.port}`
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = map.get(key)
  if (list) list.push(item)
  else map.set(key, [item])
}
