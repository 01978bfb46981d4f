/** Ties calls and packets together. Never by nearness in time alone: time only says what cannot be. */
import { endpointIn, endsSending } from './calls.ts'
import { added, type Draft, NONE, put } from './draft.ts'
import type { Flow } from './flows.ts'
import { joinTcp } from './join-tcp.ts'
import { joinHeard, joinUdp } from './join-udp.ts'
import type { Life, Placed } from './lives.ts'
import { BY_KERNEL, type Sent } from './packets.ts'
import { hasAll, isBlind, type RunEvents } from './runs.ts'
import type { Act, Call, KernelDeed, Silence } from './story.ts'
import { type TcpTale, tellTcp } from './tcp.ts'

/** What is joined so far. */
export class Join {
  readonly #run: RunEvents
  readonly #acts: ReadonlyMap<number, Act>
  readonly #lastTold = new Map<number, number>()
  readonly #sends = new Map<Life, ReadonlyMap<number, Placed[]>>()
  readonly #closed = new Map<number, number>()
  readonly #closedBy: [Sent, number][] = []

  constructor(run: RunEvents) {
    this.#run = run
    this.#acts = new Map(run.acts.map((act) => [act.run, act]))
    for (const event of run.told) this.#lastTold.set(event.run, event.t)
  }

  /** A call caused this packet. */
  causes({ place, call }: Placed, sent: Sent): void {
    sent.packet.cause = { call: place }
    sent.isJoined = true
    call.packets = added(call.packets, sent.packet.number)
  }

  /** Bytes of this call travel in a packet that another caused. */
  touches({ call }: Placed, { packet }: Sent): void {
    if (!call.packets.includes(packet.number)) call.packets = added(call.packets, packet.number)
  }

  isPython(run: number): boolean {
    return this.#acts.get(run)?.language === 'py'
  }

  /** The place of a run among the acts; null for a stranger. */
  actOf(run: number): number | null {
    const place = this.#run.acts.findIndex((act) => act.run === run)
    return place < 0 ? null : place
  }

  /** The packets that a kernel sent for a program that ended, each with the place of its act. */
  get closedBy(): readonly (readonly [Sent, number])[] {
    return this.#closedBy
  }

  hostOf(run: number): string | null {
    return this.#acts.get(run)?.host ?? null
  }

  /** When the kernel began to close for a run that ended; null when it did not, or nobody saw it. */
  closedFor(run: number): number | null {
    return this.#closed.get(run) ?? null
  }

  /** The kernel closed what this run had left open. */
  closes(run: number, sent: Sent): void {
    this.#closed.set(run, Math.min(this.#closed.get(run) ?? Number.POSITIVE_INFINITY, sent.packet.t))
    this.#closedBy.push([sent, this.actOf(run) ?? 0])
    this.byKernel(sent, 'closes-for-program')
  }

  byKernel(sent: Sent, kernel: KernelDeed): void {
    if (sent.isJoined) return
    sent.packet.cause = BY_KERNEL[kernel]
    sent.isJoined = true
  }

  /** A packet brought what this call returned. */
  brings({ packet }: Sent, { place, call }: Placed): void {
    if (packet.receivedBy.includes(place)) return
    packet.receivedBy = added(packet.receivedBy, place)
    if (!call.packets.includes(packet.number)) call.packets = added(call.packets, packet.number)
  }

  /** Whether a call comes back only when it is done: not so in Node. */
  blocks({ run, event }: Call): boolean {
    return !event && this.isPython(run)
  }

