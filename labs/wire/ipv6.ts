import { ipv6Text } from '../address.ts'
import type { Ip } from './decoded.ts'
import type { Reader } from './reader.ts'

const FIXED = 40

/** Extension headers by the number that announces them (RFC 8200, section 4; RFC 4302 for the last). */
const HOP_BY_HOP = 0
const ROUTING = 43
const FRAGMENT = 44
const DESTINATION_OPTIONS = 60
const AUTHENTICATION = 51

/** Reads an IPv6 header with all its extension headers (RFC 8200, sections 3 and 4); null when it cannot be one. */
export function readIPv6(reader: Reader): Ip | null {
  const start = reader.at
  const version = reader.bits('version', 4)
  // RFC 2474, section 3, and RFC 3168, section 5: the two parts of the traffic class.
  reader.bits('dscp', 6)
  reader.bits('ecn', 2)
  reader.bits('flowLabel', 20)
  const length = FIXED + reader.number('payloadLength', 2)
  const first = reader.number('nextHeader', 1)
  const hopLimit = reader.number('hopLimit', 1)
  const source = reader.text('source', 16, ipv6Text)
  const destination = reader.text('destination', 16, ipv6Text)
  if (reader.short) return null
  if (version !== 6) {
    reader.malformed()
    return null
  }
  reader.until = Math.min(reader.until, start + length)
  const { protocol, fragment } = readExtensions(reader, first)
  return { version: 6, source, destination, protocol, hopLimit, fragment, length }
}

function readExtensions(reader: Reader, first: number): Pick<Ip, 'protocol' | 'fragment'> {
  let protocol = first
  let fragment: Ip['fragment'] = null
  while (!reader.short) {
    if (protocol === HOP_BY_HOP) protocol = readOptionsHeader(reader, 'hopByHop')
    else if (protocol === DESTINATION_OPTIONS) protocol = readOptionsHeader(reader, 'destinationOptions')
    else if (protocol === ROUTING) protocol = readRouting(reader)
    else if (protocol === AUTHENTICATION) protocol = readAuthentication(reader)
    else if (protocol === FRAGMENT) {
      const read = readFragment(reader)
      protocol = read.protocol
      fragment = read.fragment
      // What follows continues something whose beginning is elsewhere.
      if (fragment !== null && fragment.offset > 0) break
    } else break
  }
  return { protocol, fragment }
}

/** RFC 8200, section 4.5. A first fragment that is also the last is a whole packet (RFC 6946). */
function readFragment(reader: Reader): Pick<Ip, 'protocol' | 'fragment'> {
  const protocol = reader.number('fragmentNextHeader', 1)
  reader.number('fragmentReserved', 1)
  const offset = 8 * reader.bits('fragmentOffset', 13)
  reader.bits('fragmentReservedBits', 2)
  const more = reader.bits('moreFragments', 1) === 1
  const id = reader.number('identification', 4)
  return { protocol, fragment: more || offset > 0 ? { id, offset, more } : null }
}

/** RFC 8200, section 4.4. What the types carry stays opaque. */
function readRouting(reader: Reader): number {
  const start = reader.at
  const next = reader.number('routingNextHeader', 1)
  const end = start + 8 + 8 * reader.number('routingLength', 1)
  reader.number('routingType', 1)
  reader.number('segmentsLeft', 1)
  reader.aside('routingData', end - reader.at)
  return next
}

/** RFC 4302, section 2; its length counts words of 4 bytes, less two. */
function readAuthentication(reader: Reader): number {
  const start = reader.at
  const next = reader.number('authenticationNextHeader', 1)
  const end = start + 8 + 4 * reader.number('authenticationLength', 1)
  reader.number('authenticationReserved', 2)
  reader.number('securityParametersIndex', 4)
  if (end < reader.at + 4) reader.malformed()
  reader.number('authenticationSequence', 4)
  reader.aside('integrityCheck', end - reader.at)
  return next
}

/** RFC 8200, sections 4.2, 4.3 and 4.6. */
function readOptionsHeader(reader: Reader, name: 'hopByHop' | 'destinationOptions'): number {
  const start = reader.at
  const next = reader.number(`${name}NextHeader`, 1)
  const end = start + 8 + 8 * reader.number(`${name}Length`, 1)
  while (reader.at < end && !reader.short) readOption(reader, end)
  return next
}

/** Options that are known here (RFC 8200, section 4.2; RFC 2711, section 2.1). */
const PAD_1 = 0
const PAD_N = 1
const ROUTER_ALERT = 5

function readOption(reader: Reader, end: number): void {
  const kind = reader.number('optionKind', 1)
  if (kind === PAD_1) return
  if (reader.at === end) {
    reader.malformed()
    return
  }
  const length = reader.number('optionLength', 1)
  if (reader.at + length > end) reader.giveUp(end)
  else if (kind === ROUTER_ALERT && length === 2) reader.number('routerAlert', 2)
  else reader.aside(kind === PAD_N ? 'padding' : 'optionData', length)
}
