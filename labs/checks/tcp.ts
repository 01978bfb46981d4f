/** One TCP connection as its packets tell it: numbers of its streams, what was sent twice, what arrived, its states. */
import type { Tcp } from '../wire/decoded.ts'
import { added, NONE, SLACK, sorted } from './draft.ts'
import type { Flow } from './flows.ts'
import { type Sent, say } from './packets.ts'
import type { Remark, TcpState } from './story.ts'
import {
  newStream,
  type Piece,
  pieceAt,
  rangeOf,
  reach,
  type Segment,
  type Stream,
  segmentOf,
  take,
} from './streams.ts'
import { arrivedState, sentState } from './tcp-states.ts'

/** A packet brought an end to another state. */
export interface Turn {
  readonly side: 0 | 1
  readonly sent: Sent
  /** It arrived at this end; otherwise this end sent it. */
  readonly arrived: boolean
  readonly t: number
  readonly state: TcpState
}

/** What stood in the queues of both ends after each packet was sent and after it arrived, in the order of time. */
export interface Ledger {
  readonly sent: Sent[]
  readonly side: (0 | 1)[]
  readonly arrived: boolean[]
  /** Bytes of the other's stream that have arrived without a hole. */
  readonly received: number[]
  /** What it sent, SYN and FIN included, that was not acknowledged. */
  readonly unacknowledged: number[]
  /** The other's FIN has arrived. */
  readonly finished: boolean[]
}

/** The packet that was sent first of its kind, and the one that arrived first. */
interface Pair {
  sent: Sent | null
  arrived: Sent | null
}

/** What the packets of a connection tell. For each end: of the stream that it sends. */
export interface TcpTale {
  readonly flow: Flow
  /** In the order of the stream: what carried it first. */
  readonly carried: readonly [Piece[], Piece[]]
  /** In the order of arrival: what brought it first to the other end. */
  readonly brought: readonly [Piece[], Piece[]]
  readonly syn: readonly [Pair, Pair]
  readonly fin: readonly [Pair, Pair]
  readonly rst: readonly [Pair, Pair]
  /** In the order of time. */
  readonly turns: Turn[]
  readonly ledger: Ledger
}

/** Something is sent, or arrives. */
interface Moment {
  readonly t: number
  readonly arrives: boolean
  readonly sent: Sent
  isOver: boolean
}

/** Tells a connection. Writes sequence numbers, ranges and remarks into its packets. */
export function tellTcp(flow: Flow): TcpTale {
  for (const sent of flow.sent) number(flow, sent)
  const teller = new Teller(flow)
  const moments = momentsOf(flow)
  for (let i = 0; i < moments.length; i++) {
    const moment = moments[i] as Moment
    if (moment.isOver) continue
    if (!moment.arrives) for (const earlier of acknowledged(moments, i)) teller.tell(earlier)
    teller.tell(moment)
  }
  return teller.tale
}

/** Gives a packet its relative numbers and the bytes of the stream that it carries. */
function number({ ends }: Flow, sent: Sent): void {
  const { packet, side } = sent
  const { tcp } = packet.decoded
  if (!tcp) return
  const { isn } = side === 0 ? ends[1] : ends[0]
  const segment = segmentOf(sent, ends[side])
  const isRst = tcp.flags.includes('RST')
  sent.segment = segment
  packet.acknowledgment = isn === null || !tcp.flags.includes('ACK') ? null : (tcp.acknowledgment - isn) >>> 0
  packet.sequence = segment?.from ?? (isRst && tcp.sequence === 0 ? 0 : null)
  if (segment && segment.payload > 0) packet.range = rangeOf(segment)
}

/** Sendings and arrivals in the order of time. What the wire made is not sent, but arrives. */
function momentsOf(flow: Flow): Moment[] {
  const moments: Moment[] = []
  for (const sent of flow.sent) {
    const { t, arrived, fate, decoded } = sent.packet
    if (!decoded.tcp) continue
    if (fate !== 'copy') moments.push({ t, arrives: false, sent, isOver: false })
    if (arrived !== null && sent.last) moments.push({ t: arrived, arrives: true, sent, isOver: false })
  }
  return sorted(moments, (a, b) => a.t - b.t)
}

