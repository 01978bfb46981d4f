/** Frames become packets: decoded, counted, with the hosts they went between. */
import type { FrameEvent } from '../events.ts'
import { decode } from '../wire/decode.ts'
import type { Decoded, Ip } from '../wire/decoded.ts'
import { type Draft, NONE } from './draft.ts'
import type { Hosts } from './hosts.ts'
import type { RunEvents } from './runs.ts'
import { KERNEL_DEEDS, type KernelDeed, type Packet, type Remark } from './story.ts'
import type { Segment } from './streams.ts'

/** A packet with what the folds need to know of it. */
export interface Sent {
  readonly packet: Draft<Packet>
  /** Names the two ends of its conversation, in whichever direction; null for what is neither TCP nor UDP. */
  key: string | null
  /** Whether the end that comes first in `key` sent it. */
  forward: boolean
  /** Whether it left its sender here, and whether it reached its receiver here: a router stands between otherwise. */
  readonly first: boolean
  readonly last: boolean
  /** The same packet on the wire before. */
  before: Sent | null
  /** Which end of its conversation sent it. */
  side: 0 | 1
  /** Where it lies in its stream; null for what is not TCP, or where the stream's beginning was not seen. */
  segment: Segment | null
  /** Its cause is known. */
  isJoined: boolean
}

/** Every deed of a kernel as a cause. */
export const BY_KERNEL = Object.fromEntries(KERNEL_DEEDS.map((kernel) => [kernel, { kernel }])) as Readonly<
  Record<KernelDeed, { readonly kernel: KernelDeed }>
>

/** Remarks on a packet. */
export function say({ packet }: Sent, remark: Remark): void {
  packet.remarks = [...packet.remarks, remark]
}

/** What is found out about a frame once, however often its story is told. */
interface Seen {
  readonly decoded: Decoded
  readonly key: string | null
  readonly forward: boolean
  readonly remarks: readonly Remark[]
}

const seen = new WeakMap<FrameEvent, Seen>()

/** The packets of a run, `[number - 1]`. Nothing is joined yet. */
export function packetsOf({ frames }: RunEvents, hosts: Hosts): Sent[] {
  const sent = frames.map((frame, i) => sentOf(frame, i + 1, hosts))
  const wholes = new Map<string, Sent>()
  for (const part of sent) {
    if (part.key !== null && isFragment(part)) wholes.set(fragmentKey(part), part)
  }
  if (wholes.size === 0) return sent
  for (const part of sent) {
    if (part.key !== null || !isFragment(part)) continue
    const head = wholes.get(fragmentKey(part))
    if (!head) continue
    part.key = head.key
    part.forward = head.forward
  }
  return sent
}

/** Whether it is a part of a packet that was too long. */
export function isFragment({ packet }: Sent): boolean {
  return packet.decoded.ip?.fragment != null
}

/** The same for all fragments of one packet on one wire (RFC 791, section 3.2; RFC 8200, section 4.5). */
export function fragmentKey({ packet }: Sent): string {
  const { source, destination, protocol, fragment } = packet.decoded.ip as Ip
  return `${packet.wire} ${source} ${destination} ${protocol} ${fragment?.id}`
}

function sentOf(frame: FrameEvent, number: number, hosts: Hosts): Sent {
  const { decoded, key, forward, remarks } = look(frame)
  const [from, to] = hosts.ends(frame.wire, frame.from)
  const { ip } = decoded
  const alone = frame.wire === null || ip === null
  const source = ip && hosts.of(ip.source, from)
  const destination = ip && hosts.of(ip.destination, to)
  return {
    key,
    forward,
    first: alone || source === null || source === from,
    last: alone || destination === null || destination === to,
    before: null,
    side: 0,
    segment: null,
    isJoined: false,
    packet: {
      number,
      t: frame.t,
      arrived: frame.handedOn ?? (frame.wire === null && frame.fate === 'delivered' ? frame.t : null),
      fate: frame.fate,
      wire: frame.wire,
      from,
      to,
      sender: null,
      receiver: null,
      length: frame.length,
      bytes: frame.bytes,
      decoded,
      conversation: null,
      sequence: null,
      acknowledgment: null,
      range: null,
      remarks,
      about: null,
      cause: BY_KERNEL.unknown,
      receivedBy: NONE,
    },
  }
}

function look(frame: FrameEvent): Seen {
  const known = seen.get(frame)
  if (known) return known
  const decoded = decode(frame.bytes, frame.length)
  const [key, forward] = conversationKey(decoded, frame.wire === null ? `${frame.from}` : '')
  const found = { decoded, key, forward, remarks: remarksOf(frame, decoded) }
  seen.set(frame, found)
  return found
}

function remarksOf({ wire, bytes }: FrameEvent, decoded: Decoded): readonly Remark[] {
  if (decoded.ip?.fragment) return ['fragment']
  if (decoded.icmp?.name === 'port-unreachable') return ['port-unreachable']
  return wire === null && isUncomputed(bytes, decoded) ? ['no-checksum'] : NONE
}

/** Names a conversation by its ends, sorted; and whether the sender is the first of them. */
export function conversationKey({ ip, tcp, udp }: Decoded, loopback: string): [string | null, boolean] {
  const ports = tcp ?? udp
  if (!ip || !ports) return [null, true]
  const a = `${ip.source} ${ports.sourcePort}`
  const b = `${ip.destination} ${ports.destinationPort}`
  const name = `${loopback} ${tcp ? 'tcp' : 'udp'}`
  return a <= b ? [`${name} ${a} ${b}`, true] : [`${name} ${b} ${a}`, false]
}

/** Where the checksum stands in its header. */
const CHECKSUM = { tcp: 16, udp: 6 } as const

/**
 * Whether the checksum was never computed: Linux puts the sum of the pseudo-header there and leaves the rest to the
 * hardware (Documentation/networking/checksum-offloads), which loopback does not have.
 */
function isUncomputed(bytes: Uint8Array, { ip, tcp, udp }: Decoded): boolean {
  if (!ip || !(tcp || udp) || ip.fragment) return false
  const four = ip.version === 4
  // Behind extension headers nobody looks.
  if (!four && bytes[20] !== ip.protocol) return false
  const start = four ? 14 + 4 * ((bytes[14] ?? 0) & 15) : 54
  const from = four ? 26 : 22
  let sum = ip.protocol + ip.length - (start - 14)
  for (let at = from; at < from + (four ? 8 : 32); at += 2) sum += word(bytes, at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return word(bytes, start + (tcp ? CHECKSUM.tcp : CHECKSUM.udp)) === sum
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
