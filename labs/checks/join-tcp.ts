/** Ties the packets of a connection to the calls at its ends, by the bytes of its streams. */
import { endsSending } from './calls.ts'
import { SLACK } from './draft.ts'
import type { FlowEnd } from './flows.ts'
import type { Join } from './join.ts'
import type { Life, Span } from './lives.ts'
import type { Sent } from './packets.ts'
import type { KernelDeed } from './story.ts'
import type { Piece } from './streams.ts'
import type { TcpTale } from './tcp.ts'

/** Writes causes into the packets of a connection, and packets into its calls. */
export function joinTcp(join: Join, tale: TcpTale): void {
  const { flow } = tale
  for (const side of [0, 1] as const) {
    const { life } = flow.ends[side]
    joinSends(join, life, tale.carried[side])
    joinReceives(join, life, tale, (1 - side) as 0 | 1)
    joinOpening(join, life, tale, side)
    joinAttempt(join, tale, side)
    joinClosing(join, tale, side)
  }
  for (const sent of flow.sent) if (!sent.isJoined) join.byKernel(sent, kernelDeed(join, tale, sent))
}

/** Every segment belongs to the call that handed over its first new byte; others' bytes travel with it. */
function joinSends(join: Join, life: Life | null, carried: readonly Piece[]): void {
  if (!life) return
  let at = 0
  const { sends } = life
  for (const piece of carried) {
    while (at < sends.length && (sends[at] as Span).to <= piece.from) at++
    for (let next = at; next < sends.length; next++) {
      const span = sends[next] as Span
      if (span.from >= piece.to) break
      if (span.to <= piece.from) continue
      if (!piece.sent.isJoined) join.causes(span, piece.sent)
      else join.touches(span, piece.sent)
    }
  }
}

/** A receive takes the next bytes of the other direction; the packets that brought them first are what it got. */
function joinReceives(join: Join, life: Life | null, tale: TcpTale, from: 0 | 1): void {
  if (!life) return
  const pieces = [...tale.brought[from]].sort((a, b) => a.from - b.from)
  let at = 0
  for (const span of life.receives) {
    while (at > 0 && (pieces[at - 1] as Piece).to > span.from) at--
    while (at < pieces.length && (pieces[at] as Piece).to <= span.from) at++
    for (let next = at; next < pieces.length; next++) {
      const piece = pieces[next] as Piece
      if (piece.from >= span.to) break
      join.brings(piece.sent, span)
    }
  }
  const fin = tale.fin[from].arrived
  const rst = tale.rst[from].arrived
  for (const placed of life.calls) {
    const { deed, error, bytes, name, ended, event } = placed.call
    if (ended === null) continue
    const atEnd = deed === 'receive' && error === null && (bytes === 0 || (event && name === "'end'"))
    if (atEnd && fin && isBefore(fin, ended)) join.brings(fin, placed)
    const wasReset = error === 'ECONNRESET' || error === 'EPIPE'
    if (wasReset && rst && isBefore(rst, ended)) join.brings(rst, placed)
  }
}

function isBefore({ packet }: Sent, t: number): boolean {
  return (packet.arrived ?? packet.t) <= t + SLACK
}

/** connect and SYN, what answered it and who was told; accept and the last packet of the handshake. */
function joinOpening(join: Join, life: Life | null, tale: TcpTale, side: 0 | 1): void {
  if (!life) return
  const other = (1 - side) as 0 | 1
  const syn = tale.syn[side].sent
  const isCaller = syn !== null && !hasFlag(syn, 'ACK')
  if (isCaller) {
    if (life.connect) join.causes(life.connect, syn)
    const answer = tale.syn[other].arrived ?? tale.rst[other].arrived
    const told = life.calls.find(
      ({ call }) => call.deed === 'connect' && call.ended !== null && (call.event || join.blocks(call)),
    )
    const failed = life.calls.find(({ call }) => call.event && call.error !== null)
    const hears = told ?? (tale.syn[other].arrived ? undefined : failed)
    if (answer && hears && isBefore(answer, hears.call.ended as number)) join.brings(answer, hears)
  } else if (life.acceptedBy) {
    const last = tale.flow.sent.find(
      (sent) => sent.side === other && sent.last && sent.packet.arrived !== null && hasFlag(sent, 'ACK'),
    )
    if (last) join.brings(last, life.acceptedBy)
  }
}

/** A runtime's try of one address of a name belongs to the call that named it. */
function joinAttempt(join: Join, tale: TcpTale, side: 0 | 1): void {
  const syn = tale.syn[side].sent
  const connect = tale.flow.ends[side].caller?.connect
  if (syn && connect && !hasFlag(syn, 'ACK')) join.causes(connect, syn)
}

function hasFlag({ packet }: Sent, flag: 'SYN' | 'ACK' | 'FIN' | 'RST'): boolean {
  return packet.decoded.tcp?.flags.includes(flag) ?? false
}

/** FIN and what closed the sending of this end: the first call that could, or what did it without one. */
function joinClosing(join: Join, tale: TcpTale, side: 0 | 1): void {
  const fin = tale.fin[side].sent
  const { life } = tale.flow.ends[side]
  if (!fin || !life) return
  const { t } = fin.packet
  const call = life.closings.find(({ call }) => call.error === null && call.began - SLACK <= t)
  const caused = fin.isJoined
  if (call && caused) join.touches(call, fin)
  else if (call) join.causes(call, fin)
  else if (caused) return
  else if (join.hasEnded(life.run, t, mayClose(join, tale, side, t))) join.closes(life.run, fin)
  else join.byKernel(fin, join.knows(life.run, t) ? 'runtime' : 'unknown')
}

/** Whether a runtime may have closed an end by itself: Node does when the other end has closed. */
function mayClose(join: Join, tale: TcpTale, side: 0 | 1, t: number): boolean {
  const heard = tale.fin[side === 0 ? 1 : 0].arrived
  const { life } = tale.flow.ends[side]
  return life !== null && !join.isPython(life.run) && heard !== null && isBefore(heard, t)
}

/** What a kernel did by itself. */
function kernelDeed(join: Join, tale: TcpTale, sent: Sent): KernelDeed {
  const { packet, side } = sent
  const { remarks } = packet
  if (packet.decoded.icmp) return 'icmp'
  if (remarks.includes('retransmission')) return 'retransmission'
  if (hasFlag(sent, 'RST')) return resetCause(join, sent, tale.flow.ends[side])
  if (hasFlag(sent, 'SYN')) return hasFlag(sent, 'ACK') ? 'synack' : 'unknown'
  if (remarks.includes('keep-alive') || remarks.includes('window-probe')) return 'probe'
  return packet.decoded.payload.length > 0 ? 'unknown' : hasFlag(sent, 'FIN') ? 'unknown' : 'ack'
}

/**
 * A reset without ACK answers a segment (RFC 9293, section 3.10.7.1). With ACK it says that bytes were not read, or were
 * thrown away, when the socket was closed.
 */
function resetCause(join: Join, sent: Sent, end: FlowEnd): KernelDeed {
  const answers = !hasFlag(sent, 'ACK') || sent.packet.remarks.includes('port-unreachable')
  if (answers) return 'reset'
  const life = end.life ?? end.listener
  if (!life) return 'reset'
  const { t } = sent.packet
  const call = life.closings.findLast(
    ({ call }) => endsSending(call) && call.deed === 'close' && call.began - SLACK <= t,
  )
  if (call) {
    join.causes(call, sent)
    return 'reset'
  }
  if (!join.hasEnded(life.run, t, false)) return 'reset'
  join.closes(life.run, sent)
  return 'closes-for-program'
}
