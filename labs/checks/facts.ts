/**
 * What a task may ask of a run. Each function gives the facts it found, in the order of time, each with the step of the
 * story at which it stands, so that a reader can be led to it. Pure.
 */
import type { Deed, Instrument } from '../events.ts'
import type { TcpFlag } from '../wire/decoded.ts'
import { errorOf } from './culprit.ts'
import { type RunEvidence, toldUpTo } from './evidence.ts'
import { type Call, type Packet, placeOfStep, type Story, type TcpState } from './story.ts'

/** One thing that happened. `step` is its place on the time line; 0 when it is no step of its own. */
export interface Fact {
  readonly t: number
  readonly step: number
}

/** What was not seen, or no longer: then nothing follows from not finding it. */
export type Unseen = 'blind-packets' | 'blind-sockets' | 'blind-calls' | 'missing' | 'cut'

export interface Facts {
  readonly found: readonly Fact[]
  /** Why more may have happened than was found; null when this is all. */
  readonly unseen: Unseen | null
}

/** What a packet must be; what is not named may be anything. */
export interface PacketQuery {
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'arp'
  /** Whose socket sent it, and whose it was for: programs of the lab. */
  readonly from?: string
  readonly to?: string
  readonly fromPort?: number
  readonly toPort?: number
  /** The addresses in its IP header, as `decoded.ip` writes them: `127.0.0.1`, `::1`. */
  readonly fromAddress?: string
  readonly toAddress?: string
  /** All of these are set; `SYN` alone also finds SYN, ACK, `without` leaves it out. */
  readonly flags?: readonly TcpFlag[]
  readonly without?: readonly TcpFlag[]
  /** Its payload holds these bytes; a text is taken as UTF-8. */
  readonly carries?: string | Uint8Array | null
  /** Whether it came to the other end. */
  readonly arrived?: boolean
}

/** Packets of the run. */
export function packets(run: RunEvidence, query: PacketQuery): Facts {
  const found = run.story.packets.filter((packet) => isLike(packet, query))
  return facts(
    run,
    'packets',
    found.map((packet) => ofPacket(run.story, packet)),
  )
}

/** The ports that packets came from, for what the kernel chose; of those that are like this. */
export function portsOf(run: RunEvidence, query: PacketQuery): number[] {
  const found = run.story.packets.filter((packet) => isLike(packet, query))
  return found.flatMap(({ decoded }) => decoded.tcp?.sourcePort ?? decoded.udp?.sourcePort ?? [])
}

/** What a call must be; what is not named may be anything. An event of Node's is a call too. */
export interface CallQuery {
  readonly program?: string
  readonly deed?: Deed
  /** Null: it went well. */
  readonly error?: string | null
  /** It has come back. */
  readonly returned?: boolean
  readonly bytes?: number
}

/** Calls of programs, at the step at which they came back or began. */
export function calls(run: RunEvidence, query: CallQuery): Facts {
  const { story } = run
  const found = story.calls.flatMap((call, place) => (isAsked(call, query) ? [ofCall(story, call, place)] : []))
  return facts(run, 'calls', found)
}

/** Calls that gave this error, by the name the course goes by; and Node's for the same. */
export function errors(run: RunEvidence, program: string, name: string): Facts {
  const { story } = run
  const isIt = (call: Call) => call.program === program && call.error !== null && errorOf(call.error) === name
  return facts(
    run,
    'calls',
    story.calls.flatMap((call, place) => (isIt(call) ? [ofCall(story, call, place)] : [])),
  )
}

/** What went from one program to another: a text or bytes that left the one and that the other took. */
export interface Crossing {
  readonly from: string
  readonly to: string
  readonly carries: string | Uint8Array | null
}

/**
 * Bytes that crossed: packets that brought them, however TCP cut the stream; where packets are not seen, the receiver's
 * calls that gave them to it after the sender's that handed them over.
 */
export function crossed(run: RunEvidence, { from, to, carries }: Crossing): Facts {
  const { story } = run
  const wanted = bytesOf(carries)
  if (wanted === null) return { found: [], unseen: null }
  const isBlind = story.blind.some(({ instrument }) => instrument === 'packets')
  if (isBlind) {
    // What is sent may be received before the call that sent it has come back.
    const handed = callsWith(story, from, 'send', wanted).map(({ began, ...fact }) => ({ ...fact, t: began }))
    return after({ found: handed, unseen: null }, facts(run, 'calls', callsWith(story, to, 'receive', wanted)))
  }
  const taken = story.packets.filter((one) => one.sender === from && one.receiver === to && one.receivedBy.length > 0)
  const whole = taken.filter(({ decoded, range }) => range === null && holds(decoded.payload.bytes, wanted))
  const ends = [...whole, ...endsInStreams(taken, wanted)]
  return facts(
    run,
    'packets',
    ends.map((packet) => ofPacket(story, packet)).sort((one, next) => one.t - next.t),
  )
}

