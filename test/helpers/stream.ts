/** Streams of events made by hand, as a bench would write them: for tests of whatever is told of a run. */

import type {
  BenchEvent,
  ControlEvent,
  Deed,
  Endpoint,
  Fate,
  FrameEvent,
  Happening,
  Instrument,
  Missed,
  Outcome,
  ProgramSocket,
  RunLanguage,
  SocketRow,
} from '../../labs/events.ts'
import { type Lab, type LabDefinition, readLab } from '../../labs/lab.ts'
import type { TcpFlag } from '../../labs/wire/decoded.ts'
import { type TcpValues, tcpFrame } from './frames.ts'

/** Nanoseconds. */
export const US = 1000
export const MS = 1_000_000

/** Reads `10.0.0.1:80` or `[fd00::1]:80`. */
export function at(text: string): Endpoint {
  const [, six, four, port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(text) ?? []
  return { address: six ?? four ?? '', port: Number(port) }
}

/** A lab as its definition says; the programs need no files. */
export function labOf(definition: LabDefinition, id = 'a-lab'): Lab {
  return readLab(id, definition)
}

/** Two programs on one host with loopback alone, as most labs have. */
export const ONE_HOST: Lab = labOf({
  number: '0',
  programs: [
    { name: 'server', end: 'waits' },
    { name: 'client', end: 'begins' },
  ],
})

/** Two hosts and a wire: the server is on `b`, 10.0.0.2 and fd00::2. */
export const TWO_HOSTS: Lab = labOf({
  number: '0',
  network: {
    hosts: [{ name: 'a' }, { name: 'b' }],
    wires: [{ ends: { a: ['10.0.0.1/24', 'fd00::1/64'], b: ['10.0.0.2/24', 'fd00::2/64'] } }],
  },
  programs: [
    { name: 'server', end: 'waits', host: 'b' },
    { name: 'client', end: 'begins', host: 'a' },
  ],
})

/** Three hosts in a row: the client on `a`, 10.0.0.1, the server on `c`, 10.0.1.3, and a router between them. */
export const THREE_HOSTS: Lab = labOf({
  number: '0',
  network: {
    hosts: [{ name: 'a' }, { name: 'router' }, { name: 'c' }],
    wires: [
      { ends: { a: ['10.0.0.1/24'], router: ['10.0.0.254/24'] } },
      { ends: { router: ['10.0.1.254/24'], c: ['10.0.1.3/24'] } },
    ],
  },
  programs: [
    { name: 'server', end: 'waits', host: 'c' },
    { name: 'client', end: 'begins', host: 'a' },
  ],
})

/** How a frame went: without a word over loopback of the first host, at once. */
export interface Passage {
  readonly wire?: number | null
  readonly from?: number
  readonly fate?: Fate
  /** How long it is under way, in ns. */
  readonly takes?: number
  /** What was kept of it; all, without a word. */
  readonly keep?: number
}

/** A bench whose clock stands until it is moved. Every event moves it by some µs, as in life. */
export class StreamMaker {
  readonly lab: Lab
  readonly events: BenchEvent[] = []
  /** Nanoseconds since the bench was opened. */
  now = 100 * MS
  #run = 0

  constructor(lab: Lab = ONE_HOST) {
    this.lab = lab
  }

  /** Lets time pass, in ms. */
  wait(ms: number): this {
    this.now += ms * MS
    return this
  }

  /** Writes an event down, at this time or now. */
  tell(happening: Happening, t: number = this.#tick()): ControlEvent {
    const event = { ...happening, n: this.events.length + 1, t } as ControlEvent
    this.events.push(event)
    return event
  }

  /** A program has started. */
  start(program: string, language: RunLanguage): ProgramMaker {
    const run = ++this.#run
    this.tell({ kind: 'starting', program, run, language, columns: 80, rows: 24 })
    this.wait(3)
    this.tell({ kind: 'started', program, run, pid: 1000 + run, command: [] })
    this.wait(40)
    return new ProgramMaker(this, program, run)
  }

  /** A frame was on its way. */
  frame(bytes: Uint8Array, { wire = null, from = 0, fate = 'delivered', takes = 0, keep }: Passage = {}): FrameEvent {
    const t = this.#tick()
    const gets = fate === 'delivered' || fate === 'copy' || fate === 'late'
    const event: FrameEvent = {
      kind: 'frame',
      n: this.events.length + 1,
      t,
      wire,
      from,
      fate,
      handedOn: gets ? t + takes : null,
      length: bytes.length,
      bytes: keep === undefined ? bytes : bytes.subarray(0, keep),
    }
    this.events.push(event)
    return event
  }

  /** The kernel's table of a host has changed. */
  sockets(
    rows: readonly SocketRow[],
    gone: readonly string[] = [],
    host = this.lab.network.hosts[0]?.name ?? '',
  ): this {
    this.tell({ kind: 'sockets', host, rows, gone })
    return this
  }

  missing(what: Instrument, count: number, since: number, until: number, why: Missed = 'not-read'): this {
    this.tell({ kind: 'missing', what, count, since, until, why })
    return this
  }

  /** Every instrument has told everything up to now, and all programs have ended. */
  settle(): this {
    this.caughtUp()
    this.tell({ kind: 'settled' })
    return this
  }

  /** Every instrument has told everything up to now. */
  caughtUp(): this {
    for (const instrument of ['packets', 'sockets', 'calls'] as const) {
      this.tell({ kind: 'upto', instrument, upTo: this.now })
    }
    return this
  }

  #tick(): number {
    this.now += 20 * US
    return this.now
  }
}

