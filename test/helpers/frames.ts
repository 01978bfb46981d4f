/** Frames made by hand from a few values, with right lengths and checksums, as hosts and their kernels would send them. */
import { readAddress } from '../../labs/address.ts'
import { TCP_FLAGS, type Tcp, type TcpFlag } from '../../labs/wire/decoded.ts'

/** What every frame may say of its outer layers; without a word it goes between zero addresses, as on `lo`. */
export interface Carriage {
  /** Hardware addresses: `02:00:00:00:00:01`. */
  readonly hardware?: { readonly from: string; readonly to: string }
  readonly hopLimit?: number
  /** IPv4's identification. */
  readonly id?: number
  /** IPv4's options, or IPv6's extension headers as [their number, their bytes], whose first byte is filled in. */
  readonly ipOptions?: readonly number[]
  readonly extensions?: readonly (readonly [number, readonly number[]])[]
  /** Zeros behind the packet, up to this length of the whole frame. */
  readonly padTo?: number
}

/** Two addresses, or two addresses with ports: `10.0.0.1`, `10.0.0.1:80`, `fd00::1`, `[fd00::1]:80`. */
export interface Way extends Carriage {
  readonly from: string
  readonly to: string
}

export interface TcpValues extends Way {
  readonly flags?: readonly TcpFlag[]
  readonly sequence?: number
  readonly acknowledgment?: number
  readonly window?: number
  readonly urgentPointer?: number
  /** In the order of the header; or the bytes of the options as they shall be, filled up with zeros. */
  readonly options?: Partial<Tcp['options']> | readonly number[]
  readonly payload?: string | Uint8Array
}

export interface UdpValues extends Way {
  readonly payload?: string | Uint8Array
  /** Send without a checksum (IPv4 alone may). */
  readonly noChecksum?: boolean
}

export interface IcmpValues extends Way {
  readonly type: number
  readonly code?: number
  /** What follows the checksum. */
  readonly rest?: readonly number[]
  readonly payload?: string | Uint8Array
}

export interface ArpValues {
  readonly operation: 'request' | 'reply' | number
  readonly sender: string
  readonly target: string
  readonly senderHardware?: string
  readonly targetHardware?: string
  readonly padTo?: number
}

export function tcpFrame(values: TcpValues): Uint8Array {
  const { flags = [], sequence = 0, acknowledgment = 0, window = 65535, urgentPointer = 0 } = values
  const options = 'length' in (values.options ?? {}) ? values.options : tcpOptions(values.options as Tcp['options'])
  const padded = fill4([...(options as readonly number[])])
  const bits = TCP_FLAGS.reduce((sum, flag, bit) => sum | (flags.includes(flag) ? 1 << bit : 0), 0)
  const header = [
    ...two(portOf(values.from)),
    ...two(portOf(values.to)),
    ...four(sequence),
    ...four(acknowledgment),
    ...[((20 + padded.length) / 4) << 4, bits],
    ...two(window),
    ...[0, 0],
    ...two(urgentPointer),
    ...padded,
  ]
  return ipFrame(values, 6, summed(values, 6, [...header, ...bytesOf(values.payload)], 16))
}

export function udpFrame(values: UdpValues): Uint8Array {
  const payload = bytesOf(values.payload)
  const ports = [...two(portOf(values.from)), ...two(portOf(values.to))]
  const datagram = [...ports, ...two(8 + payload.length), 0, 0, ...payload]
  // RFC 768: a checksum that comes out as 0 is sent as 0xffff, for 0 says that there is none.
  return ipFrame(values, 17, values.noChecksum ? datagram : summed(values, 17, datagram, 6, 0xffff))
}

/** ICMP or ICMPv6, as the addresses are. */
export function icmpFrame(values: IcmpValues): Uint8Array {
  const { type, code = 0, rest = [0, 0, 0, 0] } = values
  const message = [type, code, 0, 0, ...rest, ...bytesOf(values.payload)]
  return isSix(values.from)
    ? ipFrame(values, 58, summed(values, 58, message, 2))
    : ipFrame(values, 1, withSum(message, 2, sum(message)))
}

