/** Why a call failed: what in the story of the run made it so. Pure. */
import type { Endpoint } from '../events.ts'
import { type Call, type Packet, placeOfStep, type SocketView, type Story } from './story.ts'

/** The errors this course explains; all others are told by name alone. */
export const ERRORS = [
  'ECONNREFUSED',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EACCES',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'TimeoutError',
  'ECONNRESET',
  'EPIPE',
  'ENOTCONN',
  'EMSGSIZE',
  'EAGAIN',
  'EMFILE',
  'EBADF',
  'EINVAL',
  'EPERM',
  'EDESTADDRREQ',
  'EISCONN',
] as const
export type ErrorName = (typeof ERRORS)[number]

/** What Node calls an error of its own that stands for one of the kernel's. */
const ALIKE: Readonly<Record<string, ErrorName>> = {
  EWOULDBLOCK: 'EAGAIN',
  BlockingIOError: 'EAGAIN',
  ERR_SOCKET_DGRAM_NOT_RUNNING: 'EBADF',
  ERR_STREAM_WRITE_AFTER_END: 'EPIPE',
  ERR_STREAM_DESTROYED: 'EBADF',
  ERR_SOCKET_CLOSED: 'EBADF',
  timeout: 'TimeoutError',
}

/** The error of this course that a name stands for; null for one that it does not explain. */
export function errorOf(name: string): ErrorName | null {
  return ERRORS.find((error) => error === name) ?? ALIKE[name] ?? null
}

/** Kinds of culprits; the words must have a sentence for each. */
export const CULPRITS = [
  /** The other kernel answered SYN by RST: nobody listens there. */
  'reset-answer',
  /** An ICMP message came back about a packet of this socket. */
  'icmp-answer',
  /** Packets were sent, and nothing at all came back. */
  'silence',
  /** The wire took the packets that were sent. */
  'lost-on-the-wire',
  /** Nothing came for the program within its own time. */
  'nothing-came',
  /** A program of this lab holds the port. */
  'held-by-program',
  /** A connection that has ended still holds the port, or nobody knows who. */
  'held-by-connection',
  /** The other end closed though it had not read everything, or was ended. */
  'peer-reset',
  /** The other end had closed before. */
  'peer-closed',
  /** This end itself had closed, or shut its direction, before. */
  'closed-here',
  /** The host asked which card has the address, and nobody answered. */
  'nobody-there',
  /** The host's own kernel refused, without any packet. */
  'own-kernel',
] as const
export type CulpritKind = (typeof CULPRITS)[number]

/** What made a call fail, with what shows it. */
export interface Culprit {
  readonly kind: CulpritKind
  /** The packet that shows it, by number. */
  readonly packet: number | null
  /** The call at the other end, or earlier at this one, that is behind it (a place in `Story.calls`). */
  readonly call: number | null
  /** Whose act it was, where that is a program of the lab. */
  readonly program: string | null
  /** How many packets were sent in vain. */
  readonly sent: number
}

const NOBODY = { packet: null, call: null, program: null, sent: 0 } as const
const OWN_KERNEL: Culprit = { ...NOBODY, kind: 'own-kernel' }

/** The culprit of a failed call (its place in `Story.calls`); null where the story shows none. */
export function culpritOf(story: Story, place: number): Culprit | null {
  const call = story.calls[place]
  const error = call?.error == null ? null : errorOf(call.error)
  if (call === undefined || error === null) return null
  switch (error) {
    case 'ECONNREFUSED':
      return refusedBy(story, call)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return icmpAbout(story, call) ?? askedInVain(story, call) ?? OWN_KERNEL
    case 'ETIMEDOUT':
    case 'TimeoutError':
    case 'EAGAIN':
      return silenceOf(story, call)
    case 'EADDRINUSE':
      return holderOf(story, place)
    case 'ECONNRESET':
      return closerOf(story, place)
    case 'EPIPE':
      return closerOf(story, place) ?? OWN_KERNEL
    case 'EBADF':
      return closedHere(story, place)
    case 'ENOTCONN':
      return closedHere(story, place) ?? OWN_KERNEL
    default:
      return OWN_KERNEL
  }
}

