import { ipv4Text } from '../address.ts'
import type { Arp } from './decoded.ts'
import { ETHER_TYPES, mac } from './ethernet.ts'
import type { Reader } from './reader.ts'

/** Ethernet, as ARP counts hardware (IANA, ARP Parameters). */
const HARDWARE_ETHERNET = 1

/** Reads a packet of ARP (RFC 826). Null when it is not about IPv4 on Ethernet: its addresses are then plain bytes. */
export function readArp(reader: Reader): Arp | null {
  const hardware = reader.number('hardwareType', 2)
  const protocol = reader.number('protocolType', 2)
  const hardwareLength = reader.number('hardwareLength', 1)
  const protocolLength = reader.number('protocolLength', 1)
  const operation = reader.number('operation', 2)
  if (reader.short) return null
  if (hardware === HARDWARE_ETHERNET && protocol === ETHER_TYPES.ipv4) {
    if (hardwareLength === 6 && protocolLength === 4) {
      const senderHardware = reader.text('senderHardware', 6, mac)
      const senderAddress = reader.text('senderAddress', 4, ipv4Text)
      const targetHardware = reader.text('targetHardware', 6, mac)
      const targetAddress = reader.text('targetAddress', 4, ipv4Text)
      return { operation, senderHardware, senderAddress, targetHardware, targetAddress }
    }
    reader.malformed()
  }
  reader.defect ??= 'unknown-protocol'
  reader.aside('senderHardware', hardwareLength)
  reader.aside('senderAddress', protocolLength)
  reader.aside('targetHardware', hardwareLength)
  reader.aside('targetAddress', protocolLength)
  return null
}