/** What a program printed: the places at which this stands, one for each line or match. */
export function prints(run: RunEvidence, program: string, what: string | RegExp | null): Facts {
  const output = run.outputs.get(program)
  if (output === undefined || what === null) return { found: [], unseen: null }
  const text = output.pieces.map((piece) => piece.text).join('')
  const matches = typeof what === 'string' ? placesOf(text, what) : placesLike(text, what)
  const found = matches.map((end) => {
    let length = 0
    const piece = output.pieces.find((one) => {
      length += one.text.length
      return length >= end
    })
    const t = piece?.t ?? 0
    return { t, step: stepBefore(run.story, program, t) }
  })
  return { found, unseen: output.cut ? 'cut' : null }
}

/** Ends of a program: with this code, where one is given; `not` leaves one out. A signal has no code. */
export function exits(run: RunEvidence, program: string, { code, not }: { code?: number; not?: number } = {}): Facts {
  const { acts, steps } = run.story
  const found = acts.flatMap((act, place) => {
    if (act.program !== program || act.ended === null || act.exit === null) return []
    if (code !== undefined && act.exit.code !== code) return []
    if (not !== undefined && act.exit.code === not) return []
    const step = steps.find((one) => one.kind === 'ends' && one.act === place)
    return [{ t: act.ended, step: step?.at ?? 0 }]
  })
  return { found, unseen: null }
}

/** What a state must be. */
export interface StateQuery {
  /** Whose end of the connection, or whose listening socket. */
  readonly program: string
  readonly state: TcpState
  /** The socket's own address: `0.0.0.0` and `::` are those of one that is bound to all. */
  readonly local?: string
  /** It stayed so for at least so many ms; then it was seen in the kernel's table, and does not only follow. */
  readonly atLeast?: number
}

/** Changes of the state of a socket into this one. */
export function states(run: RunEvidence, { program, state, local, atLeast = 0 }: StateQuery): Facts {
  const { story } = run
  const changes = story.steps.flatMap(({ at, t, states }) => states.map((change) => ({ ...change, at, t })))
  const latest = Math.max(story.steps.at(-1)?.t ?? 0, run.upTo.sockets)
  const found = changes.flatMap(({ program: whose, to, at, t, socket }) => {
    if (whose !== program || to !== state) return []
    if (local !== undefined && addressOf(story, socket, at) !== local) return []
    const next = changes.find((one) => one.socket === socket && one.at > at && one.from === state)
    return ((next?.t ?? latest) - t) / 1e6 >= atLeast ? [{ t, step: at }] : []
  })
  return facts(run, 'sockets', found)
}

/** By how much a counter of a host's kernel rose, as a fact when it is at least this. */
export function counted(run: RunEvidence, host: string, name: string, least = 1): Facts {
  const count = run.counters.get(host)?.[name] ?? 0
  const last = run.story.steps.at(-1)
  return { found: count >= least ? [{ t: last?.t ?? 0, step: last?.at ?? 0 }] : [], unseen: null }
}

/** Faults that a reader set at a wire in this run. */
export function faultsSet(run: RunEvidence): Facts {
  const found = run.story.steps.flatMap((step) => (step.kind === 'faults' ? [{ t: step.t, step: step.at }] : []))
  return { found, unseen: null }
}

/**
 * The reader marked just this part of one of these packets: a field (`udp.sourcePort`), a whole header (`udp`), or the
 * `payload`. Null for the part: bytes of one of them were marked, whichever.
 */
export function marks(run: RunEvidence, part: string | null, query: PacketQuery): Facts {
  const { marked, story } = run
  const packet = marked === null ? undefined : story.packets[marked.packet - 1]
  if (marked === null || packet === undefined || !isLike(packet, query)) return facts(run, 'packets', [])
  const { first, last } = (part === null ? null : placeOfPart(packet, part)) ?? {}
  const isIt = part === null || (marked.first === first && marked.last === last)
  return facts(run, 'packets', isIt ? [ofPacket(story, packet)] : [])
}

/** Where a part of a packet lies, as `marks` names it: its first byte and its last; null where it has none of it. */
export function placeOfPart({ decoded }: Packet, part: string): { first: number; last: number } | null {
  const [name, field] = part.split('.')
  const layer = decoded.layers.find((one) => one.name === name)
  const whole = part === 'payload' ? decoded.payload : layer
  const place = field === undefined ? whole : layer?.fields.find((one) => one.name === field)
  return place && place.length > 0 ? { first: place.offset, last: place.offset + place.length - 1 } : null
}

