/** What is written on a packet, and what it is called where it cannot be seen. Pure. */
import type { Packet } from '../../../labs/checks/story.ts'
import { destinationOf, endpointText, otherAddress, sourceOf } from './endpoints.ts'
import { count, grouped, say, type Voice } from './wording.ts'

/** What stands on an arrow. */
export interface PacketLabel {
  /** Flags or protocol: `SYN, ACK`, `UDP`. */
  readonly name: string
  /** Relative numbers, another address than the usual, or what an error says: `seq 0 ack 1`; empty where there is nothing. */
  readonly numbers: string
  /** What it carries: `4 bytes`; empty for nothing. */
  readonly load: string
}

export function labelOf(packet: Packet, voice: Voice): PacketLabel {
  const { tcp, udp, icmp, arp, ip, payload } = packet.decoded
  const bytes = count(voice, payload.length, 'bytes')
  const load = payload.length > 0 ? bytes : ''
  if (tcp) {
    const asked = tcp.flags.includes('SYN') ? otherAddress(packet) : null
    const numbers = asked === null ? numbersOf(packet) : `→ ${asked}`
    return { name: tcp.flags.join(', ') || 'TCP', numbers, load }
  }
  if (udp) return { name: 'UDP', numbers: `→ ${udp.destinationPort}`, load: bytes }
  if (icmp) {
    return { name: icmp.version === 6 ? 'ICMPv6' : 'ICMP', numbers: icmpName(packet, voice), load: '' }
  }
  if (arp) {
    const key = arp.operation === 1 ? 'wire.arp-request' : 'wire.arp-reply'
    return { name: 'ARP', numbers: say(voice, key, { target: arp.targetAddress, sender: arp.senderAddress }), load: '' }
  }
  if (ip?.fragment) {
    return { name: say(voice, 'wire.fragment'), numbers: say(voice, 'wire.from-byte', { n: ip.fragment.offset }), load }
  }
  return { name: ip ? 'IP' : say(voice, 'wire.frame'), numbers: '', load: count(voice, packet.length, 'bytes') }
}

/** What an ICMP message says, in the reader's language where the course has words for it. */
export function icmpName({ decoded: { icmp } }: Packet, voice: Voice): string {
  if (icmp === null) return ''
  const key = `icmp.${icmp.name}`
  if (Object.hasOwn(voice.words, key)) return say(voice, key)
  return icmp.name?.replaceAll('-', ' ') ?? `${icmp.type}/${icmp.code}`
}

/** `SYN, 127.0.0.1:40112 to 127.0.0.1:12824`, and then all else that can be seen of it. */
export function packetName(packet: Packet, voice: Voice, more: readonly string[] = []): string {
  const { name, numbers, load } = labelOf(packet, voice)
  const { icmp } = packet.decoded
  const [source, destination] = [sourceOf(packet.decoded), destinationOf(packet.decoded)]
  const what = icmp || packet.decoded.arp ? `${name} ${numbers}` : name
  const way =
    source && destination
      ? say(voice, 'wire.way', { from: endpointText(source), to: endpointText(destination) })
      : say(voice, 'wire.way', { from: packet.from, to: packet.to })
  const told = packet.decoded.tcp ? numbersOf(packet).replace(/ (ack )/, `${say(voice, 'wire.comma')}$1`) : ''
  return [what, way, load, told, ...more].filter((part) => part !== '').join(say(voice, 'wire.comma'))
}

function numbersOf({ sequence, acknowledgment, decoded: { tcp } }: Packet): string {
  const parts = []
  if (sequence !== null) parts.push(`seq ${grouped(sequence)}`)
  if (acknowledgment !== null && tcp?.flags.includes('ACK')) parts.push(`ack ${grouped(acknowledgment)}`)
  return parts.join(' ')
}