/** The error that the host which was asked sends back about a datagram; it quotes as much as Linux does. */
export function icmpPortUnreachable(about: Uint8Array, carriage: Carriage = {}): Uint8Array {
  return isFrameSix(about) ? icmpAbout(about, 1, 4, carriage) : icmpAbout(about, 3, 3, carriage)
}

/** An error about a frame, from `from` (without a word: whoever the frame was sent to) back to its sender. */
export function icmpAbout(
  about: Uint8Array,
  type: number,
  code: number,
  { from, rest, quote, ...carriage }: Carriage & { from?: string; rest?: readonly number[]; quote?: number } = {},
): Uint8Array {
  const six = isFrameSix(about)
  const text = (at: number) => addressText(about.subarray(at, at + (six ? 16 : 4)))
  // RFC 1812, section 4.3.2.3: up to 576 bytes in all; RFC 4443, section 2.4 (c): up to IPv6's least MTU.
  const payload = about.subarray(14, 14 + (quote ?? (six ? 1280 - 48 : 576 - 28)))
  return icmpFrame({
    ...carriage,
    from: from ?? text(six ? 38 : 30),
    to: text(six ? 22 : 26),
    type,
    code,
    ...(rest && { rest }),
    payload,
  })
}

export function arpFrame(values: ArpValues): Uint8Array {
  const { operation, senderHardware = '02:00:00:00:00:01', targetHardware = '00:00:00:00:00:00', padTo } = values
  const number = operation === 'request' ? 1 : operation === 'reply' ? 2 : operation
  const to = operation === 'request' ? 'ff:ff:ff:ff:ff:ff' : targetHardware
  const payload = [
    ...[0, 1, 8, 0, 6, 4],
    ...two(number),
    ...macBytes(senderHardware),
    ...addressBytes(values.sender),
    ...macBytes(targetHardware),
    ...addressBytes(values.target),
  ]
  return ethernetFrame(0x0806, payload, { hardware: { from: senderHardware, to }, ...(padTo && { padTo }) })
}

/** A packet of any protocol above IP, around a payload that has its checksum already. */
export function ipFrame(values: Way, protocol: number, payload: readonly number[]): Uint8Array {
  const { hopLimit = 64, id = 0, ipOptions = [], extensions = [] } = values
  const addresses = [...addressBytes(hostOf(values.from)), ...addressBytes(hostOf(values.to))]
  if (isSix(values.from)) {
    const following = [...extensions.slice(1).map(([number]) => number), protocol]
    const chain = extensions.flatMap(([, [, ...rest]], i) => [following[i] as number, ...rest])
    const first = extensions[0]?.[0] ?? protocol
    const header = [0x60, 0, 0, 0, ...two(chain.length + payload.length), first, hopLimit, ...addresses]
    return ethernetFrame(0x86dd, [...header, ...chain, ...payload], values)
  }
  const options = fill4(ipOptions)
  const length = 20 + options.length
  const start = [0x40 | (length / 4), 0, ...two(length + payload.length), ...two(id), 0x40, 0, hopLimit, protocol, 0, 0]
  const header = [...start, ...addresses, ...options]
  return ethernetFrame(0x0800, [...withSum(header, 10, sum(header)), ...payload], values)
}

export function ethernetFrame(type: number, payload: ArrayLike<number>, carriage: Carriage = {}): Uint8Array {
  const { hardware = { from: '00:00:00:00:00:00', to: '00:00:00:00:00:00' }, padTo = 0 } = carriage
  const frame = [...macBytes(hardware.to), ...macBytes(hardware.from), ...two(type), ...Array.from(payload)]
  return Uint8Array.from([...frame, ...Array<number>(Math.max(0, padTo - frame.length)).fill(0)])
}

