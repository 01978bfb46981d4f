/** Stories made by hand, step by step: for what no recorded run shows, and for as many packets as a test needs. */
import type {
  Act,
  Call,
  Conversation,
  Doing,
  Packet,
  SocketView,
  StateChange,
  Step,
  Story,
  TcpState,
} from '../../labs/checks/story.ts'
import type { FaultChange } from '../../labs/checks/wires.ts'
import type { Deed, Endpoint, Instrument, Missed } from '../../labs/events.ts'
import { NO_FAULTS } from '../../labs/faults.ts'
import type { Language } from '../../labs/lab.ts'
import type { Arp, Decoded, Icmp, TcpFlag } from '../../labs/wire/decoded.ts'
import type { Cast } from '../../site/bench/story/cast.ts'

type SocketChange = Partial<SocketView> & { readonly id: string }
type StateTold = readonly [program: string | null, from: TcpState, to: TcpState, derived?: boolean]

/** What any step may bring along. */
interface Extras {
  readonly states?: readonly StateTold[]
  readonly sockets?: readonly SocketChange[]
  readonly related?: readonly number[]
  readonly line?: number
}

type CallMade = Partial<Call> & { readonly name: string; readonly deed: Deed }

interface PacketMade extends Partial<Omit<Packet, 'decoded'>> {
  /** `address:port`, or an address alone. */
  readonly source: string
  readonly destination: string
  readonly tcp?: readonly TcpFlag[]
  readonly window?: number
  readonly icmp?: Partial<Icmp>
  readonly arp?: Arp
  readonly payload?: number
  readonly fragment?: { readonly id: number; readonly offset: number; readonly more: boolean }
  readonly hopLimit?: number
}

/** `10.0.0.1:80` or `[::1]:80` as an endpoint; port 0 where there is none. */
export function endpoint(text: string): Endpoint {
  const [, address = text, port = '0'] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text) ?? []
  return text.includes('.') || text.startsWith('[') ? { address, port: Number(port) } : { address: text, port: 0 }
}

export class StoryMaker {
  readonly #cast: Cast
  readonly acts: Act[] = []
  readonly calls: Call[] = []
  readonly packets: Packet[] = []
  readonly conversations: Conversation[] = []
  readonly steps: Step[] = []
  readonly blind: { instrument: Instrument; detail: string }[] = []
  readonly #tables: SocketView[][] = [[]]
  readonly #doings: Record<string, Doing>[] = [{}]
  #t = 0
  settled = false

  constructor(cast: Cast) {
    this.#cast = cast
  }

  /** The clock goes on by this many milliseconds. */
  after(ms: number): this {
    this.#t += ms * 1e6
    return this
  }

