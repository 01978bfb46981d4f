/** One TCP connection as its packets tell it: numbers of its streams, what was sent twice, what arrived, its states. */
import type { Tcp } from '../wire/decoded.ts'
import { SLACK } from './draft.ts'
import type { Flow, FlowEnd } from './flows.ts'
import type { Sent } from './packets.ts'
import type { TcpState } from './story.ts'

/** Bytes of a stream that a packet brought, counted from 0, or carried for the first time. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly sent: Sent
}

/** What a packet did to one end: when it was sent, or when it arrived. */
export interface Effect {
  readonly side: 0 | 1
  readonly sent: Sent
  /** It arrived at this end; otherwise this end sent it. */
  readonly arrived: boolean
  readonly t: number
  /** The state it brought the end to; null when it did not. */
  readonly state: TcpState | null
  /** Bytes of the other's stream that have arrived without a hole. */
  readonly received: number
  /** What it sent, SYN and FIN included, that was not acknowledged. */
  readonly unacknowledged: number
  /** The other's FIN has arrived. */
  readonly finished: boolean
}

/** What the packets of a connection tell. For each end: of the stream that it sends. */
export interface TcpTale {
  readonly flow: Flow
  /** In the order of the stream: what carried it first. */
  readonly carried: readonly [Piece[], Piece[]]
  /** In the order of arrival: what brought it first to the other end. */
  readonly brought: readonly [Piece[], Piece[]]
  /** The packets with SYN, FIN or RST that were sent first, and those that arrived first. */
  readonly syn: readonly [Pair, Pair]
  readonly fin: readonly [Pair, Pair]
  readonly rst: readonly [Pair, Pair]
  /** In the order of time. */
  readonly effects: Effect[]
}

interface Pair {
  sent: Sent | null
  arrived: Sent | null
}

