import { TCP_FLAGS, type Tcp, type TcpFlag } from './decoded.ts'
import { readOptions } from './options.ts'
import type { Reader } from './reader.ts'

const FIXED = 20

/** Reads a TCP header with its options (RFC 9293, section 3.1); null when its length cannot be. */
export function readTcp(reader: Reader): Tcp | null {
  const start = reader.at
  const sourcePort = reader.number('sourcePort', 2)
  const destinationPort = reader.number('destinationPort', 2)
  const sequence = reader.number('sequence', 4)
  const acknowledgment = reader.number('acknowledgment', 4)
  const headerLength = 4 * reader.bits('dataOffset', 4)
  reader.bits('reserved', 3)
  // RFC 9768, section 3: the last of the four that RFC 9293 left free.
  reader.bits('ae', 1)
  const flags = readFlags(reader)
  const window = reader.number('window', 2)
  reader.number('checksum', 2)
  reader.number('urgentPointer', 2)
  if (reader.short) return null
  if (headerLength < FIXED || !reader.endsAt(start + headerLength)) {
    reader.malformed()
    return null
  }
  const options = headerLength === FIXED ? NO_OPTIONS : readTcpOptions(reader)
  return { sourcePort, destinationPort, sequence, acknowledgment, flags, window, options }
}

/** The eight control bits from the highest (RFC 9293, section 3.1; RFC 3168, section 6.1 for the first two). */
function readFlags(reader: Reader): readonly TcpFlag[] {
  const bits =
    (reader.bits('cwr', 1) << 7) |
    (reader.bits('ece', 1) << 6) |
    (reader.bits('urg', 1) << 5) |
    (reader.bits('ack', 1) << 4) |
    (reader.bits('psh', 1) << 3) |
    (reader.bits('rst', 1) << 2) |
    (reader.bits('syn', 1) << 1) |
    reader.bits('fin', 1)
  return FLAG_SETS[bits] as readonly TcpFlag[]
}

/** All 256 sets of flags, so that no packet has to make one. */
const FLAG_SETS = Array.from({ length: 256 }, (_, bits) => TCP_FLAGS.filter((_, bit) => (bits >> bit) & 1))

type Options = Tcp['options']

const NO_OPTIONS: Options = { mss: null, windowScale: null, sackPermitted: false, sack: [], timestamps: null }

/** Kinds of options (IANA, TCP Parameters). */
const MSS = 2
const WINDOW_SCALE = 3
const SACK_PERMITTED = 4
const SACK = 5
const TIMESTAMPS = 8
const FAST_OPEN = 34

/** How many bytes of data a kind must have: RFC 9293, section 3.7.1; RFC 7323, sections 2.2 and 3.2; RFC 2018, section 2. */
const DATA_LENGTH: Readonly<Record<number, number>> = {
  [MSS]: 2,
  [WINDOW_SCALE]: 1,
  [SACK_PERMITTED]: 0,
  [TIMESTAMPS]: 8,
}

function readTcpOptions(reader: Reader): Options {
  const options: { -readonly [Name in keyof Options]: Options[Name] } = { ...NO_OPTIONS }
  readOptions(reader, (kind, length) => {
    const due = DATA_LENGTH[kind] ?? length
    // RFC 2018, section 3: pairs of edges.
    if (length !== due || (kind === SACK && (length === 0 || length % 8 !== 0))) return reader.malformed()
    if (kind === MSS) options.mss = reader.number('mss', 2)
    else if (kind === WINDOW_SCALE) options.windowScale = reader.number('windowScale', 1)
    else if (kind === SACK_PERMITTED) options.sackPermitted = true
    else if (kind === SACK) options.sack = readSack(reader, length / 8)
    else if (kind === TIMESTAMPS) {
      options.timestamps = { value: reader.number('timestampValue', 4), echo: reader.number('timestampEcho', 4) }
    } else if (kind === FAST_OPEN) reader.aside('fastOpenCookie', length)
    else return false
    return true
  })
  return options
}

function readSack(reader: Reader, count: number): Options['sack'] {
  const edges: [number, number][] = []
  for (let i = 0; i < count; i++) edges.push([reader.number('sackLeft', 4), reader.number('sackRight', 4)])
  return edges
}
