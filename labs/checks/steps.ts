/** The time line: what programs, kernels and the reader did, one step after the other. */
import { added, type Draft, NONE } from './draft.ts'
import type { Join } from './join.ts'
import { Order } from './order.ts'
import type { Sent } from './packets.ts'
import type { Changed, RunEvents } from './runs.ts'
import type { Act, Call, Step } from './story.ts'
import { changesOf } from './wires.ts'

/** The steps, and where each call and each packet has its own. */
export interface Line {
  readonly steps: Draft<Step>[]
  /** For each call: where it begins, and where it comes back, which may be the same; 0: nowhere. */
  readonly begins: Int32Array
  readonly returns: Int32Array
  /** For each packet, by its place. */
  readonly packets: Int32Array
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** What a moment is about; among moments with one stamp, causes come first. */
const KIND = { starts: 0, faults: 1, gap: 2, holds: 3, begins: 4, packet: 5, returns: 6, ends: 7 } as const

/** A call that takes longer than this did not come back at once, in ns. */
const LONG = 5_000_000

/** Puts everything that happened into one line. */
export function lineOf(run: RunEvents, calls: readonly Call[], sent: readonly Sent[], join: Join): Line {
  const moments = new Moments(run, calls, sent, join)
  const { order } = moments
  const sorted = order.sort()
  const shapes = moments.shapes()
  const line: Line = {
    steps: [],
    begins: new Int32Array(calls.length),
    returns: new Int32Array(calls.length),
    packets: new Int32Array(sent.length),
    starts: new Int32Array(run.acts.length),
    ends: new Int32Array(run.acts.length),
  }
  for (let i = 0; i < sorted.length; i++) {
    const moment = sorted[i] as number
    const kind = order.rank[moment]
    const of = moments.of[moment] as number
    if (kind === KIND.begins && shapes[of] === 'at-return') continue
    if (kind === KIND.returns && shapes[of] === 'at-begin') continue
    if (kind === KIND.gap && widens(line.steps.at(-1), run.missing[of] as Gap)) continue
    const at = line.steps.length + 1
    line.steps.push(stepOf(at, order.time[moment] as number, kind, of, { run, calls, sent, shapes, join }))
    keep(line, kind, of, at, shapes)
  }
  relate(line, calls, sent)
  return line
}

/**
 * How many steps a call is: one when it begins, one when the event comes, or two; `open` is the first of two whose second
 * has not come.
 */
type Shape = 'at-begin' | 'at-return' | 'two' | 'open'

/** All that happened, and what had to come before what. */
class Moments {
  readonly order = new Order()
  /** For each moment, what it is about: the place of an act, call or packet among its like. */
  readonly of: number[] = []
  readonly #calls: readonly Call[]
  readonly #sent: readonly Sent[]
  readonly #join: Join
  readonly #begins: Int32Array
  /** -1 where a call is one moment, or has not come back. */
  readonly #returns: Int32Array

  constructor(run: RunEvents, calls: readonly Call[], sent: readonly Sent[], join: Join) {
    this.#calls = calls
    this.#sent = sent
    this.#join = join
    this.#begins = new Int32Array(calls.length)
    this.#returns = new Int32Array(calls.length).fill(-1)
    // Packets of one stamp stay in the order in which they were written down, calls in that of their program.
    const packets = sent.map(({ packet }, i) => this.#add(packet.t, 'packet', i))
    this.#addCalls()
    this.#addActs(run, packets)
    this.#tiePackets(packets)
    for (const [i, { t }] of run.changed.entries()) this.#add(t, 'faults', i)
    for (const [i, { since }] of run.missing.entries()) this.#add(Math.max(since, run.from), 'gap', i)
  }

  /** To be asked when everything is in order. */
  shapes(): Shape[] {
    const causes = this.order.lastCauses()
    return this.#calls.map((call, i) =>
      this.#shapeOf(call, this.#begins[i] as number, this.#returns[i] as number, causes),
    )
  }

  #add(t: number, kind: keyof typeof KIND, of: number): number {
    this.of.push(of)
    return this.order.add(t, KIND[kind])
  }

