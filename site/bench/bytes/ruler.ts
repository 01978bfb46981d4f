/** What a program handed over, read with several code books, byte by byte beneath the bytes. Pure. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import { codePoint, type Encoding, glyphs } from '../../../labs/wire/text.ts'

/** A character, or what is none, over the bytes of this payload that belong to it. */
export interface Cell {
  /** Bytes of the payload, from this one up to that. */
  readonly from: number
  readonly to: number
  /** Null where the bytes are no character, or only a part of one. */
  readonly text: string | null
  /** `rest`: its beginning came with an earlier packet. `cut`: it goes on in a later one. */
  readonly kind: 'character' | 'bad' | 'cut' | 'rest'
}

/** So much of a stream is read before a payload, to know where its characters begin, in bytes. */
const BEFORE = 65_536

/**
 * The bytes of the same stream before this packet's, as far as they are here without a hole; none for a datagram, which
 * stands alone.
 */
export function bytesBefore(story: Story, packet: Packet): Uint8Array {
  const { range, conversation, decoded } = packet
  if (range === null || conversation === null || decoded.tcp === null) return new Uint8Array()
  const from = Math.max(0, range.from - BEFORE)
  const bytes = new Uint8Array(range.from - from)
  const known = new Uint8Array(bytes.length)
  for (const number of story.conversations[conversation]?.packets ?? []) {
    const other = story.packets[number - 1]
    if (other?.range == null || !isSameWay(other, packet)) continue
    const { bytes: piece } = other.decoded.payload
    for (let i = 0; i < piece.length; i++) {
      const at = other.range.from + i - from
      if (at < 0 || at >= bytes.length) continue
      bytes[at] = piece[i] as number
      known[at] = 1
    }
  }
  return bytes.subarray(known.lastIndexOf(0) + 1)
}

/** The payload's characters in an encoding; `before` is what `bytesBefore` gave. */
export function cellsOf(before: Uint8Array, payload: Uint8Array, encoding: Encoding): readonly Cell[] {
  const stream = new Uint8Array(before.length + payload.length)
  stream.set(before)
  stream.set(payload, before.length)
  return glyphs(stream, encoding).flatMap(({ from, to, text, kind }): Cell[] => {
    if (to <= before.length) return []
    const place = { from: Math.max(0, from - before.length), to: to - before.length }
    if (from < before.length) return [{ ...place, text: null, kind: 'rest' }]
    return [{ ...place, text, kind }]
  })
}

/** What is under each character: its code point. */
export function pointsOf(cells: readonly Cell[]): readonly Cell[] {
  return cells.map((cell) => ({ ...cell, text: cell.text === null ? null : codePoint(cell.text) }))
}

function isSameWay(one: Packet, other: Packet): boolean {
  const [a, b] = [one.decoded, other.decoded]
  return a.ip?.source === b.ip?.source && a.tcp?.sourcePort === b.tcp?.sourcePort
}