/** Arrivals that a packet acknowledges when it is sent, though their stamps are a little later. */
function acknowledged(moments: readonly Moment[], place: number): readonly Moment[] {
  const { sent, t } = moments[place] as Moment
  const ack = sent.packet.acknowledgment
  let found: readonly Moment[] = NONE
  if (ack === null) return found
  for (let i = place + 1; i < moments.length; i++) {
    const later = moments[i] as Moment
    if (later.t > t + SLACK) break
    if (!later.arrives || later.isOver || later.sent.side === sent.side) continue
    const { segment } = later.sent
    if (segment && segment.to > segment.from && segment.to <= ack) found = added(found, later)
  }
  return found
}

/** What a router says again of a packet that it passes on. */
const OF_SENDING: readonly Remark[] = [
  'retransmission',
  'zero-window',
  'window-update',
  'window-probe',
  'keep-alive',
  'duplicate-ack',
  'reset',
  'port-unreachable',
]

const noPair = (): Pair => ({ sent: null, arrived: null })

/** Goes through a connection from its first moment to its last. */
class Teller {
  readonly tale: TcpTale
  readonly #streams: readonly [Stream, Stream] = [newStream(), newStream()]
  /** The SYN that each end answers by its own; no other opens a connection at it. */
  readonly #answered: readonly [Sent | null, Sent | null]

  constructor(flow: Flow) {
    this.tale = {
      flow,
      carried: [[], []],
      brought: [[], []],
      syn: [noPair(), noPair()],
      fin: [noPair(), noPair()],
      rst: [noPair(), noPair()],
      turns: [],
      ledger: { sent: [], side: [], arrived: [], received: [], unacknowledged: [], finished: [] },
    }
    this.#answered = [answeredBy(flow, 0), answeredBy(flow, 1)]
  }

  tell(moment: Moment): void {
    moment.isOver = true
    if (moment.arrives) this.#arrive(moment.sent)
    else this.#send(moment.sent)
  }

