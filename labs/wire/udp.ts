import type { Udp } from './decoded.ts'
import type { Reader } from './reader.ts'

/** A UDP header's length, which its own length counts in (RFC 768). */
export const UDP_HEADER = 8

/** Reads a UDP header (RFC 768). */
export function readUdp(reader: Reader): Udp {
  const sourcePort = reader.number('sourcePort', 2)
  const destinationPort = reader.number('destinationPort', 2)
  const length = reader.number('length', 2)
  reader.number('checksum', 2)
  if (!reader.short && length < UDP_HEADER) reader.malformed()
  return { sourcePort, destinationPort, length }
}
