import { WebSocket } from 'ws'
import { type ControlEvent, type FrameEvent, isObserved, type Marks, type Observation } from '../../labs/events.ts'
import {
  BENCH_PATH,
  decodeFrames,
  decodeOutput,
  encodeInput,
  type FromBench,
  PROTOCOL,
  type RunRequest,
  type ToBench,
} from '../../labs/protocol.ts'
import type { Trouble } from '../../labs/troubles.ts'
import { enter, type Reader } from './readers.ts'

type Observed = Marks & Observation

type Opened = Extract<FromBench, { type: 'opened' }>

/** Where a piece of output stands. */
export interface Piece {
  readonly program: string
  readonly run: number
  readonly n: number
  readonly t: number
  readonly offset: number
  readonly length: number
}

/** A page without a browser: speaks the protocol, remembers what it was told, and lets a test wait for what it hopes for. */
export class BenchClient {
  readonly told: FromBench[] = []
  /** The bench's own word. */
  readonly events: ControlEvent[] = []
  /** What instruments have told, but for frames. */
  readonly observed: Observed[] = []
  readonly frames: FrameEvent[] = []
  /** The numbers of all events, in the order told. */
  readonly numbers: number[] = []
  /** Everything each program has printed, as far as it was told. */
  readonly output = new Map<string, Buffer[]>()
  /** The marks of every piece of output, in the order told. */
  readonly pieces: Piece[] = []
  /** The number of the last event. */
  last = 0
  opened: Opened | undefined
  closed = false
  /** Why the connection was closed, as WebSockets count it. */
  closeCode: number | undefined
  /** Whether output is acknowledged as soon as it is there. */
  acknowledges = true
  /** Whether output is kept for `text` and `bytes`, or only counted. */
  keepsOutput = true
  /** The one who has this page; a reader of its own, where nothing else is said. */
  readonly reader: Reader
  readonly #socket: WebSocket
  readonly #programs = new Map<number, string>()
  readonly #sequence = new Map<string, number>()
  readonly #received = new Map<string, number>()
  #waiting: { holds: () => boolean; resolve: () => void }[] = []

