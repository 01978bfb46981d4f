/** Addresses and ports: who a packet says it is from, and how that is written. Pure. */
import type { Packet } from '../../../labs/checks/story.ts'
import type { Endpoint } from '../../../labs/events.ts'
import type { Decoded } from '../../../labs/wire/decoded.ts'

/** Where a packet says it comes from; port 0 where it names none, null where it names no address. */
export function sourceOf({ ip, tcp, udp, arp }: Decoded): Endpoint | null {
  if (ip) return { address: ip.source, port: (tcp ?? udp)?.sourcePort ?? 0 }
  return arp && { address: arp.senderAddress, port: 0 }
}

/** Where a packet says it goes; see `sourceOf`. */
export function destinationOf({ ip, tcp, udp, arp }: Decoded): Endpoint | null {
  if (ip) return { address: ip.destination, port: (tcp ?? udp)?.destinationPort ?? 0 }
  return arp && { address: arp.targetAddress, port: 0 }
}

/** Whether both are there and the same. */
export function isSame(one: Endpoint | null, other: Endpoint | null): boolean {
  return one !== null && other !== null && one.port === other.port && one.address === other.address
}

/** `10.0.0.1:80`, `[fd00::1]:80` (RFC 3986, section 3.2.2); the address alone without a port. */
export function endpointText({ address, port }: Endpoint): string {
  if (port === 0) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** The address that stands over a host's own kernel where it has no wire. */
const USUAL = '127.0.0.1'

/**
 * Another address of its own than the usual one, which a host talking with itself asked for by SYN, or refused at by RST:
 * it has to be named. Null for every other packet.
 */
export function otherAddress({ wire, decoded: { ip, tcp } }: Pick<Packet, 'wire' | 'decoded'>): string | null {
  if (wire !== null || !ip || !tcp || (tcp.flags.includes('SYN') && tcp.flags.includes('ACK'))) return null
  if (tcp.flags.includes('SYN')) return ip.destination === USUAL ? null : ip.destination
  return tcp.flags.includes('RST') && ip.source !== USUAL ? ip.source : null
}
