/** Holds our decoding of a frame against tshark's. */
import { verifyChecksums } from '../../labs/wire/checksum.ts'
import { decode } from '../../labs/wire/decode.ts'
import type { Decoded, Field, Layer } from '../../labs/wire/decoded.ts'
import { INCOMPLETE } from '../../labs/wire/reader.ts'
import type { KeptFrame } from './captures.ts'
import type { Told } from './tshark.ts'
import { GIVEN_UP, HEADERS, PAYLOADS, TWINS, type Twin, VERDICTS } from './tshark-names.ts'

export interface Comparison {
  /** `layer.field`, each as often as both have it. */
  readonly fields: readonly string[]
  /** Checksums on which both gave a verdict. */
  readonly checksums: number
  /** What is not the same, in words. */
  readonly differences: readonly string[]
}

/** All layers, also those of the packet inside an ICMP error. */
export function allLayers(decoded: Decoded): readonly Layer[] {
  const inside = decoded.icmp?.about
  return inside ? [...decoded.layers, ...inside.layers] : decoded.layers
}

/**
 * Every field of ours must be one of tshark's, and every one of tshark's one of ours. In a header that we call truncated or
 * malformed, and in what comes behind it, either may stop earlier; what both tell must be the same there too.
 */
export function compare({ bytes, length }: KeptFrame, told: readonly Told[]): Comparison {
  const decoded = decode(bytes, length)
  const layers = allLayers(decoded)
  // What is no ARP about IPv4 on Ethernet is divided otherwise by tshark.
  const isBroken = ({ name, defect }: Layer) => defect !== null && (defect !== 'unknown-protocol' || name === 'arp')
  const broken = layers.find(isBroken)
  const givenUp = told.some(({ name }) => name === GIVEN_UP)
  const doubtful = givenUp ? 0 : (broken?.offset ?? Number.POSITIVE_INFINITY)
  const fields: string[] = []
  const differences: string[] = []
  const used = new Set<Told>()
  for (const layer of layers) {
    const header = told.find(({ name, offset }) => name === HEADERS[layer.name] && offset === layer.offset)
    if (header !== undefined) used.add(header)
    if (layer.offset < doubtful) differences.push(...compareHeader(layer, header, decoded))
    for (const field of layer.fields) {
      if (field.name === INCOMPLETE) continue
      const name = `${layer.name}.${field.name}`
      const [match, twin] = findTwin(name, field, told, TWINS[layer.name]?.[field.name])
      if (match === undefined || twin === undefined) {
        if (layer.offset < doubtful) differences.push(`${name} at ${field.offset}+${field.length} is not with tshark`)
        continue
      }
      used.add(match)
      fields.push(name)
      const theirs = asOurs(field, match, twin)
      if (theirs !== field.value)
        differences.push(`${name} at ${field.offset} is ${field.value}, with tshark ${theirs}`)
    }
  }
  const end = Math.min(doubtful, endOfOurs(layers, decoded))
  const left = told.filter((theirs) => EXACT.has(theirs.name) && theirs.length > 0 && theirs.offset < end)
  for (const theirs of left) {
    if (used.has(theirs) || isOpaque(theirs, layers)) continue
    differences.push(`${theirs.name} at ${theirs.offset}+${theirs.length} is with tshark alone`)
  }
  const verdicts = compareChecksums(bytes, decoded, told)
  differences.push(...comparePayload(decoded, told, doubtful), ...verdicts.differences)
  return { fields, checksums: verdicts.count, differences }
}

function findTwin(
  name: string,
  field: Field,
  told: readonly Told[],
  twins: readonly Twin[] | undefined,
): [Told, Twin] | [] {
  if (twins === undefined) throw new Error(`\`${name}\` stands in no table: what is it called by tshark?`)
  for (const twin of twins) {
    const match = told.find((theirs) => matches(field, theirs, twin))
    if (match !== undefined) return [match, twin]
  }
  return []
}

function matches(field: Field, theirs: Told, { name, how }: Twin): boolean {
  if (name !== theirs.name) return false
  if (how === 'same' || how === 'shown') return theirs.offset === field.offset && theirs.length === field.length
  return theirs.offset <= field.offset && theirs.offset + theirs.length >= field.offset + field.length
}

/** tshark's value as ours would be written. */
function asOurs(field: Field, { offset, value, shown }: Told, { how }: Twin): number | string {
  // What is no address to us is plain bytes, however tshark writes it.
  if (how === 'shown') return value === field.value ? value : shown.replace(IPV4_COMPATIBLE, inGroups)
  if (typeof how === 'function') return how(Number.parseInt(value, 16))
  if (how === 'bits') return Number.parseInt(value, 16)
  // Groups have no value of their own.
  if (value === '') return field.value
  const from = 2 * (field.offset - offset)
  const bytes = value.slice(from, from + 2 * field.length)
  if (typeof field.value === 'number') return Number.parseInt(bytes, 16)
  return field.value.includes('.') ? Buffer.from(bytes, 'hex').join('.') : bytes
}

