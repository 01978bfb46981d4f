/** A packet as layers and fields, each with its bytes and with how they are read. Pure. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import { verifyChecksums } from '../../../labs/wire/checksum.ts'
import type { Decoded, Defect, Field, Layer, LayerName } from '../../../labs/wire/decoded.ts'
import type { Sentence } from '../words.ts'

/** The layers of OSI that a frame of this course can have, or must do without. */
export type Osi = 2 | 3 | 4 | 5 | 6 | 7

/** One layer as the panel lists it. */
export interface LayerView {
  readonly osi: Osi
  /** The header; null for what has none: session, presentation, and what the program handed over. */
  readonly name: LayerName | null
  /** It belongs to the packet that an ICMP error quotes. */
  readonly quoted: boolean
  /** Its bytes, from this one up to that. */
  readonly from: number
  readonly to: number
  /** The few values by which it is known: `10.0.0.1 → 10.0.0.2`. */
  readonly brief: string
  readonly fields: readonly FieldView[]
  readonly defect: Defect | null
}

/** One field as the panel's table shows it. */
export interface FieldView {
  /** `tcp.sourcePort`; options may be there several times. */
  readonly key: string
  readonly from: number
  readonly to: number
  readonly hex: string
  readonly value: string
  readonly reading: Sentence | null
}

const OSI: Readonly<Record<LayerName, Osi>> = {
  ethernet: 2,
  arp: 2,
  ipv4: 3,
  ipv6: 3,
  icmp: 3,
  icmpv6: 3,
  udp: 4,
  tcp: 4,
}

/** How the names are written. */
export const LAYER_NAMES: Readonly<Record<LayerName, string>> = {
  ethernet: 'Ethernet II',
  arp: 'ARP',
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  icmp: 'ICMP',
  icmpv6: 'ICMPv6',
  udp: 'UDP',
  tcp: 'TCP',
}

/** The layers of a packet from the outside in, with those of OSI that have no bytes. */
export function layersOf(story: Story, packet: Packet): readonly LayerView[] {
  const { decoded, bytes } = packet
  const read = readerOf(story, packet)
  const headers = decoded.layers.map((layer) => headerView(layer, false, bytes, read))
  const { about } = decoded.icmp ?? {}
  if (about) {
    const quoted = about.layers.map((layer) => headerView(layer, true, bytes, () => null))
    return [...headers, ...quoted]
  }
  if (decoded.tcp === null && decoded.udp === null) return headers
  const { offset, length } = decoded.payload
  const end = offset + Math.min(length, decoded.payload.bytes.length)
  return [...headers, none(5, offset), none(6, offset), { ...none(7, offset), to: end }]
}

/** The field that a byte belongs to, in the layer it belongs to; of several that share it, the first. */
export function fieldAt(layers: readonly LayerView[], byte: number): { layer: number; field: number } | null {
  const layer = layers.findLastIndex(({ from, to }) => from <= byte && byte < to)
  const found = layers[layer]
  if (found === undefined) return null
  return { layer, field: found.fields.findIndex(({ from, to }) => from <= byte && byte < to) }
}

function none(osi: Osi, at: number): LayerView {
  return { osi, name: null, quoted: false, from: at, to: at, brief: '', fields: [], defect: null }
}

type Read = (layer: Layer, field: Field) => Sentence | null

function headerView(layer: Layer, quoted: boolean, bytes: Uint8Array, read: Read): LayerView {
  const { name, offset, length, fields, defect } = layer
  return {
    osi: OSI[name],
    name,
    quoted,
    from: offset,
    to: offset + length,
    brief: briefOf(layer),
    fields: fields.map((field) => fieldView(layer, field, bytes, read)),
    defect,
  }
}

function fieldView(layer: Layer, field: Field, bytes: Uint8Array, read: Read): FieldView {
  const { name, offset, length, value } = field
  const shown = Array.from(bytes.subarray(offset, offset + Math.min(length, MOST_HEX)), twoDigits)
  return {
    key: `${layer.name}.${name}`,
    from: offset,
    to: offset + length,
    hex: length > MOST_HEX ? `${shown.join(' ')} …` : shown.join(' '),
    value: String(value),
    reading: read(layer, field) ?? plainReading(field),
  }
}

