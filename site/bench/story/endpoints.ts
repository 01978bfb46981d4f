/** Addresses and ports: who a packet says it is from, and how that is written. Pure. */
import type { Endpoint } from '../../../labs/protocol.ts'
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
