/** Bytes read as text, character by character, so that it can be seen which bytes make which character. Pure. */

/** The code books a payload is read with. */
export const ENCODINGS = ['utf-8', 'gbk', 'gb18030', 'latin1'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** What some bytes are in an encoding. */
export interface Glyph {
  /** From this byte up to that, counted from the first byte given. */
  readonly from: number
  readonly to: number
  /** The character; null for bytes that are none. */
  readonly text: string | null
  /** `cut`: the bytes end before the character does. `bad`: no character begins like this. */
  readonly kind: 'character' | 'cut' | 'bad'
}

/** How long the character is that begins here, in bytes; 0 where none can begin; more than there is where it is cut. */
type Measure = (bytes: Uint8Array, at: number) => number

/**
 * Splits bytes into the characters of an encoding. Every byte belongs to exactly one glyph. What is no character is
 * split as the encoding's standard says (WHATWG Encoding, sections 8.1, 10.1 and 10.2), byte by byte where it leaves
 * the choice.
 */
export function glyphs(bytes: Uint8Array, encoding: Encoding): Glyph[] {
  const measure = MEASURES[encoding]
  const found: Glyph[] = []
  let at = 0
  while (at < bytes.length) {
    const length = measure(bytes, at)
    if (length > bytes.length - at) {
      found.push({ from: at, to: bytes.length, text: null, kind: 'cut' })
      break
    }
    const to = at + Math.max(1, length)
    const text = length === 0 ? null : read(bytes.subarray(at, to), encoding)
    // A pair that stands for nothing is given up with its first byte: the second may begin a character of its own.
    const end = text === null ? at + 1 : to
    found.push({ from: at, to: end, text, kind: text === null ? 'bad' : 'character' })
    at = end
  }
  return found
}

/** Whether all bytes are characters; the last one may be cut. */
export function isText(bytes: Uint8Array, encoding: Encoding): boolean {
  return glyphs(bytes, encoding).every(({ kind }) => kind !== 'bad')
}

/** `U+6570`, of the first code point of a text. */
export function codePoint(text: string): string {
  return `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

const MEASURES: Readonly<Record<Encoding, Measure>> = {
  'utf-8': measureUtf8,
  gbk: (bytes, at) => measurePair(bytes, at, false),
  gb18030: (bytes, at) => measurePair(bytes, at, true),
  latin1: () => 1,
}

/** RFC 3629, section 4: the lead byte says how many follow, and the second byte rules out what is too long or too large. */
function measureUtf8(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4) return 0
  for (let i = 1; i < length && at + i < bytes.length; i++) {
    const next = bytes[at + i] as number
    const [least, most] = i === 1 ? secondOf(lead) : [0x80, 0xbf]
    if (next < least || next > most) return 0
  }
  return length
}

function secondOf(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf]
  if (lead === 0xed) return [0x80, 0x9f]
  if (lead === 0xf0) return [0x90, 0xbf]
  if (lead === 0xf4) return [0x80, 0x8f]
  return [0x80, 0xbf]
}

/** GBK: one byte below 0x80, else a pair. GB 18030 knows four bytes besides, whose second is a digit (GB 18030, 6.2). */
function measurePair(bytes: Uint8Array, at: number, four: boolean): number {
  const lead = bytes[at] as number
  if (lead < 0x80) return 1
  if (lead === 0x80 || lead === 0xff) return 0
  const second = bytes[at + 1]
  if (second === undefined) return 2
  if (four && second >= 0x30 && second <= 0x39) {
    const third = bytes[at + 2]
    const fourth = bytes[at + 3]
    if (third !== undefined && (third < 0x81 || third > 0xfe)) return 0
    if (fourth !== undefined && (fourth < 0x30 || fourth > 0x39)) return 0
    return 4
  }
  return second >= 0x40 && second !== 0x7f && second !== 0xff ? 2 : 0
}

/** The character that these bytes, all of them, stand for; null when they stand for none. */
function read(bytes: Uint8Array, encoding: Encoding): string | null {
  // By the Web's rules `latin1` means windows-1252, in which some bytes are other characters.
  if (encoding === 'latin1') return String.fromCharCode(bytes[0] as number)
  decoders[encoding] ??= new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  try {
    return decoders[encoding].decode(bytes)
  } catch {
    return null
  }
}

const decoders: Partial<Record<Encoding, TextDecoder>> = {}