/** What a call is made with. */
export interface CallValues {
  readonly line?: number
  readonly args?: string
  readonly bytes?: number | null
  readonly socket?: ProgramSocket | null
}

/** What a call, or an event, gave. */
export interface GivenValues extends Partial<Outcome> {
  readonly line?: number
  readonly socket?: ProgramSocket | null
}

/** One run of a program. */
export class ProgramMaker {
  readonly program: string
  readonly run: number
  readonly #stream: StreamMaker
  #call = 0

  constructor(stream: StreamMaker, program: string, run: number) {
    this.#stream = stream
    this.program = program
    this.run = run
  }

  /** A call begins; what is given back lets it come back. */
  begin(name: string, deed: Deed, values: CallValues = {}): (given?: GivenValues) => void {
    const { line = 1, args = '', bytes = null, socket = null } = values
    const call = ++this.#call
    const { program, run } = this
    this.#stream.tell({ kind: 'call', call, name, deed, args, bytes, program, run, socket, line })
    return (given = {}) => {
      this.#stream.tell({ kind: 'return', call, program, run, ...outcome({ line, socket, ...given }) })
    }
  }

  /** A call that comes back at once. */
  call(name: string, deed: Deed, values: CallValues & GivenValues = {}): void {
    const { value, error, peer, accepted, ...rest } = values
    const comeBack = this.begin(name, deed, rest)
    comeBack({ ...values, bytes: values.bytes ?? null })
  }

  armed(event: string, { line = 1, socket = null, awaited = true }: CallValues & { awaited?: boolean } = {}): void {
    this.#stream.tell({ kind: 'armed', event, awaited, program: this.program, run: this.run, socket, line })
  }

  heard(event: string, deed: Deed, given: GivenValues = {}): void {
    const { program, run } = this
    this.#stream.tell({ kind: 'heard', event, deed, program, run, ...outcome({ line: 1, ...given }) })
  }

  /** The program has ended; the bench hears of it a moment later. */
  exit(code: number | null = 0, signal: string | null = null): void {
    this.#stream.wait(1)
    this.#stream.tell({ kind: 'exited', program: this.program, run: this.run, code, signal, stopped: false })
  }
}

