/** The time line: what programs, kernels and the reader did, one step after the other. */
import type { Draft } from './draft.ts'
import type { Join } from './join.ts'
import { inOrder, type Moment } from './order.ts'
import type { Sent } from './packets.ts'
import type { RunEvents } from './runs.ts'
import type { Act, Call, Step } from './story.ts'

/** What a step is about. */
type Matter =
  | { readonly kind: 'starts' | 'ends'; readonly act: number }
  | { readonly kind: 'begins' | 'returns'; readonly call: number }
  | { readonly kind: 'packet'; readonly packet: number }
  | { readonly kind: 'faults' | 'gap' | 'holds'; readonly event: number }

type Node = Moment & { readonly matter: Matter }

/** The steps, and where each call and each packet has its own. */
export interface Line {
  readonly steps: DraftStep[]
  /** For each call: where it begins, and where it comes back, which may be the same; 0: nowhere. */
  readonly begins: Int32Array
  readonly returns: Int32Array
  /** For each packet, by its place. */
  readonly packets: Int32Array
  readonly starts: Int32Array
  readonly ends: Int32Array
}

export type DraftStep = Draft<Step> & { related: number[]; sockets: string[]; states: Step['states'][number][] }

/** Among moments with one stamp, causes come first. */
const RANK = { starts: 0, faults: 1, gap: 2, holds: 3, begins: 4, packet: 5, returns: 6, ends: 7 } as const

/** A call that takes longer than this did not come back at once, in ns. */
const LONG = 5_000_000

/** Puts everything that happened into one line. */
export function lineOf(run: RunEvents, calls: readonly Call[], sent: readonly Sent[], join: Join): Line {
  const nodes: Node[] = []
  const add = (t: number, matter: Matter, tie: number): Node => {
    const node = { t, time: t, rank: RANK[matter.kind], tie, after: [], place: 0, matter }
    nodes.push(node)
    return node
  }
  const packets = sent.map(({ packet }, i) => add(packet.t, { kind: 'packet', packet: i + 1 }, i))
  const acts = run.acts.map((act, i) => add(act.started, { kind: 'starts', act: i }, i))
  const begins: Node[] = []
  const returns: (Node | null)[] = []
  const byRun = new Map<number, Node[]>()
  for (const [place, call] of calls.entries()) {
    const begin = add(call.began, { kind: 'begins', call: place }, place)
    begins.push(begin)
    returns.push(mayBeTwo(call, sent, join) ? add(call.ended as number, { kind: 'returns', call: place }, place) : null)
    const list = byRun.get(call.run)
    if (list) list.push(begin)
    else byRun.set(call.run, [begin])
  }
  const ends = run.acts.map((act, i) => {
    if (act.ended === null) return null
    // Its kernel closes what it left open when it has ended, and whoever started it hears of its end later.
    return add(join.closedFor(act.run) ?? act.ended, { kind: 'ends', act: i }, i)
  })
  for (const [i, act] of run.acts.entries()) {
    const own = byRun.get(act.run) ?? []
    own[0]?.after.push(acts[i] as Node)
    const last = own.at(-1)
    if (last) ends[i]?.after.push(last)
  }
  for (const [i, one] of sent.entries()) {
    const { packet, before } = one
    const node = packets[i] as Node
    if ('call' in packet.cause && !before && packet.fate !== 'copy') node.after.push(begins[packet.cause.call] as Node)
    const closed = join.closedBy(one)
    if (closed !== null) node.after.push(...(ends[closed] ? [ends[closed]] : []))
    if (before) node.after.push(packets[before.packet.number - 1] as Node)
    if (packet.decoded.icmp && packet.about !== null) node.after.push(packets[packet.about - 1] as Node)
    for (const place of packet.receivedBy) (returns[place] ?? (begins[place] as Node)).after.push(node)
  }
  for (const [i, event] of run.faults.entries()) add(event.t, { kind: 'faults', event: i }, i)
  for (const [i, event] of run.held.entries()) {
    const node = add(event.t, { kind: 'holds', event: i }, i)
    const act = run.acts.findIndex((one) => one.run === event.run)
    node.after.push(acts[act] as Node)
    ends[act]?.after.push(node)
  }
  for (const [i, gap] of run.missing.entries()) add(Math.max(gap.since, run.from), { kind: 'gap', event: i }, i)
  const ordered = inOrder(nodes)
  const shapes = calls.map((call, place) => shapeOf(call, begins[place] as Node, returns[place] ?? null, join))
  const line = emptyLine(run, calls, sent)
  for (const { matter, time } of ordered) {
    if (isDropped(matter, shapes)) continue
    const at = line.steps.length + 1
    line.steps.push(stepOf({ at, t: time, matter, run, calls, sent, shapes, join }))
    put(line, matter, at, shapes)
  }
  relate(line, calls, sent)
  return line
}

/**
 * How many steps a call is: one when it begins, one when the event comes, or two; `open` is the first of two whose second
 * has not come.
 */
type Shape = 'at-begin' | 'at-return' | 'two' | 'open'

function shapeOf(call: Call, begin: Node, end: Node | null, join: Join): Shape {
  if (end === null) return call.ended === null && isMadeToWait(call, join) ? 'open' : 'at-begin'
  const nothingBetween = end.place === begin.place + 1
  if (call.event) return nothingBetween ? 'at-return' : 'two'
  if (nothingBetween) return 'at-begin'
  // Where nobody saw what it waited for, whatever came in between tells that it waited.
  const isAwake = end.after.length > 0 && end.after.every(({ place }) => place < begin.place)
  const hadToWait = isMadeToWait(call, join) && !isAwake
  return hadToWait || (call.ended as number) - call.began > LONG ? 'two' : 'at-begin'
}

