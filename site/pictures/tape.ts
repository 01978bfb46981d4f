/** A stream of lab 13e as it was cut on its way, and the frames in it. Pure. */
import type { Story } from '../../labs/checks/story.ts'

/** A part of the stream, in bytes from its beginning; `to` is not included. */
export interface Part {
  readonly from: number
  readonly to: number
}

/** One frame: its length of four bytes, and the message after it. */
export interface Frame {
  readonly header: Part
  readonly message: Part
  readonly text: string
}

/** The stream of one connection. */
export interface Tape {
  readonly bytes: readonly number[]
  /** What came in one packet each. */
  readonly pieces: readonly Part[]
  readonly frames: readonly Frame[]
}

/** A part, or what of it stands in one row of a picture. */
export interface Segment extends Part {
  readonly row: number
  /** Whether the part begins, or ends, in another row. */
  readonly opens: boolean
  readonly closes: boolean
  /** Whether this is the longest segment of its part, which has room for a label. */
  readonly labelled: boolean
}

const HEADER = 4

/** The first stream that went from one program to another; empty where none did. */
export function tapeOf({ packets }: Story, from: string, to: string): Tape {
  const carrying = packets.filter(
    ({ sender, receiver, range }) => sender === from && receiver === to && range !== null && range.to > range.from,
  )
  const [first] = carrying
  const own = carrying.filter(({ conversation }) => conversation === first?.conversation)
  const bytes: number[] = []
  for (const { range, decoded } of own) {
    decoded.payload.bytes.forEach((byte, at) => {
      bytes[(range?.from ?? 0) + at] = byte
    })
  }
  const pieces = own.flatMap(({ range }) => range ?? []).sort((one, other) => one.from - other.from)
  return { bytes, pieces, frames: framesOf(bytes) }
}

/** The frames of a stream; what is not complete at its end is none. */
export function framesOf(bytes: readonly number[]): Frame[] {
  const frames: Frame[] = []
  for (let from = 0; from + HEADER <= bytes.length; ) {
    const begins = from + HEADER
    const length = bytes.slice(from, begins).reduce((sum, byte) => sum * 256 + byte, 0)
    const ends = begins + length
    if (ends > bytes.length) break
    const text = new TextDecoder().decode(Uint8Array.from(bytes.slice(begins, ends)))
    frames.push({ header: { from, to: begins }, message: { from: begins, to: ends }, text })
    from = ends
  }
  return frames
}

/** A part in rows of so many bytes each. */
export function segmentsOf({ from, to }: Part, perRow: number): Segment[] {
  const segments: Segment[] = []
  for (let at = from; at < to; ) {
    const row = Math.floor(at / perRow)
    const end = Math.min(to, (row + 1) * perRow)
    segments.push({ from: at, to: end, row, opens: at > from, closes: end < to, labelled: false })
    at = end
  }
  const longest = Math.max(...segments.map((one) => one.to - one.from))
  const place = segments.findIndex((one) => one.to - one.from === longest)
  return segments.map((one, index) => ({ ...one, labelled: index === place }))
}