/** Nothing moves: every program that runs waits, and all that came before has been told. */
export function rests(run: RunEvidence): Facts {
  const { acts, steps } = run.story
  const alive = acts.filter(({ ended }) => ended === null)
  const last = steps.at(-1)
  if (last === undefined || alive.length === 0 || !toldUpTo(run, last.t)) return { found: [], unseen: null }
  const waiting = alive.every(({ program }) => run.story.doingAt(last.at, program).state === 'waits')
  return { found: waiting ? [{ t: last.t, step: last.at }] : [], unseen: null }
}

/** Those of `later` that came after the first of `earlier`, or with it: one packet may change both ends. */
export function after(earlier: Facts, later: Facts): Facts {
  const [first] = earlier.found
  const found = first === undefined ? [] : later.found.filter(({ t }) => t >= first.t)
  return { found, unseen: later.unseen ?? earlier.unseen }
}

/** These, where there is none of those: something stands alone that should have come from something. */
export function without(those: Facts, these: Facts): Facts {
  const found = those.found.length > 0 || those.unseen !== null ? [] : these.found
  return { found, unseen: those.unseen ?? these.unseen }
}

/** A fact where there is none of these, once nothing can come any more. */
export function none(run: RunEvidence, these: Facts): Facts {
  const last = run.story.steps.at(-1)
  const isNone = these.found.length === 0 && these.unseen === null && decided(run)
  return { found: isNone ? [{ t: last?.t ?? 0, step: last?.at ?? 0 }] : [], unseen: these.unseen }
}

/** Both, in the order of time; where one of them has nothing, there is nothing. */
export function both(one: Facts, other: Facts): Facts {
  const found = [...one.found, ...other.found].sort((a, b) => a.t - b.t)
  const isEmpty = one.found.length === 0 || other.found.length === 0
  return { found: isEmpty ? [] : found, unseen: one.unseen ?? other.unseen }
}

/** All of both. */
export function either(one: Facts, other: Facts): Facts {
  return { found: [...one.found, ...other.found].sort((a, b) => a.t - b.t), unseen: one.unseen ?? other.unseen }
}

/** Those of which there are at least so many. */
export function times(least: number, these: Facts): Facts {
  return these.found.length >= least ? these : { found: [], unseen: these.unseen }
}

/**
 * Whether absence counts: all has ended and been told; or every program that begins has ended, and all is told that came
 * before. A program that waits for ever need not be stopped for it.
 */
export function decided(run: RunEvidence): boolean {
  const { story, lab } = run
  if (story.settled) return true
  const beginners = lab.programs.filter(({ end }) => end === 'begins').map(({ name }) => name)
  const acts = story.acts.filter(({ program }) => beginners.includes(program))
  if (!beginners.every((name) => acts.some(({ program }) => program === name))) return false
  return acts.every(({ ended }) => ended !== null && toldUpTo(run, ended))
}

/** The text backwards, character by character; null for null. */
export function reversed(text: string | null): string | null {
  return text === null ? null : [...text].reverse().join('')
}

const UNSEEN = { packets: 'blind-packets', sockets: 'blind-sockets', calls: 'blind-calls' } as const

function facts({ story }: RunEvidence, instrument: Instrument, found: readonly Fact[]): Facts {
  if (story.blind.some((one) => one.instrument === instrument)) return { found, unseen: UNSEEN[instrument] }
  const isMissing = story.steps.some((step) => step.kind === 'gap' && step.what === instrument)
  return { found, unseen: isMissing ? 'missing' : null }
}

function isLike({ decoded, sender, receiver, arrived }: Packet, query: PacketQuery): boolean {
  const { protocol, from, to, fromPort, toPort, fromAddress, toAddress, flags = [], without = [], carries } = query
  const ports = decoded.tcp ?? decoded.udp
  if (protocol !== undefined && decoded[protocol] === null) return false
  // What a kernel says of a datagram carries its header; it is no datagram itself.
  if (protocol !== 'icmp' && protocol !== undefined && decoded.icmp !== null) return false
  if (from !== undefined && sender !== from) return false
  if (to !== undefined && receiver !== to) return false
  if (fromPort !== undefined && ports?.sourcePort !== fromPort) return false
  if (toPort !== undefined && ports?.destinationPort !== toPort) return false
  if (fromAddress !== undefined && decoded.ip?.source !== fromAddress) return false
  if (toAddress !== undefined && decoded.ip?.destination !== toAddress) return false
  if (!flags.every((flag) => decoded.tcp?.flags.includes(flag))) return false
  if (without.some((flag) => decoded.tcp?.flags.includes(flag))) return false
  if (query.arrived !== undefined && (arrived !== null) !== query.arrived) return false
  if (carries === undefined) return true
  const wanted = bytesOf(carries)
  return wanted !== null && holds(decoded.payload.bytes, wanted)
}