/** Whether a call may be two steps: it begins to wait, and it comes back. */
function mayBeTwo(call: Call, sent: readonly Sent[], join: Join): boolean {
  if (call.ended === null || call.ended === call.began) return false
  return isMadeToWait(call, join) || isHeldUp(call, sent, join)
}

/** Whether a call that hands over bytes found no room for them: some left long after it began, or it gave up. */
function isHeldUp(call: Call, sent: readonly Sent[], join: Join): boolean {
  if (call.deed !== 'send' || !join.blocks(call) || (call.ended as number) - call.began <= LONG) return false
  const left = call.packets.some((number) => (sent[number - 1] as Sent).packet.t > call.began + LONG)
  return left || call.error !== null
}

/** Whether it lies in the nature of a call, or of an event, that a line waits for it. */
function isMadeToWait(call: Call, join: Join): boolean {
  if (call.event) return true
  const { deed } = call
  return join.blocks(call) && (deed === 'accept' || deed === 'receive' || deed === 'connect')
}

function isDropped(matter: Matter, shapes: readonly Shape[]): boolean {
  if (matter.kind === 'begins') return shapes[matter.call] === 'at-return'
  return matter.kind === 'returns' && shapes[matter.call] === 'at-begin'
}

function emptyLine(run: RunEvents, calls: readonly Call[], sent: readonly Sent[]): Line {
  return {
    steps: [],
    begins: new Int32Array(calls.length),
    returns: new Int32Array(calls.length),
    packets: new Int32Array(sent.length),
    starts: new Int32Array(run.acts.length),
    ends: new Int32Array(run.acts.length),
  }
}

interface Making {
  readonly at: number
  readonly t: number
  readonly matter: Matter
  readonly run: RunEvents
  readonly calls: readonly Call[]
  readonly sent: readonly Sent[]
  readonly shapes: readonly Shape[]
  readonly join: Join
}

function stepOf({ at, t, matter, run, calls, sent, shapes, join }: Making): DraftStep {
  const base = { at, t, program: null, host: null, line: null, states: [], related: [], sockets: [] }
  switch (matter.kind) {
    case 'starts':
    case 'ends': {
      const { program, host } = run.acts[matter.act] as Act
      return { ...base, program, host, kind: matter.kind, act: matter.act }
    }
    case 'begins':
    case 'returns': {
      const { program, line, run: number } = calls[matter.call] as Call
      const mine = { ...base, program, line, host: join.hostOf(number), call: matter.call }
      const shape = shapes[matter.call]
      if (shape === 'at-begin' || shape === 'at-return') return { ...mine, kind: 'calls' }
      return { ...mine, kind: matter.kind === 'begins' ? 'waits' : 'returns' }
    }
    case 'packet':
      return { ...base, host: (sent[matter.packet - 1] as Sent).packet.from, kind: 'packet', packet: matter.packet }
    case 'faults':
      return { ...base, kind: 'faults', wire: run.faults[matter.event]?.wire ?? 0 }
    case 'holds': {
      const { program, run: number, line, name, args } = run.held[matter.event] as RunEvents['held'][number]
      const mine = { ...base, program, line, host: join.hostOf(number) }
      return { ...mine, kind: 'holds', run: number, name, event: args === null }
    }
    case 'gap': {
      const { what, count, why } = run.missing[matter.event] as RunEvents['missing'][number]
      return { ...base, kind: 'gap', what, count, why }
    }
  }
}

function put(line: Line, matter: Matter, at: number, shapes: readonly Shape[]): void {
  switch (matter.kind) {
    case 'starts':
      line.starts[matter.act] = at
      break
    case 'ends':
      line.ends[matter.act] = at
      break
    case 'begins':
      line.begins[matter.call] = at
      if (shapes[matter.call] === 'at-begin') line.returns[matter.call] = at
      break
    case 'returns':
      line.returns[matter.call] = at
      if (shapes[matter.call] === 'at-return') line.begins[matter.call] = at
      break
    case 'packet':
      line.packets[matter.packet - 1] = at
      break
  }
}

/** Tells each step of the others that belong to it. */
function relate({ steps, begins, returns, packets }: Line, calls: readonly Call[], sent: readonly Sent[]): void {
  const tie = (a: number | undefined, b: number | undefined) => {
    if (!a || !b || a === b) return
    push(steps[a - 1]?.related, b)
    push(steps[b - 1]?.related, a)
  }
  for (const [place, call] of calls.entries()) {
    const begin = begins[place]
    const end = returns[place]
    tie(begin, end)
    for (const number of call.packets) {
      const brought = sent[number - 1]?.packet.receivedBy.includes(place)
      tie(brought ? end : begin, packets[number - 1])
    }
  }
  for (const [i, { packet, before }] of sent.entries()) {
    if (packet.about !== null) tie(packets[i], packets[packet.about - 1])
    if (before) tie(packets[i], packets[before.packet.number - 1])
  }
  for (const { related } of steps) related.sort((a, b) => a - b)
}

function push(list: number[] | undefined, item: number): void {
  if (list && !list.includes(item)) list.push(item)
}
