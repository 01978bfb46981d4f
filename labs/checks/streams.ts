/** The two byte streams of a connection: where segments lie in them, and what of them has come. Numbers are relative: 0 is SYN. */
import type { Tcp } from '../wire/decoded.ts'
import type { FlowEnd } from './flows.ts'
import type { Sent } from './packets.ts'
import type { TcpState } from './story.ts'

/** Where a segment lies in its stream. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly payload: number
  readonly syn: boolean
  readonly fin: boolean
}

/** Bytes of a stream that a packet brought, counted from 0, or carried for the first time. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly sent: Sent
}

/** What is known of the stream that one end sends, and of that end. */
export interface Stream {
  /** Behind the last that was sent. */
  next: number
  /** Of what the other end received without a hole. */
  received: number
  /** What it received beyond a hole. */
  readonly beyond: { from: number; to: number }[]
  acknowledged: number
  /** Where FIN stands. */
  fin: number | null
  /** Of the latest packet. */
  lastAck: number | null
  lastWindow: number | null
  lastSequence: number | null
  state: TcpState
}

export function newStream(): Stream {
  return {
    next: 0,
    received: 0,
    beyond: [],
    acknowledged: 0,
    fin: null,
    lastAck: null,
    lastWindow: null,
    lastSequence: null,
    state: 'CLOSED',
  }
}

/** Where a packet's segment lies; null while the stream's first number was not seen. */
export function segmentOf({ packet }: Sent, end: FlowEnd): Segment | null {
  const { sequence, flags } = packet.decoded.tcp as Tcp
  if (end.isn === null) return null
  const from = (sequence - end.isn) >>> 0
  const payload = packet.decoded.payload.length
  const syn = flags.includes('SYN')
  const fin = flags.includes('FIN')
  return { from, to: from + payload + (syn ? 1 : 0) + (fin ? 1 : 0), payload, syn, fin }
}

/** The bytes of the stream that a segment carries, counted from 0. */
export function rangeOf({ from, to, syn, fin }: Segment): { from: number; to: number } {
  return { from: from - (syn ? 0 : 1), to: to - 1 - (fin ? 1 : 0) }
}

/** The other end has taken a segment. The parts that it did not have before. */
export function take(stream: Stream, segment: Segment): readonly { from: number; to: number }[] {
  const news = newsOf(stream, segment)
  if (news.length === 0) return news
  if (segment.from <= stream.received) reach(stream, segment.to)
  else stream.beyond.push({ from: segment.from, to: segment.to })
  return news
}

/** The parts of a segment that are neither below what was received nor in what was received beyond a hole. */
function newsOf({ received, beyond }: Stream, { from, to }: Segment): { from: number; to: number }[] {
  let news = to > received ? [{ from: Math.max(from, received), to }] : []
  for (const had of beyond) {
    news = news.flatMap((part) => [
      ...(part.from < had.from ? [{ from: part.from, to: Math.min(part.to, had.from) }] : []),
      ...(part.to > had.to ? [{ from: Math.max(part.from, had.to), to: part.to }] : []),
    ])
  }
  return news
}

/** Everything up to here was received, and what follows it without a hole. */
export function reach(stream: Stream, to: number): void {
  stream.received = Math.max(stream.received, to)
  if (stream.beyond.length === 0) return
  stream.beyond.sort((a, b) => a.from - b.from)
  for (let [first] = stream.beyond; first && first.from <= stream.received; [first] = stream.beyond) {
    stream.received = Math.max(stream.received, first.to)
    stream.beyond.shift()
  }
}

/** The piece that holds this byte of a stream; pieces in the order of the stream. */
export function pieceAt(pieces: readonly Piece[], byte: number): Piece | undefined {
  let low = 0
  let high = pieces.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const piece = pieces[middle] as Piece
    if (byte < piece.from) high = middle - 1
    else if (byte >= piece.to) low = middle + 1
    else return piece
  }
  return undefined
}
