import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { socketsAreTold } from '../instruments/sockets.ts'
import type { Lab, Language, Program } from '../lab.ts'
import type { Ending, Input, RunRequest, Size, Trouble } from '../protocol.ts'
import { startClock } from './clock.ts'
import { programEnvironment } from './environment.ts'
import type { FoundInterpreters, Interpreter } from './interpreters.ts'
import { endMarked } from './leftovers.ts'
import { Outbox, type Receiver } from './outbox.ts'
import { watchReadiness } from './readiness.ts'
import { Terminal } from './terminal.ts'

/** A page at a bench. */
export interface Page extends Receiver {
  /** Ends the connection after what was told is out. */
  close(): void
}

/** What a bench needs to know of the machine. */
export interface Surroundings {
  /** The course's folder. */
  readonly folder: string
  readonly interpreters: FoundInterpreters
}

/** How long a bench waits for its page to come back, in ms: when it said it was leaving, and when it just vanished. */
export const GRACE = { left: 8_000, vanished: 60_000 } as const

/** How long a program may take to be ready before the ones after it are given up, in ms. */
const READY_WITHIN = 20_000

/** Input already taken is told at most this often, in ms. */
const TELL_TAKEN = 20

/** One run of a program, from its start to its end. */
interface Run {
  readonly number: number
  readonly program: string
  terminal: Terminal | null
  stopped: boolean
  readiness: 'waiting' | 'ready' | 'ended'
  /** Called when the readiness becomes known. */
  settle: () => void
  readonly settled: Promise<void>
  unwatch: () => void
}

/** What is kept for each program of the lab. */
interface Seat {
  readonly program: Program
  run: Run | null
  /** The number of the last input that came. */
  lastInput: number
  /** The numbers of the inputs that came and have not reached the program yet. */
  waitingInputs: number[]
  takenTimer: NodeJS.Timeout | undefined
}

/**
 * One reader's running lab. Everything that happens is written to its outbox; one page at a time is told.
 * It outlives its page for `GRACE` and ends by itself then.
 */
export class Bench {
  readonly id: string
  readonly lab: Lab
  readonly #surroundings: Surroundings
  readonly #mark: string
  readonly #outbox = new Outbox(startClock())
  readonly #seats: Map<string, Seat>
  readonly #onClosed: () => void
  #page: Page | null = null
  #grace: NodeJS.Timeout | undefined
  /** The program of each run, counted from 1. */
  readonly #runs: string[] = []
  /** Rises with every stop; a start of several programs that was begun before gives up. */
  #stops = 0
  #closing: Promise<void> | null = null