/** A field's bytes beyond these are in the dump above, where they can be counted. */
const MOST_HEX = 6

function briefOf({ name, fields }: Layer): string {
  const value = (field: string) => fields.find((one) => one.name === field)?.value ?? '?'
  if (name === 'ethernet') return `${value('source')} → ${value('destination')}`
  if (name === 'ipv4' || name === 'ipv6') return `${value('source')} → ${value('destination')}`
  if (name === 'udp' || name === 'tcp') return `${value('sourcePort')} → ${value('destinationPort')}`
  if (name === 'arp') return `${value('senderAddress')} → ${value('targetAddress')}`
  return ''
}

/** What needs the packet's conversation to be read: relative numbers, and a window that is scaled. */
function readerOf(story: Story, packet: Packet): Read {
  const relative = (value: number | null): Sentence | null =>
    value === null ? null : { key: 'reading.relative', values: { relative: value } }
  const { bytes, decoded, wire } = packet
  const checksums = verifyChecksums(bytes, decoded, wire !== null)
  return ({ name, offset }, field) => {
    if (field.name === 'checksum') {
      const { verdict } = checksums.find((one) => one.layer === name && one.offset === offset) ?? {}
      const never = verdict === 'absent' && wire === null
      return verdict === undefined ? null : { key: `reading.checksum.${never ? 'never' : verdict}` }
    }
    if (name !== 'tcp') return null
    if (field.name === 'sequence') return relative(packet.sequence)
    if (field.name === 'acknowledgment') return relative(packet.acknowledgment)
    if (field.name !== 'window') return null
    const shift = windowScale(story, packet)
    if (shift === null) return null
    return { key: 'reading.scaled', values: { shift, bytes: Number(field.value) * 2 ** shift } }
  }
}

/** By how much the window of a segment is to be shifted (RFC 7323, section 2.2): both SYNs must have offered it. */
function windowScale(story: Story, packet: Packet): number | null {
  if (packet.conversation === null || packet.decoded.tcp?.flags.includes('SYN')) return null
  const { packets } = story.conversations[packet.conversation] ?? { packets: [] }
  const syns = packets.flatMap((number) => {
    const { decoded } = story.packets[number - 1] ?? {}
    return decoded?.tcp?.flags.includes('SYN') ? [decoded] : []
  })
  const own = syns.find((decoded) => isSameWay(decoded, packet.decoded))
  const other = syns.find((decoded) => !isSameWay(decoded, packet.decoded))
  if (other?.tcp?.options.windowScale == null) return null
  return own?.tcp?.options.windowScale ?? null
}

function isSameWay(one: Decoded, other: Decoded): boolean {
  return one.ip?.source === other.ip?.source && one.tcp?.sourcePort === other.tcp?.sourcePort
}

/** Fields that count in words of four bytes, and in units of eight. */
const WORDS = ['headerLength', 'dataOffset']
const EIGHTS = ['fragmentOffset']

/** What can be read without knowing anything else. */
function plainReading({ name, length, bits, value }: Field): Sentence | null {
  if (typeof value !== 'number') return null
  if (WORDS.includes(name) && bits) return { key: 'reading.words', values: { value, bytes: value * 4 } }
  if (EIGHTS.includes(name) && bits) return { key: 'reading.eights', values: { value, bytes: value * 8 } }
  if (bits?.count === 1) return { key: value === 1 ? 'reading.on' : 'reading.off', values: { bit: bits.from } }
  if (bits) return null
  if (length === 2) {
    const hex = `0x${value.toString(16).padStart(4, '0')}`
    return { key: 'reading.sum', values: { hex, sum: `${value >> 8} × 256 + ${value & 0xff}` } }
  }
  return null
}

/** A byte as two hexadecimal digits. */
export function twoDigits(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
