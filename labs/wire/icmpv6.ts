import type { IcmpHeader } from './icmp.ts'
import { readListener } from './listener.ts'
import { readNeighbour } from './neighbour.ts'
import type { Reader } from './reader.ts'

/** Names of ICMPv6's messages, by type or by type and code (RFC 4443; RFC 4861; RFC 2710; RFC 3810; RFC 4890). */
const NAMES: Readonly<Record<string, string>> = {
  '1.0': 'no-route',
  '1.1': 'communication-prohibited',
  '1.2': 'beyond-scope',
  '1.3': 'host-unreachable',
  '1.4': 'port-unreachable',
  '1.5': 'source-policy-failed',
  '1.6': 'route-rejected',
  '2': 'packet-too-big',
  '3.0': 'time-exceeded',
  '3.1': 'reassembly-time-exceeded',
  '4': 'parameter-problem',
  '128': 'echo-request',
  '129': 'echo-reply',
  '130': 'listener-query',
  '131': 'listener-report',
  '132': 'listener-done',
  '133': 'router-solicitation',
  '134': 'router-advertisement',
  '135': 'neighbour-solicitation',
  '136': 'neighbour-advertisement',
  '137': 'redirect',
  '143': 'listener-report',
}

/** Reads an ICMPv6 header, of neighbour discovery with its options (RFC 4443, section 2.1). */
export function readIcmpv6(reader: Reader): IcmpHeader {
  const type = reader.number('type', 1)
  const code = reader.number('code', 1)
  reader.number('checksum', 2)
  const inside = readRest(reader, type)
  const name = NAMES[type] ?? NAMES[`${type}.${code}`] ?? null
  return { icmp: { version: 6, type, code, name, about: null }, inside }
}

const ALL = Number.POSITIVE_INFINITY

/** Reads what the type wants after the checksum, and gives `inside`. */
function readRest(reader: Reader, type: number): number {
  if (type === 1 || type === 3) {
    // RFC 4884, section 4: of the packet inside, in words of 8 bytes; 0 where nothing follows it.
    const words = reader.number('originalLength', 1)
    reader.number('unused', 3)
    return words === 0 ? ALL : 8 * words
  }
  if (type === 2 || type === 4) {
    reader.number(type === 2 ? 'mtu' : 'pointer', 4)
    return ALL
  }
  if (type === 128 || type === 129) {
    reader.number('identifier', 2)
    reader.number('sequence', 2)
  } else if (!reader.short && !readNeighbour(reader, type) && !readListener(reader, type)) {
    reader.number('restOfHeader', 4)
  }
  return 0
}
