/**
 * Numbered messages that one program sends to another: when each was handed over, and when the other program had it. A
 * message is a line of text that begins with its number; it travels as a datagram, or as a line of a TCP stream. Pure.
 */
import { type Call, type Packet, placeOfStep, type Story } from './story.ts'

/** One message. Times are ns of the bench's clock. */
export interface Message {
  readonly number: number
  readonly by: 'udp' | 'tcp'
  /** When its program handed it to the kernel. */
  readonly sent: number
  /** When the other host had the whole of it; null when it never did. */
  readonly arrived: number | null
  /** When the other program was given it; null when it never was. */
  readonly came: number | null
  /** The step of the call that gave it, or else of the packet that was sent; 0 when neither is one. */
  readonly step: number
}

/** Who sends and who receives: programs of the lab. */
interface Way {
  readonly from: string
  readonly to: string
}

/** The messages of a run, those of UDP first, each in the order in which they were sent. */
export function messagesOf(story: Story, way: Way): Message[] {
  return [...datagramsOf(story, way), ...linesOf(story, way)]
}

/** How old each message was when it came, in ms, in the order of age. */
export function agesOf(messages: readonly Message[]): number[] {
  return messages.flatMap(({ sent, came }) => (came === null ? [] : [(came - sent) / 1e6])).sort((a, b) => a - b)
}

/** The one in the middle, the later of two; null of none. */
export function medianOf(ordered: readonly number[]): number | null {
  return ordered[Math.floor(ordered.length / 2)] ?? null
}

function datagramsOf(story: Story, { from, to }: Way): Message[] {
  const seen = new Set<number>()
  const messages = story.packets.flatMap((packet) => {
    const { sender, decoded, fate, receivedBy, cause } = packet
    if (sender !== from || decoded.udp === null || decoded.icmp !== null || fate === 'copy') return []
    const number = numberIn(new TextDecoder().decode(decoded.payload.bytes))
    if (number === null || seen.has(number)) return []
    seen.add(number)
    const call = 'call' in cause ? story.calls[cause.call] : undefined
    const [place] = receivedBy.filter((one) => story.calls[one]?.program === to)
    const came = place === undefined ? null : (story.calls[place]?.ended ?? null)
    const step = place === undefined ? stepOfPacket(story, packet) : placeOfStep(story, place)
    const { arrived } = packet
    return [{ number, by: 'udp' as const, sent: call?.began ?? packet.t, arrived, came, step }]
  })
  // What is lost is told before what is still under way.
  return messages.sort((one, other) => one.sent - other.sent)
}

/** Each line by the place in the stream at which it ends: the calls that handed that byte over, and were given it. */
function linesOf(story: Story, { from, to }: Way): Message[] {
  return story.conversations.flatMap(({ protocol, packets: numbers }) => {
    if (protocol !== 'tcp') return []
    const own = numbers.flatMap((number) => story.packets[number - 1] ?? [])
    const packets = own.filter(({ sender, receiver }) => sender === from && receiver === to)
    const sends = callsOf(story, from, 'send', packets)
    const receives = callsOf(story, to, 'receive', packets)
    return linesIn(packets).flatMap(({ number, end, packet }) => {
      const brought = packets.flatMap(({ range, arrived }) => (arrived !== null && spans(range, end) ? [arrived] : []))
      const arrived = brought.length > 0 ? Math.min(...brought) : null
      const sent = sends.find(({ call }) => spans(call.range, end))
      if (sent === undefined) return []
      const given = receives.find(({ call }) => spans(call.range, end))
      const step = given ? placeOfStep(story, given.place) : stepOfPacket(story, packet)
      return [{ number, by: 'tcp' as const, sent: sent.call.began, arrived, came: given?.call.ended ?? null, step }]
    })
  })
}

/** The lines of the stream that these packets carry, each with the place of its last byte. */
function linesIn(packets: readonly Packet[]): { number: number; end: number; packet: Packet }[] {
  const bytes: number[] = []
  const whose: Packet[] = []
  for (const packet of packets) {
    packet.decoded.payload.bytes.forEach((byte, index) => {
      const at = (packet.range?.from ?? Number.NaN) + index
      bytes[at] ??= byte
      whose[at] ??= packet
    })
  }
  const lines: { number: number; end: number; packet: Packet }[] = []
  let from = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
    const number = numberIn(new TextDecoder().decode(Uint8Array.from(bytes.slice(from, end))))
    const packet = whose[end]
    if (number !== null && packet) lines.push({ number, end, packet })
    from = end + 1
  }
  return lines
}

const NEWLINE = 10

/** Calls of a program that moved bytes of the connection of these packets. */
function callsOf(story: Story, program: string, deed: Call['deed'], packets: readonly Packet[]) {
  const { sourcePort, destinationPort } = packets[0]?.decoded.tcp ?? {}
  const ports = [sourcePort, destinationPort]
  return story.calls.flatMap((call, place) => {
    if (call.program !== program || call.deed !== deed || call.range === null || call.ended === null) return []
    const { local, remote } = call.socket ?? {}
    if (local && !ports.includes(local.port)) return []
    if (remote && !ports.includes(remote.port)) return []
    return [{ call, place }]
  })
}

function spans(range: Call['range'], at: number): boolean {
  return range !== null && range.from <= at && at < range.to
}

function stepOfPacket({ steps }: Story, { number }: Packet): number {
  return steps.find((one) => one.kind === 'packet' && one.packet === number)?.at ?? 0
}

function numberIn(text: string): number | null {
  const [, number] = /^(\d{1,6}) \d+\s*$/.exec(text) ?? []
  return number === undefined ? null : Number(number)
}