function refusedBy(story: Story, call: Call): Culprit | null {
  const reset = lastPacket(story, call, (packet) => isTo(story, packet, call) && hasReset(packet))
  if (reset) return { ...NOBODY, kind: 'reset-answer', packet: reset.number }
  return icmpAbout(story, call)
}

/** The latest ICMP message about something this socket sent. */
function icmpAbout(story: Story, call: Call): Culprit | null {
  const answer = lastPacket(story, call, ({ decoded, about }) => {
    const cause = about === null ? undefined : story.packets[about - 1]
    return decoded.icmp !== null && cause !== undefined && isFrom(story, cause, call)
  })
  return answer ? { ...NOBODY, kind: 'icmp-answer', packet: answer.number } : null
}

/** The questions of the call's host for a hardware address that nobody answered (RFC 826). */
function askedInVain(story: Story, call: Call): Culprit | null {
  const host = hostOf(story, call)
  const before = story.packets.filter((packet) => isBefore(packet, call))
  const answered = new Set(before.flatMap(({ decoded: { arp } }) => (arp?.operation === 2 ? [arp.senderAddress] : [])))
  const asked = before.filter(
    ({ from, decoded: { arp } }) => from === host && arp?.operation === 1 && !answered.has(arp.targetAddress),
  )
  const last = asked.at(-1)
  return last ? { ...NOBODY, kind: 'nobody-there', packet: last.number, sent: asked.length } : null
}

function hostOf(story: Story, { run }: Call): string | undefined {
  return story.acts.find((act) => act.run === run)?.host
}

/** Time ran out: what was sent without an answer while the call waited, or that nothing came. */
function silenceOf(story: Story, call: Call): Culprit | null {
  const host = hostOf(story, call)
  const own = story.packets.filter(
    (packet) => isFrom(story, packet, call) && packet.t >= call.began && isBefore(packet, call),
  )
  // What a router hands on is there once more for each wire.
  const sent = own.filter(({ from }) => from === host)
  const last = sent.at(-1)
  if (last === undefined) return askedInVain(story, call) ?? { ...NOBODY, kind: 'nothing-came' }
  const isLost = own.filter(({ arrived }) => arrived === null).length >= sent.length
  return { ...NOBODY, kind: isLost ? 'lost-on-the-wire' : 'silence', packet: last.number, sent: sent.length }
}

/** Who holds the port that a bind or listen wanted. */
function holderOf(story: Story, place: number): Culprit | null {
  const call = story.calls[place] as Call
  const port = call.socket?.local?.port ?? portIn(call.args) ?? portAskedFor(story, place)
  const rows = story.socketsAt(placeOfStep(story, place))
  const holds = ({ local, gone }: SocketView) => !gone && local?.port === port
  const listening = rows.find((row) => holds(row) && row.owner !== null && !isOwn(row, call))
  if (listening?.owner) return { ...NOBODY, kind: 'held-by-program', program: listening.owner.program }
  return rows.some((row) => holds(row) && row.owner === null) ? { ...NOBODY, kind: 'held-by-connection' } : null
}

function isOwn({ owner, id }: SocketView, { program, run, socket }: Call): boolean {
  return owner?.program === program && owner.run === run && socket?.descriptor === owner.descriptor && id !== ''
}

/** The first number that can be a port in a call's arguments: `(12822, '127.0.0.1')`, `('127.0.0.1', 12822)`. */
function portIn(args: string): number | null {
  const numbers = args.replace(/'[^']*'|"[^"]*"/g, '').match(/\d+/g) ?? []
  const port = Number(numbers[0])
  return numbers.length > 0 && port <= 65_535 ? port : null
}