  #addCalls(): void {
    for (let i = 0; i < this.#calls.length; i++) {
      const call = this.#calls[i] as Call
      this.#begins[i] = this.#add(call.began, 'begins', i)
      if (this.#mayBeTwo(call)) this.#returns[i] = this.#add(call.ended as number, 'returns', i)
    }
  }

  #addActs({ acts, held }: RunEvents, packets: readonly number[]): void {
    const ends = acts.map(({ run, started, ended }, i) => {
      const start = this.#add(started, 'starts', i)
      const first = this.#calls.findIndex((call) => call.run === run)
      const last = this.#calls.findLastIndex((call) => call.run === run)
      if (first >= 0) this.order.tie(start, this.#begins[first] as number)
      const holds = held.flatMap((one, of) => (one.run === run ? [this.#add(one.t, 'holds', of)] : []))
      for (const hold of holds) this.order.tie(start, hold)
      if (ended === null) return null
      // Its kernel closes what it left open when it has ended, and whoever started it hears of its end later.
      const end = this.#add(this.#join.closedFor(run) ?? ended, 'ends', i)
      this.order.tie(this.#begins[last] ?? start, end)
      for (const hold of holds) this.order.tie(hold, end)
      return end
    })
    for (const [sent, act] of this.#join.closedBy) {
      const end = ends[act]
      if (end != null) this.order.tie(end, packets[sent.packet.number - 1] as number)
    }
  }

  #tiePackets(packets: readonly number[]): void {
    const { order } = this
    for (let i = 0; i < packets.length; i++) {
      const { packet, before } = this.#sent[i] as Sent
      const moment = packets[i] as number
      if ('call' in packet.cause && !before && packet.fate !== 'copy') {
        order.tie(this.#begins[packet.cause.call] as number, moment)
      }
      if (before) order.tie(packets[before.packet.number - 1] as number, moment)
      if (packet.decoded.icmp && packet.about !== null) order.tie(packets[packet.about - 1] as number, moment)
      for (const call of packet.receivedBy) {
        const end = this.#returns[call] as number
        order.tie(moment, end < 0 ? (this.#begins[call] as number) : end)
      }
    }
  }

  #shapeOf(call: Call, begin: number, end: number, causes: Int32Array): Shape {
    if (end < 0) return call.ended === null && this.#isMadeToWait(call) ? 'open' : 'at-begin'
    const { place } = this.order
    const from = place[begin] as number
    const nothingBetween = place[end] === from + 1
    if (call.event) return nothingBetween ? 'at-return' : 'two'
    if (nothingBetween) return 'at-begin'
    // Where nobody saw what it waited for, whatever came in between tells that it waited.
    const cause = causes[end] as number
    const hadToWait = this.#isMadeToWait(call) && (cause < 0 || cause > from)
    return hadToWait || (call.ended as number) - call.began > LONG ? 'two' : 'at-begin'
  }

  /** Whether a call may be two steps: it begins to wait, and it comes back. */
  #mayBeTwo(call: Call): boolean {
    if (call.ended === null || call.ended === call.began) return false
    return this.#isMadeToWait(call) || this.#isHeldUp(call)
  }

  /** Whether a call that hands over bytes found no room for them: some left long after others, or it gave up. */
  #isHeldUp(call: Call): boolean {
    const { deed, socket, began, packets } = call
    if (deed !== 'send' || !this.#join.blocks(call) || (call.ended as number) - began <= LONG) return false
    if (call.error !== null) return true
    const left = packets.map((number) => (this.#sent[number - 1] as Sent).packet.t)
    return socket?.protocol === 'tcp' && Math.max(...left) - Math.min(...left) > LONG
  }

  /** Whether it lies in the nature of a call, or of an event, that a line waits for it. */
  #isMadeToWait(call: Call): boolean {
    if (call.event) return true
    const { deed } = call
    return (deed === 'accept' || deed === 'receive' || deed === 'connect') && this.#join.blocks(call)
  }
}

type Gap = RunEvents['missing'][number]

/** Whether a gap only widens the one that is the last step, which then counts for both. */
function widens(last: Draft<Step> | undefined, { what, why, count }: Gap): boolean {
  if (last?.kind !== 'gap' || last.what !== what || last.why !== why) return false
  last.count += count
  return true
}

interface Matters {
  readonly run: RunEvents
  readonly calls: readonly Call[]
  readonly sent: readonly Sent[]
  readonly shapes: readonly Shape[]
  readonly join: Join
}

function stepOf(at: number, t: number, kind: number | undefined, of: number, matters: Matters): Draft<Step> {
  const { run, calls, sent, shapes, join } = matters
  const states = NONE
  const related = NONE
  const sockets = NONE
  switch (kind) {
    case KIND.starts:
    case KIND.ends: {
      const { program, host } = run.acts[of] as Act
      const what = kind === KIND.starts ? 'starts' : 'ends'
      return { kind: what, at, t, program, host, line: null, states, related, sockets, act: of }
    }
    case KIND.packet: {
      const { number, from: host } = (sent[of] as Sent).packet
      return { kind: 'packet', at, t, program: null, host, line: null, states, related, sockets, packet: number }
    }
    case KIND.faults: {
      const { wire, before, after } = run.changed[of] as Changed
      const what = { at, t, program: null, host: null, line: null, states, related, sockets }
      if (wire === null) return { kind: 'seed', ...what, seed: after.seed, before: before.seed }
      const [old, now] = [before.wires[wire], after.wires[wire]]
      return { kind: 'faults', ...what, wire, changes: old && now ? changesOf(old, now) : [] }
    }
    case KIND.holds: {
      const { program, run: number, line, name, args } = run.held[of] as RunEvents['held'][number]
      const what = { states, related, sockets, run: number, name, event: args === null }
      return { kind: 'holds', at, t, program, host: join.hostOf(number), line, ...what }
    }
    case KIND.gap: {
      const { what, count, why } = run.missing[of] as Gap
      return { kind: 'gap', at, t, program: null, host: null, line: null, states, related, sockets, what, count, why }
    }
    default: {
      const { program, line, run: number } = calls[of] as Call
      const host = join.hostOf(number)
      const shape = shapes[of]
      const isAlone = shape === 'at-begin' || shape === 'at-return'
      const what = isAlone ? 'calls' : kind === KIND.begins ? 'waits' : 'returns'
      return { kind: what, at, t, program, host, line, states, related, sockets, call: of }
    }
  }
}

function keep(line: Line, kind: number | undefined, of: number, at: number, shapes: readonly Shape[]): void {
  switch (kind) {
    case KIND.starts:
      line.starts[of] = at
      break
    case KIND.ends:
      line.ends[of] = at
      break
    case KIND.begins:
      line.begins[of] = at
      if (shapes[of] === 'at-begin') line.returns[of] = at
      break
    case KIND.returns:
      line.returns[of] = at
      if (shapes[of] === 'at-return') line.begins[of] = at
      break
    case KIND.packet:
      line.packets[of] = at
      break
  }
}

/** Tells each step of the others that belong to it. */
function relate({ steps, begins, returns, packets }: Line, calls: readonly Call[], sent: readonly Sent[]): void {
  const tell = (at: number, other: number) => {
    const step = steps[at - 1] as Draft<Step>
    if (!step.related.includes(other)) step.related = added(step.related, other)
  }
  const tie = (a: number | undefined, b: number | undefined) => {
    if (!a || !b || a === b) return
    tell(a, b)
    tell(b, a)
  }
  for (let place = 0; place < calls.length; place++) {
    const call = calls[place] as Call
    const begin = begins[place]
    const end = returns[place]
    tie(begin, end)
    for (const number of call.packets) {
      const brought = sent[number - 1]?.packet.receivedBy.includes(place)
      tie(brought ? end : begin, packets[number - 1])
    }
  }
  for (let i = 0; i < sent.length; i++) {
    const { packet, before } = sent[i] as Sent
    if (packet.about !== null) tie(packets[i], packets[packet.about - 1])
    if (before) tie(packets[i], packets[before.packet.number - 1])
  }
  for (const { related } of steps) if (related.length > 1) (related as number[]).sort((a, b) => a - b)
}