/** What is known of the stream that one end sends. Numbers are relative: 0 is SYN. */
interface Stream {
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

interface Moment {
  readonly t: number
  readonly arrives: boolean
  readonly sent: Sent
}

/** Tells a connection. Writes sequence numbers, ranges and remarks into its packets. */
export function tellTcp(flow: Flow): TcpTale {
  const tale: TcpTale = {
    flow,
    carried: [[], []],
    brought: [[], []],
    syn: [noPair(), noPair()],
    fin: [noPair(), noPair()],
    rst: [noPair(), noPair()],
    effects: [],
  }
  const streams: [Stream, Stream] = [newStream(), newStream()]
  const answered = [answeredSyn(flow, 1), answeredSyn(flow, 0)]
  for (const sent of flow.sent) number(sent, flow.ends)
  const moments = momentsOf(flow)
  const done = new Set<Moment>()
  const happen = (moment: Moment) => {
    const { arrives, sent } = moment
    done.add(moment)
    if (arrives) arrive(tale, streams, sent, answered.includes(sent))
    else send(tale, streams, sent)
  }
  for (const [i, moment] of moments.entries()) {
    if (done.has(moment)) continue
    for (const earlier of acknowledged(moments, i, flow.ends)) if (!done.has(earlier)) happen(earlier)
    happen(moment)
  }
  return tale
}

/** Arrivals that a packet acknowledges when it is sent, though their stamps are a little later. */
function acknowledged(moments: readonly Moment[], place: number, ends: Flow['ends']): Moment[] {
  const { arrives, sent, t } = moments[place] as Moment
  const ack = arrives ? null : sent.packet.acknowledgment
  const found: Moment[] = []
  if (ack === null) return found
  for (let i = place + 1; i < moments.length; i++) {
    const later = moments[i] as Moment
    if (later.t > t + SLACK) break
    if (!later.arrives || later.sent.side === sent.side) continue
    const { from, to } = placeOf(later.sent, ends[later.sent.side]) ?? { from: 0, to: 0 }
    if (to > from && to <= ack) found.push(later)
  }
  return found
}

/** The SYN that this end answered by its own: no other opens a connection at it. */
function answeredSyn(flow: Flow, side: 0 | 1): Sent | null {
  const isSyn = ({ packet }: Sent) => packet.decoded.tcp?.flags.includes('SYN') ?? false
  const answer = flow.sent.find((sent) => sent.side === side && sent.first && isSyn(sent))
  if (!answer?.packet.decoded.tcp?.flags.includes('ACK')) return null
  const heard = (sent: Sent) => sent.last && (sent.packet.arrived ?? Number.POSITIVE_INFINITY) <= answer.packet.t
  return flow.sent.findLast((sent) => sent.side !== side && isSyn(sent) && heard(sent)) ?? null
}

/** Gives a packet its relative numbers and the bytes of the stream that it carries. */
function number(sent: Sent, ends: Flow['ends']): void {
  const { packet, side } = sent
  const { tcp } = packet.decoded
  if (!tcp) return
  const place = placeOf(sent, ends[side])
  packet.acknowledgment = ackOf(sent, ends[1 - side] as FlowEnd)
  packet.sequence = place?.from ?? (tcp.flags.includes('RST') && tcp.sequence === 0 ? 0 : null)
  if (place && place.payload > 0) packet.range = rangeOf(place)
}

/** Sendings and arrivals in the order of time. What the wire made is not sent, but arrives. */
function momentsOf(flow: Flow): Moment[] {
  const moments: Moment[] = []
  for (const sent of flow.sent) {
    const { t, arrived, fate, decoded } = sent.packet
    if (!decoded.tcp) continue
    if (fate !== 'copy') moments.push({ t, arrives: false, sent })
    if (arrived !== null && sent.last) moments.push({ t: arrived, arrives: true, sent })
  }
  return moments.sort((a, b) => a.t - b.t)
}

function newStream(): Stream {
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

const noPair = (): Pair => ({ sent: null, arrived: null })

/** Where a segment lies in its stream; null while the stream's first number was not seen. */
interface Place {
  readonly from: number
  readonly to: number
  readonly payload: number
  readonly syn: boolean
  readonly fin: boolean
  readonly rst: boolean
}

function placeOf({ packet }: Sent, end: FlowEnd): Place | null {
  const { sequence, flags } = packet.decoded.tcp as Tcp
  if (end.isn === null) return null
  const from = (sequence - end.isn) >>> 0
  const payload = packet.decoded.payload.length
  const syn = flags.includes('SYN')
  const fin = flags.includes('FIN')
  return { from, to: from + payload + (syn ? 1 : 0) + (fin ? 1 : 0), payload, syn, fin, rst: flags.includes('RST') }
}

function ackOf({ packet }: Sent, other: FlowEnd): number | null {
  const { flags, acknowledgment } = packet.decoded.tcp as Tcp
  return other.isn === null || !flags.includes('ACK') ? null : (acknowledgment - other.isn) >>> 0
}

function send(tale: TcpTale, streams: [Stream, Stream], sent: Sent): void {
  const { packet, side } = sent
  const { ends } = tale.flow
  const other = (1 - side) as 0 | 1
  const own = streams[side]
  const theirs = streams[other]
  const { tcp } = packet.decoded as { tcp: Tcp }
  const place = placeOf(sent, ends[side])
  const ack = ackOf(sent, ends[other])
  if (!sent.first && sent.before) {
    packet.remarks.push(...sent.before.packet.remarks.filter((remark) => OF_SENDING.includes(remark)))
    packet.about = sent.before.packet.about
    return
  }
  remark(tale, own, theirs, sent, place, ack)
  // The other end has received what is acknowledged, even where its packets are missing here.
  if (ack !== null && ack > theirs.received && ack <= theirs.next) reach(theirs, ack)
  if (place?.rst || tcp.flags.includes('RST')) tale.rst[side].sent ??= sent
  if (place?.syn) tale.syn[side].sent ??= sent
  if (place?.fin) {
    tale.fin[side].sent ??= sent
    own.fin ??= place.to - 1
  }
  effect(tale, streams, side, sent, false, sentState(own.state, tcp))
}

const OF_SENDING: readonly string[] = [
  'retransmission',
  'zero-window',
  'window-update',
  'window-probe',
  'keep-alive',
  'duplicate-ack',
  'reset',
  'port-unreachable',
]

function rangeOf({ from, to, syn, fin }: Place): { from: number; to: number } {
  return { from: from - (syn ? 0 : 1), to: to - 1 - (fin ? 1 : 0) }
}

function remark(tale: TcpTale, own: Stream, theirs: Stream, sent: Sent, place: Place | null, ack: number | null): void {
  const { packet, side } = sent
  const { window, flags, options } = packet.decoded.tcp as Tcp
  const { remarks } = packet
  const syn = flags.includes('SYN')
  const rst = flags.includes('RST')
  if (rst) {
    remarks.push('reset')
    if (isRefusal(tale, side)) remarks.push('port-unreachable')
    return
  }
  if (window === 0 && !syn) remarks.push('zero-window')
  if (place && place.to > place.from) {
    if (place.from < own.next) {
      remarks.push('retransmission')
      packet.about = firstOf(tale, side, place)
    } else if (theirs.lastWindow === 0 && place.payload === 1) remarks.push('window-probe')
    if (place.to > own.next) {
      const from = Math.max(place.from, own.next)
      if (place.payload > 0) {
        const { to } = rangeOf(place)
        tale.carried[side].push({ from: Math.max(0, from - 1), to, sent })
      }
      own.next = place.to
    }
  } else if (place && own.next > 1 && place.from === own.next - 1) {
    remarks.push(theirs.lastWindow === 0 ? 'window-probe' : 'keep-alive')
  } else if (ack !== null && ack === own.lastAck && place?.from === own.lastSequence && own.lastWindow !== null) {
    if (options.sack.length > 0 || (window === own.lastWindow && theirs.next > ack)) remarks.push('duplicate-ack')
    else if (window > own.lastWindow) remarks.push('window-update')
  }
  own.lastAck = ack
  own.lastWindow = syn ? null : window
  own.lastSequence = place && (place.to > place.from ? place.to : place.from)
}

/** Whether a RST of this end answers a SYN, before anything else was heard of it. */
function isRefusal(tale: TcpTale, side: 0 | 1): boolean {
  const other = (1 - side) as 0 | 1
  return (
    tale.syn[side].sent === null &&
    tale.syn[other].sent !== null &&
    tale.fin[other].sent === null &&
    tale.carried[other].length === 0 &&
    tale.carried[side].length === 0
  )
}

/** The number of the packet that carried the first byte of this, or its SYN or FIN, before. */
function firstOf(tale: TcpTale, side: 0 | 1, place: Place): number | null {
  if (place.payload === 0) return (place.syn ? tale.syn[side] : tale.fin[side]).sent?.packet.number ?? null
  return pieceAt(tale.carried[side], rangeOf(place).from)?.sent.packet.number ?? null
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

function arrive(tale: TcpTale, streams: [Stream, Stream], sent: Sent, answered: boolean): void {
  const { packet, side } = sent
  const { ends } = tale.flow
  const other = (1 - side) as 0 | 1
  const stream = streams[side]
  const { tcp } = packet.decoded as { tcp: Tcp }
  const place = placeOf(sent, ends[side])
  const ack = ackOf(sent, ends[other])
  if (tcp.flags.includes('RST')) tale.rst[side].arrived ??= sent
  if (place?.syn) tale.syn[side].arrived ??= sent
  if (place && place.to > place.from) take(tale, stream, sent, place)
  const own = streams[other]
  if (ack !== null && ack > own.acknowledged && ack <= own.next) own.acknowledged = ack
  if (place?.fin) tale.fin[side].arrived ??= sent
  const finAcknowledged = own.fin !== null && own.acknowledged > own.fin
  // FIN counts when everything before it is there.
  const finished = stream.fin !== null && stream.received > stream.fin
  effect(tale, streams, other, sent, true, arrivedState(own.state, tcp, finAcknowledged, finished, answered))
}

/** What the receiver takes of a segment: what it does not have yet. */
function take(tale: TcpTale, stream: Stream, sent: Sent, place: Place): void {
  const { remarks } = sent.packet
  if (place.fin) stream.fin ??= place.to - 1
  const news = newsOf(stream, place)
  if (news.length === 0) {
    remarks.push('duplicate')
    return
  }
  if (place.from > stream.received) remarks.push('out-of-order')
  for (const { from, to } of news) {
    const bytes = { from: Math.max(0, from - 1), to: Math.min(to - 1, rangeOf(place).to), sent }
    if (bytes.to > bytes.from) tale.brought[sent.side].push(bytes)
  }
  if (place.from <= stream.received) reach(stream, place.to)
  else stream.beyond.push({ from: place.from, to: place.to })
}

/** The parts of a segment that are neither below what was received nor in what was received beyond a hole. */
function newsOf({ received, beyond }: Stream, { from, to }: Place): { from: number; to: number }[] {
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
function reach(stream: Stream, to: number): void {
  stream.received = Math.max(stream.received, to)
  if (stream.beyond.length === 0) return
  stream.beyond.sort((a, b) => a.from - b.from)
  for (let [first] = stream.beyond; first && first.from <= stream.received; [first] = stream.beyond) {
    stream.received = Math.max(stream.received, first.to)
    stream.beyond.shift()
  }
}

function effect(
  tale: TcpTale,
  streams: [Stream, Stream],
  side: 0 | 1,
  sent: Sent,
  arrived: boolean,
  state: TcpState | null,
): void {
  const own = streams[side]
  const theirs = streams[1 - side] as Stream
  if (state !== null) own.state = state
  const finished = theirs.fin !== null && theirs.received > theirs.fin
  tale.effects.push({
    side,
    sent,
    arrived,
    t: arrived ? (sent.packet.arrived as number) : sent.packet.t,
    state,
    received: Math.max(0, theirs.received - 1 - (finished ? 1 : 0)),
    unacknowledged: Math.max(0, own.next - own.acknowledged),
    finished,
  })
}

/** What sending does to a state (RFC 9293, section 3.3.2); null: nothing. */
function sentState(state: TcpState, { flags }: Tcp): TcpState | null {
  if (flags.includes('RST')) return state === 'CLOSED' ? null : 'CLOSED'
  if (flags.includes('SYN')) return state === 'CLOSED' ? (flags.includes('ACK') ? 'SYN-RECEIVED' : 'SYN-SENT') : null
  if (!flags.includes('FIN')) return null
  if (state === 'ESTABLISHED' || state === 'SYN-RECEIVED') return 'FIN-WAIT-1'
  return state === 'CLOSE-WAIT' ? 'LAST-ACK' : null
}

/** What an arrival does to a state (RFC 9293, section 3.10.7); null: nothing. */
function arrivedState(
  state: TcpState,
  { flags }: Tcp,
  finAcknowledged: boolean,
  finished: boolean,
  answered: boolean,
): TcpState | null {
  if (flags.includes('RST')) return state === 'CLOSED' || state === 'TIME-WAIT' ? null : 'CLOSED'
  const next = flags.includes('SYN') ? synState(state, flags.includes('ACK'), answered) : state
  const established = next === 'SYN-RECEIVED' && flags.includes('ACK') && !flags.includes('SYN') ? 'ESTABLISHED' : next
  const closed = finAcknowledged ? (AFTER_ACK[established] ?? established) : established
  const result = finished ? (AFTER_FIN[closed] ?? closed) : closed
  return result === state ? null : result
}

/** A SYN comes to an end that listens, or that has called. Linux's listener begets a socket that has received SYN. */
function synState(state: TcpState, acknowledges: boolean, answered: boolean): TcpState {
  if (state === 'CLOSED') return answered ? 'SYN-RECEIVED' : 'CLOSED'
  if (state === 'SYN-SENT') return acknowledges ? 'ESTABLISHED' : 'SYN-RECEIVED'
  return state
}

const AFTER_ACK: Partial<Record<TcpState, TcpState>> = {
  'FIN-WAIT-1': 'FIN-WAIT-2',
  CLOSING: 'TIME-WAIT',
  'LAST-ACK': 'CLOSED',
}

const AFTER_FIN: Partial<Record<TcpState, TcpState>> = {
  ESTABLISHED: 'CLOSE-WAIT',
  'FIN-WAIT-1': 'CLOSING',
  'FIN-WAIT-2': 'TIME-WAIT',
}