  /**
   * Whether this run had ended at a moment: its kernel closes before anybody is told that it has ended. `mayClose` says
   * that its runtime had a reason of its own to close.
   */
  hasEnded(run: number, t: number, mayClose: boolean): boolean {
    const act = this.#acts.get(run)
    if (!act || act.ended === null || t < (this.#lastTold.get(run) ?? 0)) return false
    const stop = this.#run.stops.get(run) ?? Number.POSITIVE_INFINITY
    if (t >= stop) return true
    if (act.exit?.signal != null && !mayClose) return true
    return t >= act.ended - (mayClose ? LAST_MOMENT.hurried : LAST_MOMENT.usual)
  }

  /** Whether all calls of a run up to a moment were told. */
  knows(run: number, t: number): boolean {
    return this.#lastTold.has(run) && hasAll(this.#run, 'calls', 0, t)
  }

  /** The calls by which a socket sent datagrams to a partner with this port, in order. */
  sendsTo(life: Life, port: number): readonly Placed[] {
    let sends = this.#sends.get(life)
    if (!sends) {
      sends = sendsByPort(life)
      this.#sends.set(life, sends)
    }
    return sends.get(port) ?? NONE
  }

  missesFrames(from: number, to: number): boolean {
    return !hasAll(this.#run, 'packets', from, to)
  }
}

function sendsByPort(life: Life): ReadonlyMap<number, Placed[]> {
  const sends = new Map<number, Placed[]>()
  for (const placed of life.calls) {
    const { deed, event, peer, args } = placed.call
    const to = deed === 'send' && !event ? (peer ?? endpointIn(args) ?? life.remote) : null
    if (to) put(sends, to.port, placed)
  }
  return sends
}

/** How long a program may take to end once its kernel has begun to close what it left open, in ns. */
const LAST_MOMENT = { usual: 1_000_000_000, hurried: 100_000_000 } as const

/** Joins everything; gives each connection's tale. */
export function joinAll(
  join: Join,
  run: RunEvents,
  sent: readonly Sent[],
  flows: readonly Flow[],
  calls: readonly Draft<Call>[],
  lives: readonly Life[],
): TcpTale[] {
  const tales: TcpTale[] = []
  for (const flow of flows) {
    if (flow.protocol === 'tcp') {
      const tale = tellTcp(flow)
      tales.push(tale)
      joinTcp(join, tale)
    } else joinUdp(join, flow)
  }
  joinHeard(join, flows)
  for (const one of sent) {
    const { packet } = one
    const original =
      one.before ?? (packet.fate === 'copy' && packet.about !== null ? sent[packet.about - 1] : undefined)
    if (original) follow(one, original, calls)
    else if (!one.isJoined) join.byKernel(one, kernelDeed(one))
  }
  const users: Life[] = []
  for (const life of lives) for (const { place } of life.calls) users[place] = life
  const ended = new Set(tales.flatMap(endsWithLastWord))
  for (let place = 0; place < calls.length; place++) {
    const call = calls[place] as Draft<Call>
    if (call.packets.length > 1) (call.packets as number[]).sort((a, b) => a - b)
    const life = users[place] ?? null
    call.silent = silenceOf({ run, call, place, life, sent, hasEnded: life !== null && ended.has(life) })
  }
  return tales
}

/** The sockets at the ends of a connection whose sending was ended by a packet that was seen. */
function endsWithLastWord({ flow, fin, rst }: TcpTale): Life[] {
  const wasReset = rst.some(({ sent }) => sent !== null)
  return flow.ends.flatMap(({ life }, side) => (life && (wasReset || fin[side]?.sent) ? [life] : []))
}

/** A packet that goes on, or comes twice, has the cause of the first. Only what goes on counts as the call's. */
function follow({ packet }: Sent, original: Sent, calls: readonly Draft<Call>[]): void {
  packet.cause = original.packet.cause
  if (packet.fate === 'copy' || !('call' in packet.cause)) return
  const call = calls[packet.cause.call]
  if (call && !call.packets.includes(packet.number)) call.packets = added(call.packets, packet.number)
}

function kernelDeed({ packet }: Sent): KernelDeed {
  const { arp, icmp } = packet.decoded
  if (arp) return 'arp'
  if (!icmp) return 'unknown'
  // Somebody asks; a kernel answers.
  return icmp.name === 'echo-request' ? 'unknown' : 'icmp'
}

interface Quiet {
  readonly run: RunEvents
  readonly call: Call
  readonly place: number
  readonly life: Life | null
  readonly sent: readonly Sent[]
  /** Its connection's sending was ended, by this call or by something else. */
  readonly hasEnded: boolean
}

/** Why a call caused no packet; null when it did, when nobody expects one, or when it is too early to say. */
function silenceOf({ run, call, place, life, sent, hasEnded }: Quiet): Silence | null {
  const { deed, error, event } = call
  if (event || call.packets.some((number) => isCause(sent[number - 1], place))) return null
  if (error !== null && deed !== 'receive' && deed !== 'accept') return 'refused'
  const closes = endsSending(call)
  const tcp = life?.protocol !== 'udp'
  if (deed !== 'send' && !(tcp && (deed === 'connect' || closes))) return deed === 'other' ? null : 'kernel-only'
  if (call.packets.length > 0 && deed !== 'connect') return 'travels-with'
  if (closes && call.range === null && (hasEnded || !life || !isConnected(life))) return 'kernel-only'
  if (isBlind(run, 'packets') || !hasAll(run, 'packets', call.began, call.ended ?? run.latest)) return 'unknown'
  if (call.ended === null || run.upTo.packets < call.ended) return null
  if (call.bytes === 0) return 'kernel-only'
  if (!tcp) return 'unknown'
  if (deed !== 'connect') return 'buffered'
  // Node's call comes back before its kernel says no.
  return life?.calls.some((placed) => placed.call.event && placed.call.error !== null) ? 'refused' : 'unknown'
}

function isCause(sent: Sent | undefined, place: number): boolean {
  return sent !== undefined && 'call' in sent.packet.cause && sent.packet.cause.call === place
}

/** Whether a socket was ever one end of a connection. */
function isConnected({ remote, acceptedBy, connect }: Life): boolean {
  return remote !== null && (acceptedBy !== null || (connect !== null && connect.call.error === null))
}