  #send(sent: Sent): void {
    const { packet, side, segment } = sent
    if (!sent.first && sent.before) {
      const { remarks, about } = sent.before.packet
      for (const remark of remarks) if (OF_SENDING.includes(remark)) say(sent, remark)
      packet.about = about
      return
    }
    const { tcp } = packet.decoded as { tcp: Tcp }
    const own = this.#streams[side]
    const theirs = this.#streams[side === 0 ? 1 : 0]
    this.#remark(sent, own, theirs)
    // The other end has received what is acknowledged, even where its packets are missing here.
    const ack = packet.acknowledgment
    if (ack !== null && ack > theirs.received && ack <= theirs.next) reach(theirs, ack)
    if (tcp.flags.includes('RST')) this.tale.rst[side].sent ??= sent
    if (segment?.syn) this.tale.syn[side].sent ??= sent
    if (segment?.fin) {
      this.tale.fin[side].sent ??= sent
      own.fin ??= segment.to - 1
    }
    this.#note(side, sent, false, sentState(own.state, tcp))
  }

  /** Says what is remarkable of a packet that is sent, and keeps what it carries first. */
  #remark(sent: Sent, own: Stream, theirs: Stream): void {
    const { packet, side, segment } = sent
    const { window, flags, options } = packet.decoded.tcp as Tcp
    const ack = packet.acknowledgment
    if (flags.includes('RST')) {
      say(sent, 'reset')
      if (this.#isRefusal(side)) say(sent, 'port-unreachable')
      return
    }
    const isSyn = flags.includes('SYN')
    if (window === 0 && !isSyn) say(sent, 'zero-window')
    if (segment && segment.to > segment.from) {
      if (segment.from < own.next) {
        say(sent, 'retransmission')
        packet.about = this.#firstOf(side, segment)
      } else if (theirs.lastWindow === 0 && segment.payload === 1) say(sent, 'window-probe')
      if (segment.to > own.next) this.#carry(sent, segment, own)
    } else if (segment && own.next > 1 && segment.from === own.next - 1) {
      say(sent, theirs.lastWindow === 0 ? 'window-probe' : 'keep-alive')
    } else if (ack !== null && ack === own.lastAck && segment?.from === own.lastSequence && own.lastWindow !== null) {
      if (options.sack.length > 0 || (window === own.lastWindow && theirs.next > ack)) say(sent, 'duplicate-ack')
      else if (window > own.lastWindow) say(sent, 'window-update')
    }
    own.lastAck = ack
    own.lastWindow = isSyn ? null : window
    own.lastSequence = segment && (segment.to > segment.from ? segment.to : segment.from)
  }

  #carry(sent: Sent, segment: Segment, own: Stream): void {
    const from = Math.max(0, Math.max(segment.from, own.next) - 1)
    const { to } = rangeOf(segment)
    if (to > from) this.tale.carried[sent.side].push({ from, to, sent })
    own.next = segment.to
  }

  /** Whether a RST of this end answers a SYN, before anything else was heard of it. */
  #isRefusal(side: 0 | 1): boolean {
    const { syn, fin, carried } = this.tale
    const other = side === 0 ? 1 : 0
    const isQuiet = fin[other].sent === null && carried[0].length === 0 && carried[1].length === 0
    return syn[side].sent === null && syn[other].sent !== null && isQuiet
  }

  /** The number of the packet that carried the first byte of this, or its SYN or FIN, before. */
  #firstOf(side: 0 | 1, segment: Segment): number | null {
    const { syn, fin, carried } = this.tale
    if (segment.payload === 0) return (segment.syn ? syn[side] : fin[side]).sent?.packet.number ?? null
    return pieceAt(carried[side], rangeOf(segment).from)?.sent.packet.number ?? null
  }

  #arrive(sent: Sent): void {
    const { packet, side, segment } = sent
    const other = side === 0 ? 1 : 0
    const stream = this.#streams[side]
    const own = this.#streams[other]
    const { tcp } = packet.decoded as { tcp: Tcp }
    const ack = packet.acknowledgment
    if (tcp.flags.includes('RST')) this.tale.rst[side].arrived ??= sent
    if (segment?.syn) this.tale.syn[side].arrived ??= sent
    if (segment && segment.to > segment.from) this.#bring(sent, segment, stream)
    if (ack !== null && ack > own.acknowledged && ack <= own.next) own.acknowledged = ack
    if (segment?.fin) this.tale.fin[side].arrived ??= sent
    const arrival = {
      finAcknowledged: own.fin !== null && own.acknowledged > own.fin,
      finished: stream.fin !== null && stream.received > stream.fin,
      answers: this.#answered[other] === sent,
    }
    this.#note(other, sent, true, arrivedState(own.state, tcp, arrival))
  }

  #bring(sent: Sent, segment: Segment, stream: Stream): void {
    if (segment.fin) stream.fin ??= segment.to - 1
    const isBeyond = segment.from > stream.received
    const news = take(stream, segment)
    if (news.length === 0) say(sent, 'duplicate')
    else if (isBeyond) say(sent, 'out-of-order')
    const end = rangeOf(segment).to
    for (const part of news) {
      const from = Math.max(0, part.from - 1)
      const to = Math.min(part.to - 1, end)
      if (to > from) this.tale.brought[sent.side].push({ from, to, sent })
    }
  }

  /** Writes down how an end stands after a packet. */
  #note(side: 0 | 1, sent: Sent, arrived: boolean, state: TcpState | null): void {
    const { turns, ledger } = this.tale
    const own = this.#streams[side]
    const theirs = this.#streams[side === 0 ? 1 : 0]
    if (state !== null) {
      own.state = state
      turns.push({ side, sent, arrived, t: arrived ? (sent.packet.arrived as number) : sent.packet.t, state })
    }
    const finished = theirs.fin !== null && theirs.received > theirs.fin
    ledger.sent.push(sent)
    ledger.side.push(side)
    ledger.arrived.push(arrived)
    ledger.received.push(Math.max(0, theirs.received - 1 - (finished ? 1 : 0)))
    ledger.unacknowledged.push(Math.max(0, own.next - own.acknowledged))
    ledger.finished.push(finished)
  }
}

/** The SYN that an end answered by its own; null where it answered none. */
function answeredBy({ sent }: Flow, side: 0 | 1): Sent | null {
  const answer = sent.find((one) => one.side === side && one.first && isSyn(one))
  if (!answer?.packet.decoded.tcp?.flags.includes('ACK')) return null
  const heard = ({ last, packet }: Sent) => last && packet.arrived !== null && packet.arrived <= answer.packet.t
  return sent.findLast((one) => one.side !== side && isSyn(one) && heard(one)) ?? null
}

function isSyn({ packet }: Sent): boolean {
  return packet.decoded.tcp?.flags.includes('SYN') ?? false
}
