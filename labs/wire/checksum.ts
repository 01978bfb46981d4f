import type { Decoded, Layer, LayerName } from './decoded.ts'

/** What can be said of a checksum. */
export const VERDICTS = [
  'right',
  'wrong',
  /** None was computed: UDP says so by 0 (RFC 768), or whoever captured knows it. */
  'absent',
  /** Not all bytes are there: the frame was cut, is a fragment or contradicts itself. */
  'unknown',
] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Checksum {
  readonly layer: LayerName
  /** Where the header begins to which it belongs. */
  readonly offset: number
  readonly verdict: Verdict
  /** What it should be; null where that cannot be told. */
  readonly expected: number | null
}

/**
 * Verifies the checksums of a frame, from the outside in; the packet inside an ICMP error is left alone. `computed` is false
 * for frames of loopback and others that never leave the machine: for these the kernel leaves out what network cards
 * compute, the checksums of TCP and UDP.
 */
export function verifyChecksums(bytes: Uint8Array, decoded: Decoded, computed = true): Checksum[] {
  return decoded.layers.flatMap((layer) => {
    const { name, offset } = layer
    const place = PLACES[name]
    if (place === undefined) return []
    const length = coveredLength(layer, decoded)
    const told = (verdict: Verdict, expected: number | null) => [{ layer: name, offset, verdict, expected }]
    if (!computed && (name === 'tcp' || name === 'udp')) return told('absent', null)
    if (length === null || length < place + 2 || offset + length > bytes.length) return told('unknown', null)
    const found = word(bytes, offset + place)
    const pseudo = PSEUDO.includes(name) ? pseudoHeader(bytes, decoded, length) : 0
    const sum = complement(pseudo + total(bytes, offset, offset + length) - found)
    // RFC 768: a sum of 0 travels as all ones, because 0 says that there is none.
    const expected = name === 'udp' && sum === 0 ? 0xffff : sum
    if (name === 'udp' && found === 0) return told('absent', expected)
    return told(isSame(found, expected) ? 'right' : 'wrong', expected)
  })
}

/** Where in its header a checksum stands: RFC 791, section 3.1; RFC 792; RFC 4443, section 2.1; RFC 768; RFC 9293, section 3.1. */
const PLACES: Readonly<Partial<Record<LayerName, number>>> = { ipv4: 10, icmp: 2, icmpv6: 2, udp: 6, tcp: 16 }

/** Whose checksum covers the addresses as well: RFC 9293, section 3.1; RFC 768; RFC 8200, section 8.1. */
const PSEUDO: readonly LayerName[] = ['icmpv6', 'udp', 'tcp']

/** How many bytes from its header on a checksum covers; null where they are not in this frame or cannot be told. */
function coveredLength({ name, offset, length }: Layer, { ip, udp, layers }: Decoded): number | null {
  if (ip === null) return null
  if (name === 'ipv4') return length
  const outer = layers.find((layer) => layer.name === 'ipv4' || layer.name === 'ipv6')
  if (outer === undefined || ip.fragment !== null || goesRound(outer)) return null
  const carried = ip.length - (offset - outer.offset)
  if (name !== 'udp') return carried
  return udp !== null && udp.length <= carried ? udp.length : null
}

/** Source routes, the kinds of IPv4 options (RFC 791, section 3.1). */
const SOURCE_ROUTES: readonly unknown[] = [131, 137]

/** The checksum is over the last address of a route, and the header does not name that one as its destination. */
function goesRound({ fields }: Layer): boolean {
  return fields.some(
    ({ name, value }) =>
      (name === 'segmentsLeft' && value !== 0) || (name === 'optionKind' && SOURCE_ROUTES.includes(value)),
  )
}

function pseudoHeader(bytes: Uint8Array, { ip, layers }: Decoded, length: number): number {
  const start = layers.find(({ name }) => name === 'ipv4' || name === 'ipv6')?.offset ?? 0
  const addresses = ip?.version === 4 ? total(bytes, start + 12, start + 20) : total(bytes, start + 8, start + 40)
  return addresses + length + (ip?.protocol ?? 0)
}

const word = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

/** The plain sum of words of 16 bits; a last single byte is a word's upper half (RFC 1071, section 1). */
function total(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0
  for (let at = from; at + 1 < to; at += 2) sum += word(bytes, at)
  return (to - from) % 2 === 0 ? sum : sum + ((bytes[to - 1] ?? 0) << 8)
}

/** Folded to 16 bits and turned over. */
function complement(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return ~folded & 0xffff
}

/** In one's complement there are two zeros. */
function isSame(a: number, b: number): boolean {
  return a === b || (a % 0xffff === 0 && b % 0xffff === 0)
}