/** Addresses that RFC 4291, section 2.5.5.1, no longer wants; RFC 5952 gives them no form of their own, tshark does. */
const IPV4_COMPATIBLE = /^::(\d+)\.(\d+)\.(\d+)\.(\d+)$/

function inGroups(_: string, ...bytes: string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number)
  return `::${(256 * a + b).toString(16)}:${(256 * c + d).toString(16)}`
}

/** Names that stand for one field of ours, and not for a group in which some lie. */
const EXACT = new Set(
  Object.values(TWINS).flatMap((fields) =>
    Object.values(fields).flatMap((twins) => twins.flatMap(({ name, how }) => (how === 'inside' ? [] : [name]))),
  ),
)

/** Where we stop on purpose: at a protocol that we do not know, behind a message's last field, at an error inside an error. */
function endOfOurs(layers: readonly Layer[], { icmp, payload }: Decoded): number {
  const unknown = layers.find(({ defect }) => defect === 'unknown-protocol')
  if (unknown !== undefined) return unknown.offset + unknown.length
  if (icmp !== null && icmp.about === null) return payload.offset
  return icmp?.about?.icmp ? icmp.about.payload.offset : Number.POSITIVE_INFINITY
}

/** What we leave as it is, and tshark divides: padding it reads as options, messages and options that we do not know. */
function isOpaque({ offset, length }: Told, layers: readonly Layer[]): boolean {
  return layers.some(({ fields }) =>
    fields.some(
      (field) =>
        OPAQUE.includes(field.name) && offset >= field.offset && offset + length <= field.offset + field.length,
    ),
  )
}

const OPAQUE = ['padding', 'optionData', 'restOfHeader']

function compareHeader({ name, offset, length, defect }: Layer, theirs: Told | undefined, { ip }: Decoded): string[] {
  if (theirs === undefined) return [`${name} at ${offset} is not with tshark`]
  // tshark counts what an ICMP message carries as its header, and of a later fragment not the header that says so.
  if ((name === 'icmp' || name === 'icmpv6') && length <= theirs.length) return []
  if (name === 'ipv6' && length > theirs.length && (ip?.fragment?.offset ?? 0) > 0) return []
  // It knows more extension headers (RFC 6275, RFC 7401, RFC 5533).
  if (name === 'ipv6' && defect === 'unknown-protocol' && length < theirs.length) return []
  return length === theirs.length ? [] : [`${name} at ${offset} has ${length} bytes, with tshark ${theirs.length}`]
}

function comparePayload(decoded: Decoded, told: readonly Told[], doubtful: number): string[] {
  const { icmp, layers } = decoded
  const { payload, udp, tcp } = icmp?.about ?? decoded
  const ours = payload.bytes.length
  // What comes with a reset is its cause to tshark (RFC 9293, section 3.5.3).
  if ((udp === null && tcp === null) || tcp?.flags.includes('RST')) return []
  if (ours === 0 || payload.offset >= doubtful) return []
  const theirs = told.find(({ name, offset }) => PAYLOADS.includes(name) && offset === payload.offset)
  // Of a packet inside a redirect, tshark shows none.
  if (theirs === undefined) return icmp?.about ? [] : [`the payload at ${payload.offset} is not with tshark`]
  // What IP carries behind the end of a datagram is its payload only with tshark, and so is what RFC 4884 puts behind.
  if (udp !== null && udp.length === ours + 8 && ours < theirs.length) return []
  const limited = layers.some(({ fields }) =>
    fields.some(({ name, value }) => name === 'originalLength' && value !== 0),
  )
  return ours === theirs.length || limited ? [] : [`the payload has ${ours} bytes, with tshark ${theirs.length}`]
}

/** tshark's numbers for what it thinks of a checksum. */
const OPINIONS: Readonly<Record<string, string>> = { '0': 'wrong', '1': 'right', '3': 'absent' }

function compareChecksums(bytes: Uint8Array, decoded: Decoded, told: readonly Told[]) {
  const differences: string[] = []
  let count = 0
  for (const { layer, offset, verdict } of verifyChecksums(bytes, decoded)) {
    const place = decoded.layers.find((one) => one.offset === offset)?.fields.find(({ name }) => name === 'checksum')
    const theirs = told.find(({ name, offset }) => VERDICTS.includes(name) && offset === place?.offset)
    const opinion = OPINIONS[theirs?.shown ?? '']
    if (verdict === 'unknown' || opinion === undefined) continue
    count += 1
    if (opinion !== verdict) differences.push(`the checksum of ${layer} is ${verdict}, with tshark ${opinion}`)
  }
  return { count, differences }
}