/** The frames in which a packet of IPv4 (without options) or IPv6 (without extensions) travels when only `size` bytes of it fit in each. */
export function fragments(frame: Uint8Array, size: number, id = 1): Uint8Array[] {
  if (size % 8 !== 0) throw new Error(`Fragments but the last have a multiple of 8 bytes, not ${size}.`)
  const six = isFrameSix(frame)
  const start = six ? 54 : 34
  const payload = [...frame.subarray(start)]
  const pieces = Array.from({ length: Math.ceil(payload.length / size) }, (_, i) =>
    payload.slice(i * size, i * size + size),
  )
  return pieces.map((piece, i) => {
    const more = i < pieces.length - 1 ? 1 : 0
    const head = [...frame.subarray(14, start)]
    if (six) {
      const next = head[6] as number
      head.splice(4, 3, ...two(8 + piece.length), 44)
      head.push(next, 0, ...two(((i * size) & 0xfff8) | more), ...four(id))
    } else {
      head.splice(2, 6, ...two(20 + piece.length), ...two(id), ...two((more << 13) | ((i * size) >> 3)))
      head.splice(10, 2, 0, 0)
    }
    return Uint8Array.from([...frame.subarray(0, 14), ...(six ? head : withSum(head, 10, sum(head))), ...piece])
  })
}

/** Puts the checksum over a segment and its pseudo-header (RFC 9293, section 3.1; RFC 8200, section 8.1) at `at`. */
function summed(way: Way, protocol: number, segment: readonly number[], at: number, zero = 0): number[] {
  const addresses = [...addressBytes(hostOf(way.from)), ...addressBytes(hostOf(way.to))]
  const total = sum([...addresses, ...four(segment.length), 0, 0, 0, protocol, ...segment])
  return withSum(segment, at, total === 0 ? zero : total)
}

function withSum(bytes: readonly number[], at: number, total: number): number[] {
  return bytes.with(at, total >> 8).with(at + 1, total & 255)
}

/** The Internet checksum (RFC 1071). */
export function sum(bytes: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < bytes.length; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return ~total & 0xffff
}

function tcpOptions(options: Partial<Tcp['options']> = {}): number[] {
  const { mss, windowScale, sackPermitted, sack = [], timestamps } = options
  return [
    ...(mss == null ? [] : [2, 4, ...two(mss)]),
    ...(sackPermitted ? [4, 2] : []),
    ...(timestamps == null ? [] : [...(sackPermitted ? [] : [1, 1]), 8, 10]),
    ...(timestamps == null ? [] : [...four(timestamps.value), ...four(timestamps.echo)]),
    ...(windowScale == null ? [] : [1, 3, 3, windowScale]),
    ...(sack.length === 0 ? [] : [1, 1, 5, 2 + 8 * sack.length, ...sack.flat().flatMap(four)]),
  ]
}

/** Bytes of a number, the highest first. */
export const two = (value: number): number[] => [(value >> 8) & 255, value & 255]
export const four = (value: number): number[] => [...two(value >>> 16), ...two(value & 0xffff)]

/** Bytes of an address in text. */
export function addressBytes(text: string): number[] {
  const six = text.includes(':')
  const bits = readAddress(`${text}/8`)?.bits
  if (bits === undefined) throw new Error(`\`${text}\` is no IP address.`)
  return Array.from({ length: six ? 16 : 4 }, (_, i) => Number((bits >> BigInt(8 * ((six ? 15 : 3) - i))) & 255n))
}

const macBytes = (text: string) => text.split(':').map((byte) => Number.parseInt(byte, 16))
const fill4 = (bytes: readonly number[]) => [...bytes, ...Array<number>((4 - (bytes.length % 4)) % 4).fill(0)]
const hostOf = (end: string) => /^\[(.*)\]/.exec(end)?.[1] ?? (end.includes('.') ? end.replace(/:\d+$/, '') : end)
const portOf = (end: string) => Number(/(?:\]|\.\d+):(\d+)$/.exec(end)?.[1] ?? 0)
const isSix = (end: string) => hostOf(end).includes(':')
const isFrameSix = (frame: Uint8Array) => frame[12] === 0x86
const bytesOf = (payload: string | Uint8Array = '') =>
  typeof payload === 'string' ? [...new TextEncoder().encode(payload)] : [...payload]

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  return Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16)).join(
    ':',
  )
}
