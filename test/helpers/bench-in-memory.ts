import type { BenchEvent, Happening } from '../../labs/events.ts'
import { encodeFrames, encodeOutput, type FromBench, type Input, PROTOCOL, type ToBench } from '../../labs/protocol.ts'
import { readToBench } from '../../labs/server/page-messages.ts'
import type { Socket } from '../../site/bench/line.ts'
import { type FarEnd, WirePair } from './wire-pair.ts'

type Opening = Extract<ToBench, { type: 'open' }>

/** A bench without programs: it speaks the protocol, and a test says what happens at it. */
export class MemoryBench {
  readonly id: string
  readonly log: BenchEvent[] = []
  /** What reached each run. */
  readonly typed = new Map<number, number[]>()
  /** The numbers of all input that came, also of that which was seen before. */
  readonly numbers: number[] = []
  readonly heard: (ToBench | Input)[] = []
  /** Whether input that came is told to be taken. */
  takes = true
  /** Whether `run` starts programs by itself. */
  starts = true
  last = 0
  #far: FarEnd | null = null
  #runs = 0
  #alive = new Map<string, number>()
  #offsets = new Map<string, number>()
  #seen = new Map<string, number>()
  #taken = new Map<string, number>()

  constructor(id: string) {
    this.id = id
  }

  attach(far: FarEnd, { resume }: Opening): void {
    const after = resume?.bench === this.id ? resume.after : 0
    this.#far = far
    far.onClose = () => {
      if (this.#far === far) this.#far = null
    }
    this.tell({
      type: 'opened',
      protocol: PROTOCOL,
      bench: this.id,
      resumed: resume?.bench === this.id,
      last: this.last,
      taken: Object.fromEntries(this.#taken),
      folder: '/home/reader/both ends',
      interpreters: { ts: 'v26', py: null },
      network: 'own',
    })
    for (const event of this.log) if (event.n > after) this.#say(event)
  }

  hear(message: ToBench | Input): void {
    this.heard.push(message)
    if (message.type === 'input') this.#type(message)
    if (message.type === 'run' && this.starts) for (const { program } of message.programs) this.start(program)
  }

  start(program: string): number {
    this.#runs += 1
    const run = this.#runs
    this.#alive.set(program, run)
    this.happen({ kind: 'starting', program, run, language: 'ts', columns: 80, rows: 24 })
    this.happen({ kind: 'started', program, run, pid: 1, command: ['node', `${program}.ts`] })
    return run
  }

  print(program: string, text: string): void {
    const bytes = new TextEncoder().encode(text)
    const offset = this.#offsets.get(program) ?? 0
    this.#offsets.set(program, offset + bytes.length)
    this.last += 1
    this.#keep({ kind: 'output', n: this.last, t: 0, program, run: this.#alive.get(program) ?? 0, offset, bytes })
  }

  exit(program: string, code = 0): void {
    const run = this.#alive.get(program) ?? 0
    this.#alive.delete(program)
    this.happen({ kind: 'exited', program, run, code, signal: null, stopped: false })
  }

  happen(happening: Happening): void {
    this.last += 1
    this.#keep({ n: this.last, t: 0, ...happening })
  }

  tell(message: FromBench): void {
    this.#far?.send(JSON.stringify(message))
  }

  #keep(event: BenchEvent): void {
    this.log.push(event)
    this.#say(event)
  }

  #say(event: BenchEvent): void {
    if (event.kind === 'output') this.#far?.send(encodeOutput(event))
    else if (event.kind === 'frame') this.#far?.send(encodeFrames([event]))
    else this.tell({ type: 'events', events: [event] })
  }

  #type({ run, seq, bytes }: Input): void {
    this.numbers.push(seq)
    const program = [...this.#alive].find(([, alive]) => alive === run)?.[0]
    if (program === undefined || seq <= (this.#seen.get(program) ?? 0)) return
    this.#seen.set(program, seq)
    this.typed.set(run, [...(this.typed.get(run) ?? []), ...bytes])
    if (this.takes) this.take(program)
  }

  /** Tells that everything that came for a program so far has reached it. */
  take(program: string): void {
    const seq = this.#seen.get(program) ?? 0
    this.#taken.set(program, seq)
    this.tell({ type: 'taken', program, seq })
  }
}

/** A lab server without a port. */
export class MemoryServer {
  readonly benches: MemoryBench[] = []
  readonly wires: WirePair[] = []
  /** When it was dialled, by the clock it was given. */
  readonly dials: number[] = []
  /** False: whoever dials is hung up on. */
  up = true
  /** Said to whoever opens, in place of a bench. */
  refusal: FromBench | null = null
  /** How many frames the next wires carry before they are cut. */
  lasts: () => number = () => Number.POSITIVE_INFINITY
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  get bench(): MemoryBench {
    const bench = this.benches.at(-1)
    if (!bench) throw new Error('Nobody has opened a bench.')
    return bench
  }

  get wire(): WirePair {
    const wire = this.wires.at(-1)
    if (!wire) throw new Error('Nobody has dialled.')
    return wire
  }

  readonly connect = (): Socket => {
    const wire = new WirePair()
    wire.lasts = this.lasts()
    this.wires.push(wire)
    this.dials.push(this.#now())
    if (!this.up) wire.cut()
    let bench: MemoryBench | undefined
    wire.far.onMessage = (frame) => {
      const message = readToBench(frame)
      if (bench) bench.hear(message)
      else if (message.type !== 'open') throw new Error(`The first message was \`${message.type}\`.`)
      else if (this.refusal) wire.far.send(JSON.stringify(this.refusal))
      else {
        bench = this.#admit(message)
        bench.heard.push(message)
        bench.attach(wire.far, message)
      }
    }
    return wire.page
  }

  #admit({ resume }: Opening): MemoryBench {
    const known = this.benches.find(({ id }) => id === resume?.bench)
    if (known) return known
    const bench = new MemoryBench(`bench-${this.benches.length + 1}`)
    this.benches.push(bench)
    return bench
  }
}