function isAsked(call: Call, { program, deed, error, returned, bytes }: CallQuery): boolean {
  if (program !== undefined && call.program !== program) return false
  if (deed !== undefined && !does(call, deed)) return false
  if (error !== undefined && call.error !== error) return false
  if (returned !== undefined && (call.ended !== null) !== returned) return false
  return bytes === undefined || call.bytes === bytes
}

/** Whether a call does this: Node's `end(data)` hands over bytes, and then ends. */
function does(call: Call, deed: Deed): boolean {
  return call.deed === deed || (deed === 'send' && call.deed === 'shutdown' && (call.bytes ?? 0) > 0)
}

function ofPacket({ steps }: Story, { number, t }: Packet): Fact {
  const step = steps.find((one) => one.kind === 'packet' && one.packet === number)
  return { t, step: step?.at ?? 0 }
}

function ofCall(story: Story, { began, ended }: Call, place: number): Fact {
  return { t: ended ?? began, step: placeOfStep(story, place) }
}

/** The own address of a socket after a step; null where it has none. */
function addressOf(story: Story, socket: string, at: number): string | null {
  return story.socketsAt(at).find(({ id }) => id === socket)?.local?.address ?? null
}

/** Calls of a program whose arguments, or what they gave, show these bytes as the language prints them. */
function callsWith(
  story: Story,
  program: string,
  deed: Deed,
  wanted: Uint8Array,
): (Fact & { readonly began: number })[] {
  const hex = Array.from(wanted, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const text = new TextDecoder().decode(wanted)
  const escaped = Array.from(wanted, (byte) => {
    if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte)
    return `\\x${byte.toString(16).padStart(2, '0')}`
  }).join('')
  return story.calls.flatMap((call, place) => {
    if (call.program !== program || !does(call, deed) || call.error !== null) return []
    const shown = `${call.args} ${call.value ?? ''}`
    return [text, hex, escaped].some((one) => shown.includes(one))
      ? [{ ...ofCall(story, call, place), began: call.began }]
      : []
  })
}

/** The packets with which these bytes are complete, in the streams that these packets carry. */
function endsInStreams(taken: readonly Packet[], wanted: Uint8Array): Packet[] {
  const streams = new Map<number, Packet[]>()
  for (const packet of taken) {
    if (packet.range === null || packet.range.to <= packet.range.from || packet.conversation === null) continue
    streams.set(packet.conversation, [...(streams.get(packet.conversation) ?? []), packet])
  }
  return [...streams.values()].flatMap((pieces) => endsIn(pieces, wanted))
}

function endsIn(pieces: readonly Packet[], wanted: Uint8Array): Packet[] {
  const sorted = [...pieces].sort((a, b) => (a.range?.from ?? 0) - (b.range?.from ?? 0))
  const bytes: number[] = []
  const begins = sorted[0]?.range?.from ?? 0
  const whose: Packet[] = []
  for (const packet of sorted) {
    const { from = 0 } = packet.range ?? {}
    packet.decoded.payload.bytes.forEach((byte, index) => {
      // Bytes that are not there leave a hole, in which nothing is found.
      bytes[from - begins + index] ??= byte
      whose[from - begins + index] ??= packet
    })
  }
  const ends: Packet[] = []
  for (let at = 0; at + wanted.length <= bytes.length; at += 1) {
    const last = whose[at + wanted.length - 1]
    if (last && wanted.every((byte, index) => bytes[at + index] === byte)) ends.push(last)
  }
  return ends
}

function bytesOf(wanted: string | Uint8Array | null): Uint8Array | null {
  return typeof wanted === 'string' ? new TextEncoder().encode(wanted) : wanted
}

function holds(bytes: Uint8Array, wanted: Uint8Array): boolean {
  for (let at = 0; at + wanted.length <= bytes.length; at += 1) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true
  }
  return false
}

/** The ends of all places of a text in a text. */
function placesOf(text: string, what: string): number[] {
  const ends: number[] = []
  for (let at = text.indexOf(what); at >= 0 && what !== ''; at = text.indexOf(what, at + what.length)) {
    ends.push(at + what.length)
  }
  return ends
}

function placesLike(text: string, pattern: RegExp): number[] {
  const all = new RegExp(pattern, [...new Set(`${pattern.flags}gm`)].join(''))
  return [...text.matchAll(all)].map((match) => match.index + match[0].length)
}

/** The latest step of a program at a time; what it prints is told some time after. */
function stepBefore({ steps }: Story, program: string, t: number): number {
  return steps.findLast((step) => step.program === program && step.t <= t && step.kind !== 'packet')?.at ?? 0
}