/** The port of the call to which an event is the answer, as in Node, which tells of `'listening'` that it failed. */
function portAskedFor(story: Story, place: number): number | null {
  const { run, socket } = story.calls[place] as Call
  const asked = story.calls.findLast(
    (one, index) =>
      index < place &&
      one.run === run &&
      one.socket?.id === socket?.id &&
      (one.deed === 'bind' || one.deed === 'listen') &&
      portIn(one.args) !== null,
  )
  return asked === undefined ? null : portIn(asked.args)
}

/** Who ended a connection under a call: the other end by RST or FIN, or this end itself. */
function closerOf(story: Story, place: number): Culprit | null {
  const call = story.calls[place] as Call
  const reset = lastPacket(story, call, (packet) => isTo(story, packet, call) && hasReset(packet))
  if (reset) {
    const cause = 'call' in reset.cause ? reset.cause.call : null
    return { ...NOBODY, kind: 'peer-reset', packet: reset.number, call: cause, program: reset.sender }
  }
  const own = closedHere(story, place)
  if (own) return own
  const fin = lastPacket(
    story,
    call,
    (packet) => isTo(story, packet, call) && packet.decoded.tcp?.flags.includes('FIN') === true,
  )
  if (fin === undefined) return null
  const cause = 'call' in fin.cause ? fin.cause.call : null
  return { ...NOBODY, kind: 'peer-closed', packet: fin.number, call: cause, program: fin.sender }
}

function closedHere(story: Story, place: number): Culprit | null {
  const { program, run, socket } = story.calls[place] as Call
  const call = story.calls.findLastIndex(
    (one, index) =>
      index < place &&
      one.run === run &&
      one.socket !== null &&
      one.socket.id === socket?.id &&
      one.error === null &&
      (one.deed === 'close' || one.deed === 'shutdown'),
  )
  return call < 0 ? null : { ...NOBODY, kind: 'closed-here', call, program }
}

function lastPacket(story: Story, call: Call, is: (packet: Packet) => boolean): Packet | undefined {
  return story.packets.findLast((packet) => isBefore(packet, call) && is(packet))
}

function isBefore({ t }: Packet, { ended }: Call): boolean {
  return ended === null || t <= ended
}

function hasReset({ decoded }: Packet): boolean {
  return decoded.tcp?.flags.includes('RST') === true
}

/** Whether a packet was sent by the socket of a call; and whether it was sent to it. */
function isFrom(story: Story, { decoded }: Packet, call: Call): boolean {
  const local = localOf(story, call)
  const { sourcePort } = decoded.tcp ?? decoded.udp ?? {}
  return local !== null && sourcePort === local.port && matches(decoded.ip?.source, local.address)
}

function isTo(story: Story, { decoded }: Packet, call: Call): boolean {
  const local = localOf(story, call)
  const { destinationPort } = decoded.tcp ?? decoded.udp ?? {}
  return local !== null && destinationPort === local.port && matches(decoded.ip?.destination, local.address)
}

/** Where a call's socket was bound. After a refusal nobody tells it any more; then what the socket has sent tells it. */
function localOf(story: Story, { run, socket, packets }: Call): Endpoint | null {
  if (socket?.local && socket.local.port !== 0) return socket.local
  const others = story.calls.filter((one) => one.run === run && one.socket !== null && one.socket.id === socket?.id)
  const told = others.find((one) => one.socket?.local && one.socket.local.port !== 0)?.socket?.local
  if (told) return told
  for (const number of [...packets, ...others.flatMap((one) => one.packets)]) {
    const { decoded, cause } = story.packets[number - 1] ?? {}
    const ports = decoded?.tcp ?? decoded?.udp
    if (!ports || !decoded?.ip || !cause) continue
    // A packet that no call of it caused is one that it was told of.
    const isOwn = 'call' in cause && story.calls[cause.call]?.run === run
    const { source, destination } = decoded.ip
    return isOwn ? { address: source, port: ports.sourcePort } : { address: destination, port: ports.destinationPort }
  }
  return null
}

/** A socket that is bound to no address in particular has all of its host. */
function matches(address: string | undefined, bound: string): boolean {
  return bound === '0.0.0.0' || bound === '::' || address === bound
}