  starts(program: string, language: Language, extras: Extras = {}): number {
    const run = this.acts.length + 1
    this.acts.push({ program, run, language, host: this.#host(program), started: this.#t, ended: null, exit: null })
    const doing: Doing = { state: 'runs', call: null, line: null, armed: [] }
    return this.#step({ kind: 'starts', act: this.acts.length - 1 }, program, extras, { [program]: doing })
  }

  ends(program: string, exit: Act['exit'], extras: Extras = {}): number {
    const act = this.acts.findLastIndex((one) => one.program === program)
    this.acts[act] = { ...(this.acts[act] as Act), ended: this.#t, exit }
    const doing: Doing = { state: 'ended', call: null, line: null, armed: [] }
    return this.#step({ kind: 'ends', act }, program, extras, { [program]: doing })
  }

  /** A call that comes back at once, or an event. */
  call(program: string, made: CallMade, extras: Extras = {}): number {
    this.#make(program, made, this.#t)
    const doing: Doing = { state: 'runs', call: null, line: null, armed: [] }
    return this.#step({ kind: 'calls', call: this.calls.length - 1 }, program, extras, { [program]: doing })
  }

  /** The program is held before a call of this name. */
  holds(program: string, name: string, line = 1): number {
    const run = this.acts.findLast((one) => one.program === program)?.run ?? 0
    const held = this.steps.length + 1
    const doing: Doing = { state: 'held', call: null, line, held, armed: [] }
    return this.#step({ kind: 'holds', run, name, event: false }, program, { line }, { [program]: doing })
  }

  /** A call that waits. @returns its place in `calls`. */
  waits(program: string, made: CallMade, extras: Extras = {}): number {
    this.#make(program, made, null)
    const call = this.calls.length - 1
    const doing: Doing = { state: 'waits', call, line: made.line ?? null, armed: [] }
    this.#step({ kind: 'waits', call }, program, extras, { [program]: doing })
    return call
  }

  /** The call of this place comes back with what is given. */
  returns(call: number, given: Partial<Call> = {}, extras: Extras = {}): number {
    const made = { ...(this.calls[call] as Call), ended: this.#t, ...given }
    this.calls[call] = made
    const doing: Doing = { state: 'runs', call: null, line: null, armed: [] }
    return this.#step({ kind: 'returns', call }, made.program, extras, { [made.program]: doing })
  }

  /** @returns the packet's number. */
  packet(made: PacketMade, extras: Extras = {}): number {
    const { source, destination, tcp, window, icmp, arp, payload = 0, fragment, hopLimit, ...given } = made
    const [from, to] = [endpoint(source), endpoint(destination)]
    const number = this.packets.length + 1
    const decoded = decodedOf(made, from, to)
    const conversation = made.conversation === undefined ? this.#conversation(decoded, from, to) : made.conversation
    const packet: Packet = {
      number,
      t: this.#t,
      arrived: this.#t + 20_000,
      fate: 'delivered',
      wire: this.#cast.wires.length > 0 ? 0 : null,
      from: this.#cast.hosts.find(({ addresses }) => addresses.includes(from.address))?.name ?? 'here',
      to: this.#cast.hosts.find(({ addresses }) => addresses.includes(to.address))?.name ?? 'here',
      sender: null,
      receiver: null,
      length: 54 + payload,
      bytes: new Uint8Array(),
      decoded,
      sequence: null,
      acknowledgment: null,
      range: null,
      remarks: [],
      about: null,
      cause: { kernel: 'ack' },
      receivedBy: [],
      ...given,
      conversation,
    }
    this.packets.push(packet)
    if (conversation !== null) {
      const whole = this.conversations[conversation] as Conversation
      this.conversations[conversation] = { ...whole, packets: [...whole.packets, number] }
    }
    this.#step({ kind: 'packet', packet: number }, null, extras, {}, packet.from)
    return number
  }

  faults(wire: number, changes: readonly FaultChange[] = []): number {
    return this.#step({ kind: 'faults', wire, changes }, null, {})
  }

  seed(before: number, seed: number): number {
    return this.#step({ kind: 'seed', before, seed }, null, {})
  }

  gap(what: Instrument, count: number, why: Missed, extras: Extras = {}): number {
    return this.#step({ kind: 'gap', what, count, why }, null, extras)
  }

  /** Marks the conversation of this number as none of the lab's. */
  background(conversation: number): void {
    this.conversations[conversation] = { ...(this.conversations[conversation] as Conversation), background: true }
  }

  /** The story up to here; what is told later is not in it. */
  story(): Story {
    const [tables, doings] = [[...this.#tables], [...this.#doings]]
    const steps = [...this.steps]
    const idle: Doing = { state: 'not-started', call: null, line: null, armed: [] }
    return {
      run: 1,
      settled: this.settled,
      acts: [...this.acts],
      calls: [...this.calls],
      packets: [...this.packets],
      conversations: [...this.conversations],
      steps,
      wires: { wires: this.#cast.wires.map((ends) => ({ ends, faults: [NO_FAULTS, NO_FAULTS] })), seed: 1 },
      blind: [...this.blind],
      socketsAt: (at) => tables[at] ?? [],
      doingAt: (at, program) => doings[at]?.[program] ?? idle,
      linesAt: () => [],
      statesAt: (at) => steps.slice(0, at).flatMap((step) => step.states.map((state) => ({ ...state, at: step.at }))),
    }
  }

  #host(program: string): string {
    return this.#cast.programs.find(({ name }) => name === program)?.host ?? 'here'
  }

  #make(program: string, made: CallMade, ended: number | null): void {
    this.calls.push({
      program,
      run: this.acts.findLast((act) => act.program === program)?.run ?? 1,
      event: false,
      line: null,
      args: '',
      socket: null,
      began: this.#t,
      ended,
      value: null,
      error: null,
      bytes: null,
      peer: null,
      accepted: null,
      range: null,
      packets: [],
      silent: null,
      ...made,
    })
  }

  /** The number of the conversation of a segment or datagram; it is made when it is not there. */
  #conversation(decoded: Decoded, from: Endpoint, to: Endpoint): number | null {
    const protocol = decoded.tcp ? 'tcp' : decoded.udp ? 'udp' : null
    if (protocol === null) return null
    const same = (a: Endpoint, b: Endpoint) => a.address === b.address && a.port === b.port
    const found = this.conversations.findIndex(
      ({ ends: [a, b], protocol: kind }) =>
        kind === protocol && ((same(a, from) && same(b, to)) || (same(a, to) && same(b, from))),
    )
    if (found >= 0) return found
    return this.conversations.push({ protocol, ends: [from, to], packets: [], background: false }) - 1
  }

  #step(
    what: Record<string, unknown> & { kind: Step['kind'] },
    program: string | null,
    { states = [], sockets = [], related = [], line }: Extras,
    doing: Record<string, Doing> = {},
    host: string | null = program === null ? null : this.#host(program),
  ): number {
    const at = this.steps.length + 1
    const changes = states.map(
      ([whose, from, to, derived = false]): StateChange => ({
        host: whose === null ? (host ?? 'here') : this.#host(whose),
        program: whose,
        socket: `${whose}`,
        from,
        to,
        derived,
      }),
    )
    const base = { at, t: this.#t, program, host, line: line ?? null, states: changes, related }
    this.steps.push({ ...base, sockets: sockets.map(({ id }) => id), ...what } as unknown as Step)
    this.#doings.push({ ...this.#doings.at(-1), ...doing })
    this.#tables.push(tableAfter(this.#tables.at(-1) ?? [], sockets))
    this.#t += 10_000
    return at
  }
}

function tableAfter(table: readonly SocketView[], changes: readonly SocketChange[]): SocketView[] {
  const rows = table.filter(({ gone }) => !gone).map((row): SocketView => ({ ...row, before: {} }))
  for (const change of changes) {
    const place = rows.findIndex(({ id }) => id === change.id)
    const old = rows[place]
    if (old) {
      const before = Object.fromEntries(Object.keys(change).map((key) => [key, old[key as keyof SocketView]]))
      rows[place] = { ...old, ...change, before }
    } else {
      rows.push({
        protocol: 'tcp',
        state: 'CLOSED',
        local: null,
        remote: null,
        receiveQueue: 0,
        sendQueue: 0,
        owner: null,
        host: 'here',
        program: null,
        gone: false,
        derived: false,
        ...change,
        before: null,
      })
    }
  }
  return rows
}

function decodedOf(made: PacketMade, from: Endpoint, to: Endpoint): Decoded {
  const { tcp, icmp, arp, payload = 0, fragment = null, hopLimit = 64, window = 512 } = made
  const ports = { sourcePort: from.port, destinationPort: to.port }
  const options = { mss: null, windowScale: null, sackPermitted: false, sack: [], timestamps: null }
  const version = from.address.includes(':') ? 6 : 4
  const ip = {
    version,
    source: from.address,
    destination: to.address,
    protocol: tcp ? 6 : icmp ? 1 : 17,
    hopLimit,
    fragment,
    length: 40 + payload,
  } as const
  return {
    layers: [],
    ip: arp ? null : ip,
    tcp: tcp ? { ...ports, sequence: 0, acknowledgment: 0, flags: tcp, window, options } : null,
    udp: tcp || icmp || arp || (fragment && fragment.offset > 0) ? null : { ...ports, length: 8 + payload },
    icmp: icmp ? { version, type: 3, code: 3, name: 'port-unreachable', about: null, ...icmp } : null,
    arp: arp ?? null,
    payload: { offset: 54, length: payload, bytes: new Uint8Array() },
  }
}
