import { hex, type Reader } from './reader.ts'

/** Numbers of the protocols that Ethernet carries here (IANA, IEEE 802 Numbers; RFC 894, RFC 826, RFC 2464). */
export const ETHER_TYPES = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const

/** Reads an Ethernet II header (RFC 894; IEEE 802.3, clause 3.2) and gives its type. Frames of `lo` have zero addresses. */
export function readEthernet(reader: Reader): number {
  reader.aside('destination', 6, mac)
  reader.aside('source', 6, mac)
  return reader.number('type', 2)
}

/** A hardware address of 6 bytes: `02:00:00:00:00:01`. */
export function mac(bytes: Uint8Array, at: number): string {
  return hex(bytes, at, 6).replace(/..(?=.)/g, '$&:')
}
