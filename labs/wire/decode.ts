import { readArp } from './arp.ts'
import type { Arp, Decoded, Field, Icmp, Ip, Layer, LayerName, Tcp, Udp } from './decoded.ts'
import { ETHER_TYPES, readEthernet } from './ethernet.ts'
import { type IcmpHeader, readIcmp } from './icmp.ts'
import { readIcmpv6 } from './icmpv6.ts'
import { readIPv4 } from './ipv4.ts'
import { readIPv6 } from './ipv6.ts'
import { Reader } from './reader.ts'
import { readTcp } from './tcp.ts'
import { readUdp, UDP_HEADER } from './udp.ts'

/** Protocols above IP (IANA, Protocol Numbers). */
export const PROTOCOLS = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, none: 59 } as const

/**
 * Decodes a frame from its Ethernet header on, as far as it goes; never throws. `length` is its length on the wire, where
 * fewer bytes were kept. `layers` is worked out when it is first asked for; until then the bytes must not be changed.
 */
export function decode(bytes: Uint8Array, length: number = bytes.length): Decoded {
  return lazily(bytes, (walk) => walkFrame(walk, Math.max(length, bytes.length)))
}

/** What is found out on the way from the outside in. */
interface Walk {
  readonly bytes: Uint8Array
  /** Null while only the values are wanted. */
  readonly layers: Layer[] | null
  /** Inside an ICMP error: the packet may be cut, and its length then speaks of more than there is. */
  readonly quoted: boolean
  ip: Ip | null
  tcp: Tcp | null
  udp: Udp | null
  icmp: Icmp | null
  arp: Arp | null
  /** What the header read last carries: from where, and up to where by what the headers say. */
  at: number
  until: number
}

/** The same steps are gone twice at most: at once for the values, and for the fields of all layers when they are wanted. */
function lazily(bytes: Uint8Array, go: (walk: Walk) => void, quoted = false): Decoded {
  const start = (layers: Layer[] | null): Walk => {
    return { bytes, layers, quoted, ip: null, tcp: null, udp: null, icmp: null, arp: null, at: 0, until: 0 }
  }
  const walk = start(null)
  go(walk)
  const { ip, tcp, udp, icmp, arp, at, until } = walk
  const length = Math.max(0, until - at)
  const payload = { offset: at, length, bytes: bytes.subarray(at, at + length) }
  let layers: Layer[] | null = null
  return {
    ip,
    tcp,
    udp,
    icmp,
    arp,
    payload,
    get layers() {
      if (layers === null) {
        layers = []
        go(start(layers))
      }
      return layers
    },
  }
}

/** Reads one header and goes behind it; null when it is not there as a whole. */
function step<Header>(walk: Walk, name: LayerName, until: number, read: (reader: Reader) => Header): Header | null {
  const fields: Field[] | null = walk.layers === null ? null : []
  const offset = walk.at
  const reader = new Reader(walk.bytes, offset, until, fields)
  const header = read(reader)
  if (reader.short) reader.leave(Math.max(offset, Math.min(walk.bytes.length, reader.until)))
  walk.at = reader.at
  // Nothing can be said of what a header carries that is not there itself.
  if (reader.short) walk.until = walk.at
  if (fields !== null) walk.layers?.push({ name, offset, length: walk.at - offset, fields, defect: reader.defect })
  return reader.short ? null : header
}

const ANYWHERE = Number.POSITIVE_INFINITY

function walkFrame(walk: Walk, length: number): void {
  walk.until = length
  const type = step(walk, 'ethernet', ANYWHERE, (reader) => {
    const type = readEthernet(reader)
    if (!ETHER_TYPES_KNOWN.includes(type)) reader.defect ??= 'unknown-protocol'
    return type
  })
  if (type === ETHER_TYPES.arp) {
    walk.arp = step(walk, 'arp', ANYWHERE, readArp)
    // Whatever follows only fills the frame up to Ethernet's least length.
    walk.until = walk.at
  } else if (type === ETHER_TYPES.ipv4) walkPacket(walk, 4)
  else if (type === ETHER_TYPES.ipv6) walkPacket(walk, 6)
}

const ETHER_TYPES_KNOWN: readonly number[] = Object.values(ETHER_TYPES)

function walkPacket(walk: Walk, version: 4 | 6): void {
  const start = walk.at
  const room = walk.quoted ? ANYWHERE : walk.until - start
  walk.ip = step(walk, version === 4 ? 'ipv4' : 'ipv6', ANYWHERE, (reader) => {
    const ip = version === 4 ? readIPv4(reader) : readIPv6(reader)
    if (ip !== null && ip.length > room) reader.malformed()
    if (ip !== null && beginsHere(ip) && !isKnown(ip)) reader.defect ??= 'unknown-protocol'
    return ip
  })
  if (walk.ip === null) return
  walk.until = start + walk.ip.length
  if (beginsHere(walk.ip)) walkUpper(walk, walk.ip)
}

/** Whether the header of the protocol above is in this packet and not in an earlier fragment. */
function beginsHere({ fragment }: Ip): boolean {
  return fragment === null || fragment.offset === 0
}

const UPPER = { 4: [PROTOCOLS.icmp, PROTOCOLS.tcp, PROTOCOLS.udp], 6: Object.values(PROTOCOLS).slice(1) } as const

function isKnown({ version, protocol }: Ip): boolean {
  return (UPPER[version] as readonly number[]).includes(protocol)
}

function walkUpper(walk: Walk, { version, protocol, fragment }: Ip): void {
  const { until } = walk
  if (protocol === PROTOCOLS.tcp) walk.tcp = step(walk, 'tcp', until, readTcp)
  else if (protocol === PROTOCOLS.udp) {
    const start = walk.at
    walk.udp = step(walk, 'udp', until, (reader) => {
      const udp = readUdp(reader)
      if (fragment === null && start + udp.length > until) reader.malformed()
      return udp
    })
    if (walk.udp !== null && walk.udp.length >= UDP_HEADER) walk.until = Math.min(until, start + walk.udp.length)
  } else if (protocol === PROTOCOLS.icmp && version === 4) {
    walkIcmp(walk, step(walk, 'icmp', until, readIcmp))
  } else if (protocol === PROTOCOLS.icmpv6 && version === 6) {
    walkIcmp(walk, step(walk, 'icmpv6', until, readIcmpv6))
  }
}

function walkIcmp(walk: Walk, header: IcmpHeader | null): void {
  if (header === null) return
  const { icmp, inside } = header
  const { bytes, layers, quoted, at } = walk
  const until = Math.min(walk.until, at + inside)
  walk.icmp = icmp
  // No error is sent about an error (RFC 1122, section 3.2.2; RFC 4443, section 2.4), so one packet inside is all.
  if (layers !== null || quoted || until <= at) return
  const go = (inner: Walk) => {
    inner.at = at
    inner.until = until
    walkPacket(inner, icmp.version)
  }
  walk.icmp = { ...icmp, about: lazily(bytes.subarray(0, until), go, true) }
}
