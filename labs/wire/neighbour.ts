import { ipv6Text } from '../address.ts'
import { mac } from './ethernet.ts'
import type { Reader } from './reader.ts'

/** Reads what follows the checksum in the messages of neighbour discovery (RFC 4861, section 4); false for others. */
export function readNeighbour(reader: Reader, type: number): boolean {
  if (type === 133) reader.number('reserved', 4)
  else if (type === 134) readRouterAdvertisement(reader)
  else if (type === 135) {
    reader.number('reserved', 4)
    reader.aside('target', 16, ipv6Text)
  } else if (type === 136) {
    reader.bits('router', 1)
    reader.bits('solicited', 1)
    reader.bits('override', 1)
    reader.bits('reserved', 29)
    reader.aside('target', 16, ipv6Text)
  } else if (type === 137) {
    reader.number('reserved', 4)
    reader.aside('target', 16, ipv6Text)
    reader.aside('destination', 16, ipv6Text)
  } else return false
  while (reader.at < reader.until && !reader.short) readOption(reader)
  return true
}

/** RFC 4861, section 4.2; RFC 6275, section 7.1, `homeAgent`; RFC 4191, section 2.2, `preference`; RFC 4389, `proxy`. */
function readRouterAdvertisement(reader: Reader): void {
  reader.number('currentHopLimit', 1)
  reader.bits('managed', 1)
  reader.bits('otherConfiguration', 1)
  reader.bits('homeAgent', 1)
  reader.bits('preference', 2)
  reader.bits('proxy', 1)
  reader.bits('reserved', 2)
  reader.number('routerLifetime', 2)
  reader.number('reachableTime', 4)
  reader.number('retransmissionTimer', 4)
}

/** RFC 4861, section 4.6: a type, a length in words of 8 bytes which counts both, and data. */
function readOption(reader: Reader): void {
  const { at, until } = reader
  const type = reader.number('optionKind', 1)
  const end = at + 8 * reader.number('optionLength', 1)
  const length = end - reader.at
  if (end === at || end > until) reader.giveUp(until)
  else if ((type === 1 || type === 2) && length === 6) reader.aside('linkLayerAddress', 6, mac)
  else if (type === 3 && length === 30) readPrefix(reader)
  else if (type === 4 && length >= 6) {
    reader.aside('optionReserved', 6)
    reader.aside('redirectedPacket', length - 6)
  } else if (type === 5 && length === 6) {
    reader.number('optionReserved', 2)
    reader.number('linkMtu', 4)
  } else reader.aside('optionData', length)
}

/** RFC 4861, section 4.6.2. */
function readPrefix(reader: Reader): void {
  reader.number('prefixLength', 1)
  reader.bits('onLink', 1)
  reader.bits('autonomous', 1)
  reader.bits('prefixReserved', 6)
  reader.number('validLifetime', 4)
  reader.number('preferredLifetime', 4)
  reader.aside('optionReserved', 4)
  reader.aside('prefix', 16, ipv6Text)
}