  private constructor(socket: WebSocket, reader: Reader) {
    this.#socket = socket
    this.reader = reader
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.#hearBinary(data as Buffer)
      else this.#hear(JSON.parse(data.toString()))
      this.#look()
    })
    socket.on('close', (code) => {
      this.closed = true
      this.closeCode = code
      this.#look()
    })
  }

  /** Connects as the server's own page would that was opened by its link. */
  static async connect(port: number, reader?: Reader): Promise<BenchClient> {
    const origin = `http://127.0.0.1:${port}`
    const who = reader ?? (await enter(port))
    const options = { origin, perMessageDeflate: false, headers: { Cookie: who.cookie } }
    const socket = new WebSocket(`ws://127.0.0.1:${port}${BENCH_PATH}`, options)
    const client = new BenchClient(socket, who)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return client
  }

  /** Connects and opens a bench. `resume` returns to the one of another page, knowing of runs and input what that knew. */
  static async open(port: number, lab: string, resume?: { from: BenchClient; after: number }): Promise<BenchClient> {
    const client = await BenchClient.connect(port, resume?.from.reader)
    if (resume) {
      client.last = resume.after
      for (const [run, program] of resume.from.#programs) client.#programs.set(run, program)
      for (const [program, sequence] of resume.from.#sequence) client.#sequence.set(program, sequence)
    }
    const bench = resume?.from.opened?.bench
    client.say({
      type: 'open',
      protocol: PROTOCOL,
      lab,
      ...(resume && bench && { resume: { bench, after: resume.after } }),
    })
    await client.until(() => client.opened !== undefined)
    return client
  }

  /** What opens a bench carries the reader's pass, unless it has one already. */
  say(message: ToBench): void {
    const { pass } = this.reader
    this.#socket.send(JSON.stringify(message.type === 'open' ? { pass, ...message } : message))
  }

  /** Sends a frame as it is, right or wrong. */
  sayRaw(frame: string | Uint8Array): void {
    this.#socket.send(frame)
  }

  run(...programs: (Pick<RunRequest, 'program' | 'language'> & Partial<RunRequest>)[]): void {
    this.say({ type: 'run', programs: programs.map((program) => ({ columns: 80, rows: 24, ...program })) })
  }

  /** Types into the present run of a program. */
  type(program: string, bytes: string | Uint8Array, sequence?: number): void {
    const seq = sequence ?? (this.#sequence.get(program) ?? 0) + 1
    this.#sequence.set(program, seq)
    this.#socket.send(encodeInput(this.runOf(program), seq, Buffer.from(bytes)))
  }

  /** The number of the program's latest run. */
  runOf(program: string): number {
    return Math.max(0, ...[...this.#programs].flatMap(([run, name]) => (name === program ? [run] : [])))
  }

  eventsOf<Kind extends ControlEvent['kind']>(program: string, kind: Kind): Extract<ControlEvent, { kind: Kind }>[] {
    return [...this.events, ...this.observed].filter(
      (event): event is Extract<ControlEvent, { kind: Kind }> =>
        event.kind === kind && 'program' in event && event.program === program,
    )
  }

  /** What instruments have told of one kind. */
  observedOf<Kind extends Observation['kind']>(kind: Kind): Extract<Observed, { kind: Kind }>[] {
    return this.observed.filter((event): event is Extract<Observed, { kind: Kind }> => event.kind === kind)
  }

  /** The troubles told of the bench as a whole. */
  get troubles(): Trouble[] {
    return this.told.flatMap((message) => (message.type === 'trouble' ? [message.trouble] : []))
  }

  /** The number of the last input of a program that was told to be taken. */
  taken(program: string): number {
    return this.told.reduce((last, message) => {
      return message.type === 'taken' && message.program === program ? message.seq : last
    }, this.opened?.taken[program] ?? 0)
  }

  /** Says that everything received of a program has been parsed, as far as it came. */
  acknowledge(program: string): void {
    const last = this.pieces.findLast((piece) => piece.program === program)
    if (last) this.say({ type: 'ack', program, offset: last.offset + last.length })
  }

  /** All the program has printed so far, as text. */
  text(program: string): string {
    return this.bytes(program).toString('utf8')
  }

  bytes(program: string): Buffer {
    return Buffer.concat(this.output.get(program) ?? [])
  }

  received(program: string): number {
    return this.#received.get(program) ?? 0
  }

  /** Resolves when this holds; looked at after every message. Rejects after `seconds`, telling what was heard last. */
  until(holds: () => boolean, seconds = 20): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const heard = this.told.slice(-5).map((message) => JSON.stringify(message))
        reject(new Error(`Waited ${seconds} s for ${holds}\nheard last:\n${heard.join('\n')}`))
      }, seconds * 1000)
      const resolved = () => {
        clearTimeout(late)
        resolve()
      }
      this.#waiting.push({ holds, resolve: resolved })
    })
  }

  /** Resolves with the exit of the program's latest run. */
  async exit(program: string): Promise<Extract<ControlEvent, { kind: 'exited' }>> {
    const run = this.runOf(program)
    const find = () => this.eventsOf(program, 'exited').find((event) => event.run >= run)
    await this.until(() => find() !== undefined)
    return find() as Extract<ControlEvent, { kind: 'exited' }>
  }

  /** Stops reading from the connection, as a page whose machine has gone to sleep. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Leaves the bench for good, so that it ends soon. */
  async leave(): Promise<void> {
    if (this.closed) return
    this.say({ type: 'leave' })
    this.#socket.close()
    await this.until(() => this.closed)
  }

  /** Ends the connection without a word, as a cut cable would. */
  async cut(): Promise<void> {
    this.#socket.terminate()
    await this.until(() => this.closed)
  }

  #hear(message: FromBench): void {
    this.told.push(message)
    if (message.type === 'opened') this.opened = message
    if (message.type !== 'events') return
    for (const event of message.events) {
      if (isObserved(event)) this.observed.push(event as Observed)
      else this.events.push(event)
      this.#count(event.n)
      if (event.kind === 'starting') this.#programs.set(event.run, event.program)
    }
  }

  #count(n: number): void {
    this.last = n
    this.numbers.push(n)
  }

  #hearBinary(message: Buffer): void {
    const frames = decodeFrames(message)
    if (frames === null) this.#hearOutput(message)
    for (const frame of frames ?? []) {
      this.frames.push(frame)
      this.#count(frame.n)
    }
  }

  #hearOutput(frame: Buffer): void {
    const event = decodeOutput(frame, (run) => this.#programs.get(run))
    if (event === null) throw new Error('A binary frame that is not output of a known run.')
    this.#count(event.n)
    const { program, run, n, t, offset, bytes } = event
    this.pieces.push({ program, run, n, t, offset, length: bytes.length })
    this.#received.set(program, this.received(program) + bytes.length)
    const output = this.output.get(program) ?? []
    if (this.keepsOutput) output.push(Buffer.from(bytes))
    this.output.set(program, output)
    if (this.acknowledges) this.say({ type: 'ack', program, offset: offset + bytes.length })
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ holds, resolve }) => {
      if (!holds()) return true
      resolve()
      return false
    })
  }
}
