import { ipv4Text } from '../address.ts'
import type { Ip } from './decoded.ts'
import { readOptions } from './options.ts'
import type { Reader } from './reader.ts'

const FIXED = 20

/** Reads an IPv4 header with its options (RFC 791, section 3.1); null when it cannot be one. */
export function readIPv4(reader: Reader): Ip | null {
  const start = reader.at
  const version = reader.bits('version', 4)
  const headerLength = 4 * reader.bits('headerLength', 4)
  // RFC 2474, section 3, and RFC 3168, section 5, in the place of RFC 791's type of service.
  reader.bits('dscp', 6)
  reader.bits('ecn', 2)
  const length = reader.number('totalLength', 2)
  const id = reader.number('identification', 2)
  reader.bits('reserved', 1)
  reader.bits('dontFragment', 1)
  const more = reader.bits('moreFragments', 1) === 1
  const offset = 8 * reader.bits('fragmentOffset', 13)
  const hopLimit = reader.number('timeToLive', 1)
  const protocol = reader.number('protocol', 1)
  reader.number('checksum', 2)
  const source = reader.text('source', 4, ipv4Text)
  const destination = reader.text('destination', 4, ipv4Text)
  if (reader.short) return null
  if (version !== 4 || headerLength < FIXED || length < headerLength) {
    reader.malformed()
    return null
  }
  if (headerLength > FIXED && reader.endsAt(start + headerLength)) {
    readOptions(reader, (kind, size) => readOption(reader, kind, size))
  }
  const fragment = more || offset > 0 ? { id, offset, more } : null
  return { version: 4, source, destination, protocol, hopLimit, fragment, length }
}

/** Options of IPv4 by their kind (IANA, IP Parameters). */
const RECORD_ROUTE = 7
const TIMESTAMP = 68
const LOOSE_ROUTE = 131
const STRICT_ROUTE = 137
const ROUTER_ALERT = 148

function readOption(reader: Reader, kind: number, length: number): boolean {
  if (kind === ROUTER_ALERT) {
    // RFC 2113, section 2.1.
    if (length !== 2) return reader.malformed()
    reader.number('routerAlert', 2)
    return true
  }
  if (kind === RECORD_ROUTE || kind === LOOSE_ROUTE || kind === STRICT_ROUTE) {
    if (length % 4 !== 1) return reader.malformed()
    reader.number('optionPointer', 1)
    for (let rest = length - 1; rest > 0; rest -= 4) reader.aside('routeAddress', 4, ipv4Text)
    return true
  }
  if (kind === TIMESTAMP) return readTimestamps(reader, length)
  return false
}

/** RFC 791, section 3.1, "Internet Timestamp": flag 0 has times only; 1 and 3 have an address before each. */
function readTimestamps(reader: Reader, length: number): boolean {
  if (length < 2 || length % 4 !== 2) return reader.malformed()
  reader.number('optionPointer', 1)
  reader.bits('timestampOverflow', 4)
  const flag = reader.bits('timestampFlag', 4)
  const addressed = flag === 1 || flag === 3
  let rest = length - 2
  for (; addressed && rest >= 8; rest -= 8) {
    reader.aside('timestampAddress', 4, ipv4Text)
    reader.number('timestamp', 4)
  }
  for (; rest > 0; rest -= 4) reader.number('timestamp', 4)
  return true
}
