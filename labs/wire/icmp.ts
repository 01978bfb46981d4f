import { ipv4Text } from '../address.ts'
import type { Icmp } from './decoded.ts'
import type { Reader } from './reader.ts'

/** Names of ICMP's messages, by type or by type and code (RFC 792; RFC 1812, section 5.2.7.1; RFC 950; RFC 1256). */
const NAMES: Readonly<Record<string, string>> = {
  '0': 'echo-reply',
  '3.0': 'net-unreachable',
  '3.1': 'host-unreachable',
  '3.2': 'protocol-unreachable',
  '3.3': 'port-unreachable',
  '3.4': 'fragmentation-needed',
  '3.5': 'source-route-failed',
  '3.6': 'net-unknown',
  '3.7': 'host-unknown',
  '3.9': 'net-prohibited',
  '3.10': 'host-prohibited',
  '3.11': 'net-unreachable-for-service',
  '3.12': 'host-unreachable-for-service',
  '3.13': 'communication-prohibited',
  '4': 'source-quench',
  '5': 'redirect',
  '8': 'echo-request',
  '9': 'router-advertisement',
  '10': 'router-solicitation',
  '11.0': 'time-exceeded',
  '11.1': 'reassembly-time-exceeded',
  '12': 'parameter-problem',
  '13': 'timestamp-request',
  '14': 'timestamp-reply',
}

/** Types that carry the beginning of the packet they are about (RFC 1122, section 3.2.2). */
const UNREACHABLE = 3
const SOURCE_QUENCH = 4
const REDIRECT = 5
const TIME_EXCEEDED = 11
const PARAMETER_PROBLEM = 12

const FRAGMENTATION_NEEDED = 4

/** An ICMP header, and how much of what follows is the packet an error is about. */
export interface IcmpHeader {
  /** `about` is left null. */
  readonly icmp: Icmp
  /** In bytes; infinite where it is all the rest, 0 in messages that carry no packet. */
  readonly inside: number
}

/** Reads an ICMP header (RFC 792). */
export function readIcmp(reader: Reader): IcmpHeader {
  const type = reader.number('type', 1)
  const code = reader.number('code', 1)
  reader.number('checksum', 2)
  const inside = readRest(reader, type, code)
  const name = NAMES[type] ?? NAMES[`${type}.${code}`] ?? null
  return { icmp: { version: 4, type, code, name, about: null }, inside }
}

/** Reads what the type wants after the checksum, and gives `inside`. */
function readRest(reader: Reader, type: number, code: number): number {
  if (type === UNREACHABLE || type === TIME_EXCEEDED || type === PARAMETER_PROBLEM) {
    reader.number(type === PARAMETER_PROBLEM ? 'pointer' : 'unused', 1)
    // RFC 4884, section 4: of the packet inside, in words of 4 bytes; 0 where nothing follows it.
    const words = reader.number('originalLength', 1)
    // RFC 1191, section 4.
    reader.number(type === UNREACHABLE && code === FRAGMENTATION_NEEDED ? 'nextHopMtu' : 'unusedRest', 2)
    return words === 0 ? ALL : 4 * words
  }
  if (type === REDIRECT || type === SOURCE_QUENCH) {
    if (type === REDIRECT) reader.aside('gateway', 4, ipv4Text)
    else reader.number('unused', 4)
    return ALL
  }
  if (type === 0 || type === 8) readEcho(reader)
  else if (type === 13 || type === 14) readTimestamp(reader)
  else reader.number('restOfHeader', 4)
  return 0
}

const ALL = Number.POSITIVE_INFINITY

/** RFC 792, "Timestamp or Timestamp Reply Message". */
function readTimestamp(reader: Reader): void {
  readEcho(reader)
  reader.number('originateTimestamp', 4)
  reader.number('receiveTimestamp', 4)
  reader.number('transmitTimestamp', 4)
}

/** RFC 792, "Echo or Echo Reply Message". */
function readEcho(reader: Reader): void {
  reader.number('identifier', 2)
  reader.number('sequence', 2)
}