  constructor(id: string, lab: Lab, surroundings: Surroundings, onClosed: () => void) {
    this.id = id
    this.lab = lab
    this.#surroundings = surroundings
    this.#mark = `${process.pid}.${id}.`
    this.#onClosed = onClosed
    this.#seats = new Map(
      lab.programs.map((program) => [
        program.name,
        { program, run: null, lastInput: 0, waitingInputs: [], takenTimer: undefined },
      ]),
    )
    for (const { name } of lab.programs) {
      this.#outbox.open(name, (held) => {
        const terminal = this.#seats.get(name)?.run?.terminal
        if (held) terminal?.pause()
        else terminal?.resume()
      })
    }
  }

  /** The number of the last event. */
  get last(): number {
    return this.#outbox.last
  }

  /** For each program that had input: the number of the last one that reached it or was refused. */
  get taken(): Record<string, number> {
    const had = [...this.#seats].filter(([, { lastInput }]) => lastInput > 0)
    return Object.fromEntries(had.map(([name, seat]) => [name, takenOf(seat)]))
  }

  /** Whether it has begun to end; nobody returns to it then. */
  get isClosing(): boolean {
    return this.#closing !== null
  }

  /** Lets a page in; one that was there is told that another took over. Everything after event `after` is told. */
  attach(page: Page, after: number): void {
    clearTimeout(this.#grace)
    const before = this.#page
    this.#page = page
    if (before) {
      before.tell({ type: 'closed', ending: 'taken-over' })
      before.close()
    }
    this.#outbox.attach(page, after)
  }

  /** The page is gone. Programs go on until the grace is over; a flood is held meanwhile. */
  detach(page: Page, why: keyof typeof GRACE): void {
    if (this.#page !== page) return
    this.#page = null
    this.#outbox.detach()
    if (this.isClosing) return
    this.#grace = setTimeout(() => void this.close(why), GRACE[why])
  }

  /** Starts programs in the lab's order, each when the one before is ready. */
  async run(requests: readonly RunRequest[]): Promise<void> {
    if (this.isClosing) return
    for (const { program } of requests) {
      const seat = this.#seats.get(program)
      if (seat === undefined) return this.#trouble({ kind: 'unknown-program', program })
      if (seat.run) return this.#trouble({ kind: 'already-running', program })
    }
    const inOrder = this.lab.programs.flatMap(({ name }) => requests.filter(({ program }) => program === name))
    const stops = this.#stops
    for (const [index, request] of inOrder.entries()) {
      const { program } = request
      // While one was waited for, the reader may have started the next by hand.
      if (this.#seats.get(program)?.run) continue
      const run = this.#start(request)
      const rest = inOrder.slice(index + 1)
      if (rest.length === 0) return
      if (run === null) return this.#giveUp(rest, { kind: 'ended-before-ready', program })
      const late = setTimeout(() => run.settle(), READY_WITHIN)
      await run.settled
      clearTimeout(late)
      if (stops !== this.#stops) return
      if (run.readiness === 'ended') return this.#giveUp(rest, { kind: 'ended-before-ready', program })
      if (run.readiness === 'waiting') {
        return this.#giveUp(rest, { kind: 'never-ready', program, seconds: READY_WITHIN / 1000 })
      }
    }
  }

  /** Stops programs: hangs up, then kills. Each is told when it has ended. */
  stop(programs: readonly string[]): void {
    this.#stops += 1
    for (const program of programs) {
      const seat = this.#seats.get(program)
      if (seat === undefined) this.#trouble({ kind: 'unknown-program', program })
      else if (seat.run === null) this.#trouble({ kind: 'not-running', program })
      else this.#stopRun(seat.run)
    }
  }

  /** Types into a program. Input that was seen before is not typed again. */
  input({ run: number, seq, bytes }: Input): void {
    const program = this.#runs[number - 1]
    const seat = this.#seats.get(program ?? '')
    if (program === undefined || seat === undefined) {
      this.#trouble({ kind: 'unknown-message', detail: `input for run ${number}, which there never was` })
      return
    }
    if (seq <= seat.lastInput) return
    seat.lastInput = seq
    seat.waitingInputs.push(seq)
    const terminal = seat.run?.number === number ? seat.run.terminal : null
    const outcome = terminal?.write(bytes, () => this.#take(seat, seq)) ?? 'ended'
    if (outcome === 'taken') return
    this.#take(seat, seq)
    if (outcome === 'full') this.#notice(program, number, { kind: 'input-full', program, bytes: bytes.length })
    else this.#trouble({ kind: 'not-running', program })
  }

  resize(program: string, size: Size): void {
    const seat = this.#seats.get(program)
    if (seat === undefined) this.#trouble({ kind: 'unknown-program', program })
    else seat.run?.terminal?.resize(size)
  }

  acknowledge(program: string, offset: number): void {
    if (this.#seats.has(program)) this.#outbox.acknowledge(program, offset)
    else this.#trouble({ kind: 'unknown-program', program })
  }

  /** Ends the bench and everything in it. Resolves when all its programs are gone. */
  close(ending: Ending): Promise<void> {
    this.#closing ??= this.#end(ending)
    return this.#closing
  }

  async #end(ending: Ending): Promise<void> {
    clearTimeout(this.#grace)
    this.#stops += 1
    const runs = [...this.#seats.values()].flatMap(({ run }) => (run ? [run] : []))
    await Promise.all(runs.map((run) => this.#stopRun(run)))
    for (const { takenTimer } of this.#seats.values()) clearTimeout(takenTimer)
    endMarked(this.#mark)
    this.#page?.tell({ type: 'closed', ending })
    this.#page?.close()
    this.#page = null
    this.#outbox.detach()
    this.#onClosed()
  }

  /** Starts one program. Null when it could not be started; why is written down. */
  #start({ program: name, language, columns, rows }: RunRequest): Run | null {
    const seat = this.#seats.get(name)
    if (seat === undefined) throw new Error(`No program \`${name}\` in lab \`${this.lab.id}\`.`)
    const number = this.#runs.push(name)
    this.#outbox.write({ kind: 'starting', program: name, run: number, language, columns, rows })
    const fail = (trouble: Trouble) => {
      this.#outbox.write({ kind: 'failed', program: name, run: number, trouble })
      return null
    }
    const interpreter = this.#surroundings.interpreters[language]
    if (interpreter === null) return fail({ kind: 'no-interpreter', language })
    const file = this.#fileOf(seat.program, language)
    if (!existsSync(file)) return fail({ kind: 'file-missing', file: `labs/catalog/${seat.program.files[language]}` })
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
    const run: Run = {
      number,
      program: name,
      terminal: null,
      stopped: false,
      // One that begins has nothing that others could wait for.
      readiness: seat.program.end === 'begins' ? 'ready' : 'waiting',
      settle,
      settled,
      unwatch: () => {},
    }
    seat.run = run
    try {
      run.terminal = this.#openTerminal(seat, run, interpreter, file, { columns, rows })
    } catch (error) {
      seat.run = null
      return fail({ kind: 'cannot-start', program: name, detail: (error as Error).message })
    }
    if (this.#outbox.isHeld(name)) run.terminal.pause()
    const command = [interpreter.typed, basename(file)]
    this.#outbox.write({ kind: 'started', program: name, run: number, pid: run.terminal.pid, command })
    if (run.readiness === 'ready') run.settle()
    else if (socketsAreTold()) {
      run.unwatch = watchReadiness(run.terminal.pid, (socket) => this.#ready(run, socket))
    }
    return run
  }

  #openTerminal(seat: Seat, run: Run, interpreter: Interpreter, file: string, size: Size): Terminal {
    const { name } = seat.program
    return new Terminal({
      ...size,
      file: interpreter.path,
      args: [basename(file)],
      folder: dirname(file),
      env: programEnvironment(`${this.#mark}${run.number}.`, this.#surroundings.folder),
      onOutput: (bytes) => {
        this.#outbox.output(name, run.number, bytes)
        // Where the system does not tell of sockets, a program's first words stand for them: it says what it waits for.
        if (run.readiness === 'waiting' && !socketsAreTold()) this.#ready(run, null)
      },
      onExit: (code, signal) => {
        run.unwatch()
        seat.run = null
        if (run.readiness === 'waiting') run.readiness = 'ended'
        const { number, stopped } = run
        this.#outbox.write({ kind: 'exited', program: name, run: number, code, signal, stopped })
        run.settle()
      },
    })
  }

  #ready(run: Run, socket: Parameters<Parameters<typeof watchReadiness>[1]>[0] | null): void {
    run.readiness = 'ready'
    this.#outbox.write({ kind: 'ready', program: run.program, run: run.number, socket })
    run.settle()
  }

  async #stopRun(run: Run): Promise<void> {
    if (!run.stopped) {
      run.stopped = true
      this.#outbox.write({ kind: 'stopping', program: run.program, run: run.number })
    }
    await run.terminal?.stop()
  }

  #fileOf(program: Program, language: Language): string {
    return join(this.#surroundings.folder, 'labs', 'catalog', program.files[language])
  }

  /** The programs after one that did not become ready are not started; each says why. */
  #giveUp(rest: readonly RunRequest[], trouble: Trouble): void {
    for (const { program, language, columns, rows } of rest) {
      const run = this.#runs.push(program)
      this.#outbox.write({ kind: 'starting', program, run, language, columns, rows })
      this.#outbox.write({ kind: 'failed', program, run, trouble })
    }
  }

  #take(seat: Seat, seq: number): void {
    seat.waitingInputs = seat.waitingInputs.filter((waiting) => waiting !== seq)
    seat.takenTimer ??= setTimeout(() => {
      seat.takenTimer = undefined
      this.#page?.tell({ type: 'taken', program: seat.program.name, seq: takenOf(seat) })
    }, TELL_TAKEN)
  }

  #notice(program: string, run: number, trouble: Trouble): void {
    this.#outbox.write({ kind: 'notice', program, run, trouble })
  }

  #trouble(trouble: Trouble): void {
    this.#page?.tell({ type: 'trouble', trouble })
  }
}

/** The number up to which all input of a program has reached it or was refused. */
function takenOf({ waitingInputs, lastInput }: Seat): number {
  const [waiting] = waitingInputs
  return waiting === undefined ? lastInput : waiting - 1
}