function outcome(given: GivenValues): Outcome & { line: number | null; socket: ProgramSocket | null } {
  const { value = null, error = null, bytes = null, peer = null, accepted = null, line = null, socket = null } = given
  return { value, error, bytes, peer, accepted, line, socket }
}

/** A program's socket; addresses as `10.0.0.1:80`. */
export function socketOf(
  id: number,
  protocol: 'tcp' | 'udp',
  { local, remote, descriptor = null }: { local?: string; remote?: string; descriptor?: number | null } = {},
): ProgramSocket {
  return { id, protocol, descriptor, local: local ? at(local) : null, remote: remote ? at(remote) : null }
}

/** A row of the kernel's table. */
export function rowOf(
  id: string,
  protocol: 'tcp' | 'udp',
  state: string,
  values: { local?: string; remote?: string; owner?: SocketRow['owner']; queues?: readonly [number, number] } = {},
): SocketRow {
  const { local, remote, owner = null, queues = [0, 0] } = values
  return {
    id,
    protocol,
    state,
    local: local ? at(local) : null,
    remote: remote ? at(remote) : null,
    receiveQueue: queues[0],
    sendQueue: queues[1],
    owner,
  }
}

/** A TCP connection whose two ends send segments with right numbers. End 0 is the one that begins. */
export class Connection {
  readonly #stream: StreamMaker
  readonly #ends: readonly [string, string]
  readonly #next: [number, number]
  readonly #passages: readonly [Passage, Passage]

  /** `passages`: how frames of each end go. Sequence numbers begin near their end, so that they wrap. */
  constructor(
    stream: StreamMaker,
    a: string,
    b: string,
    passages: readonly [Passage, Passage] = [{}, {}],
    isn: readonly [number, number] = [4294967290, 1000],
  ) {
    this.#stream = stream
    this.#ends = [a, b]
    this.#next = [...isn]
    this.#passages = passages
  }

  /** What each end would send next, as on the wire. */
  get next(): readonly [number, number] {
    return this.#next
  }

  /** One end sends a segment that follows what it sent before; `again` sends these bytes of its stream anew. */
  send(
    end: 0 | 1,
    flags: readonly TcpFlag[],
    payload = '',
    over: Passage & { tcp?: Partial<TcpValues>; quiet?: boolean } = {},
  ): FrameEvent {
    const { tcp, quiet, ...passage } = over
    const sequence = this.#next[end]
    const length = payload.length + (flags.includes('SYN') ? 1 : 0) + (flags.includes('FIN') ? 1 : 0)
    const bytes = tcpFrame({
      from: this.#ends[end],
      to: this.#ends[1 - end] as string,
      flags,
      sequence,
      acknowledgment: flags.includes('ACK') ? (this.#next[1 - end] as number) : 0,
      window: 512,
      payload,
      ...tcp,
    })
    if (!quiet) this.#next[end] = (sequence + length) >>> 0
    const frame = this.#stream.frame(bytes, { ...this.#passages[end], ...passage })
    // The other end answers what has come.
    if (passage.takes === undefined) this.#stream.now += this.#passages[end].takes ?? 0
    return frame
  }

  /** The three packets of a handshake. */
  open(): [FrameEvent, FrameEvent, FrameEvent] {
    const syn = this.send(0, ['SYN'], '', { tcp: { window: 65495, options: { mss: 65495, sackPermitted: true } } })
    const answer = this.send(1, ['SYN', 'ACK'], '', {
      tcp: { window: 65483, options: { mss: 65495, sackPermitted: true } },
    })
    return [syn, answer, this.send(0, ['ACK'])]
  }

  /** Bytes and their acknowledgement. */
  data(end: 0 | 1, payload: string, over: Passage = {}): [FrameEvent, FrameEvent] {
    return [this.send(end, ['PSH', 'ACK'], payload, over), this.send(end === 0 ? 1 : 0, ['ACK'])]
  }
}
