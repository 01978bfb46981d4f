import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Happening, ReadySocket, Size } from '../events.ts'
import { socketsAreTold } from '../instruments/sockets.ts'
import type { Limits } from '../limits.ts'
import type { FromBench, Input, RunRequest } from '../protocol.ts'
import type { Trouble } from '../troubles.ts'
import { programEnvironment } from './environment.ts'
import type { Launched, LiveNetwork, Machine } from './network/network.ts'
import type { Policy } from './network/policy.ts'
import type { Outbox } from './outbox.ts'
import { watchReadiness } from './readiness.ts'
import { Refused, type Runnable } from './runnable.ts'
import type { Settling } from './settling.ts'
import { Terminal } from './terminal.ts'
import { TOKEN, type Tokens } from './token.ts'
import type { Trace, Tracing } from './tracing.ts'

/** What a seat needs of its bench. */
export interface SeatSurroundings {
  readonly network: LiveNetwork
  /** What the network stands on, where views run. */
  readonly machine: Machine
  readonly policy: Policy
  readonly outbox: Outbox
  readonly tracing: Tracing
  /** By what the processes of this bench are known; ends with a dot. */
  readonly mark: string
  /** Counts a run of a program over the whole bench; its number. */
  readonly countRun: (program: string) => number
  readonly tell: (message: FromBench) => void
  readonly limits: Limits
  /** A program has printed something. */
  readonly stirred: () => void
  /** Is told of programs of the lab, not of shells. */
  readonly settling: Settling
  readonly tokens: Tokens
  /** Why a program failed before it was ready, by what it said and what the bench knows; null when that is not known. */
  readonly whyFailed: (program: string, said: string) => Promise<Trouble | null>
}

/** One run, from its start to its end. */
export interface Run {
  readonly number: number
  terminal: Terminal | null
  trace: Trace | null
  /** Whether the reader has stopped it. */
  stopped: boolean
  /** Whether it is to end, for whatever reason. */
  ending: boolean
  /** Resolves when others can reach the program, or never will in this run. */
  readonly settled: Promise<void>
  readiness: 'waiting' | 'ready' | 'ended'
  /** The last it printed before it was ready. */
  said: string
  /** How many bytes it has printed. */
  printed: number
}

/** So much is kept of what a program prints before it is ready, in characters. */
const SAID = 2000

/** Input already taken is told at most this often, in ms. */
const TELL_TAKEN = 20

/** The place of one runnable at a bench: it is started here, typed into and stopped, as often as the reader likes. */
export class Seat {
  readonly runnable: Runnable
  readonly #around: SeatSurroundings
  #run: Run | null = null
  /** Whether the reader wants its programs to be held before each call. */
  #holds = false
  /** The number of the last input that came. */
  #lastInput = 0
  /** The numbers of the inputs that came and have not reached the program yet. */
  #waitingInputs: number[] = []
  #takenTimer: NodeJS.Timeout | undefined

  constructor(runnable: Runnable, around: SeatSurroundings) {
    this.runnable = runnable
    this.#around = around
    around.outbox.open(runnable.name, (held) => {
      if (held) this.#run?.terminal?.pause()
      else this.#run?.terminal?.resume()
    })
  }

  /** The present run, or null. */
  get run(): Run | null {
    return this.#run
  }

  /** The number up to which all input has reached the program or was refused; 0 when there never was any. */
  get taken(): number {
    const [waiting] = this.#waitingInputs
    return waiting === undefined ? this.#lastInput : waiting - 1
  }

  /** Starts a run. Null when it could not be started; why is written down. */
  async start(request: RunRequest): Promise<Run | null> {
    const { language, source, columns, rows } = request
    const { network, machine, policy, outbox, settling, tokens, tracing } = this.#around
    const { name } = this.runnable
    const number = this.#around.countRun(name)
    if (settling.isCalm) network.renew()
    const token = this.runnable.isProgram ? tokens.for(settling.isCalm) : null
    if (this.runnable.isProgram) settling.started(number)
    outbox.write({ ...startingOf(number, request), ...(token && { token }) })
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
    // One that does not wait has nothing that others could wait for.
    const readiness = this.runnable.waits ? 'waiting' : 'ready'
    const begun = { terminal: null, trace: null, stopped: false, ending: false, said: '', printed: 0 }
    const run: Run = { ...begun, number, settled, readiness }
    this.#run = run
    let trace: Trace | undefined
    try {
      const prepared = await this.runnable.prepare(language, network, source)
      const { argv, command, folder, host, capability, env } = prepared
      const bare = { ...programEnvironment(this.#markOf(run), policy), ...(token && { [TOKEN]: token }), ...env }
      const released = () => outbox.write({ kind: 'released', program: name, run: number })
      trace = await tracing.begin(name, number, language, bare, released)
      run.trace = trace
      if (this.#holds) this.#holdRun(run)
      const order = {
        run: number,
        argv,
        folder,
        env: trace.env,
        descriptors: prepared.descriptors && prepared.descriptors + trace.descriptors,
        columns,
        rows,
      }
      const onMachine = host === null
      const launched = await (onMachine ? machine.launch(order) : network.launch({ ...order, host, capability }))
      outbox.write({ kind: 'started', program: name, run: number, pid: launched.pid, command })
      run.terminal = this.#openTerminal(run, launched, trace, settle)
    } catch (error) {
      trace?.ended(false)
      this.#run = null
      this.fail(number, troubleOf(error, name))
      settling.ended(number)
      return null
    }
    if (outbox.isHeld(name)) run.terminal.pause()
    if (run.ending) void run.terminal.stop()
    this.#limit(run)
    return run
  }

  /** Writes down that a run could not be started. */
  fail(run: number, trouble: Trouble): void {
    this.#around.outbox.write({ kind: 'failed', program: this.runnable.name, run, trouble })
  }

  /** Stops the present run because the reader asked for it. Resolves when the program has ended. */
  async stop(): Promise<void> {
    const run = this.#run
    if (run && !run.stopped) {
      run.stopped = true
      this.#around.outbox.write({ kind: 'stopping', program: this.runnable.name, run: run.number })
    }
    await this.end()
  }

  /** Ends the present run, if there is one: hangs up, then kills. Resolves when the program has ended. */
  async end(): Promise<void> {
    const run = this.#run
    if (run === null) return
    run.ending = true
    await run.terminal?.stop()
  }

  /** Types into a run. Input that was seen before is not typed again, and what comes after the run's end is refused. */
  input({ run: number, seq, bytes }: Input): void {
    if (seq <= this.#lastInput) return
    this.#lastInput = seq
    this.#waitingInputs.push(seq)
    const { name: program } = this.runnable
    // What hears nothing has taken all that is typed, and none of it goes anywhere.
    if (!this.runnable.hears) {
      this.#take(seq)
      return
    }
    const terminal = this.#run?.number === number ? this.#run.terminal : null
    const outcome = terminal?.write(bytes, () => this.#take(seq)) ?? 'ended'
    if (outcome === 'taken') return
    this.#take(seq)
    if (outcome === 'full') this.notice(number, { kind: 'input-full', program, bytes: bytes.length })
    else this.#around.tell({ type: 'trouble', trouble: { kind: 'not-running', program } })
  }

  /** Writes down a trouble of a run that goes on. */
  notice(run: number, trouble: Trouble): void {
    this.#around.outbox.write({ kind: 'notice', program: this.runnable.name, run, trouble })
  }

  resize(size: Size): void {
    this.#run?.terminal?.resize(size)
  }

  /** Whether the reader holds its programs before each call. */
  get holds(): boolean {
    return this.#holds
  }

  /** From now on its programs are held before each call, or no longer; what is held is let through then. */
  hold(on: boolean): void {
    if (on === this.#holds) return
    this.#holds = on
    this.#around.outbox.write({ kind: 'hold', program: this.runnable.name, on })
    if (this.#run?.trace) this.#holdRun(this.#run)
  }

  /** Lets the call through that is held now; nothing happens where none is. */
  release(): void {
    this.#run?.trace?.release()
  }

  #holdRun(run: Run): void {
    if (run.trace?.hold(this.#holds) === false) {
      this.notice(run.number, { kind: 'cannot-hold', program: this.runnable.name })
    }
  }

  /** Forgets what it still had to tell. */
  close(): void {
    clearTimeout(this.#takenTimer)
  }

  #openTerminal(run: Run, launched: Launched, trace: Trace, settle: () => void): Terminal {
    const { network, outbox } = this.#around
    const { name, waits } = this.runnable
    const ready = (socket: ReadySocket | null) => {
      run.readiness = 'ready'
      outbox.write({ kind: 'ready', program: name, run: run.number, socket })
      network.nudge()
      settle()
    }
    const unwatch = waits && socketsAreTold() ? watchReadiness(launched.pid, ready) : () => {}
    return new Terminal(launched, {
      onOutput: (bytes) => {
        outbox.output(name, run.number, bytes)
        this.#count(run, bytes.length)
        if (run.readiness === 'waiting') run.said = (run.said + Buffer.from(bytes).toString()).slice(-SAID)
        // Where the system does not tell of sockets, a program's first words stand for them: it says what it waits for.
        if (run.readiness === 'waiting' && !socketsAreTold()) ready(null)
      },
      onExit: (code, signal) => {
        unwatch()
        trace.ended(signal === null && !run.ending)
        this.#run = null
        const failed = run.readiness === 'waiting' && code !== 0 && !run.ending
        if (run.readiness === 'waiting') run.readiness = 'ended'
        outbox.write({ kind: 'exited', program: name, run: run.number, code, signal, stopped: run.stopped })
        settle()
        this.#around.settling.ended(run.number)
        if (failed) void this.#explain(run)
      },
    })
  }

  /** Ends a run that lasts longer than it may. */
  #limit(run: Run): void {
    const { within, name: program } = this.runnable
    if (within === null || run !== this.#run) return
    const late = setTimeout(() => {
      if (run !== this.#run) return
      this.notice(run.number, { kind: 'too-long', program, seconds: within / 1000 })
      void this.end()
    }, within)
    late.unref()
  }

  /** A run that prints too much is stopped; nobody has pressed Stop, so it is not said to be. */
  #count(run: Run, bytes: number): void {
    const { limits, stirred } = this.#around
    stirred()
    const before = run.printed
    run.printed += bytes
    if (before > limits.output || run.printed <= limits.output) return
    const megabytes = limits.output / 1024 ** 2
    this.notice(run.number, { kind: 'too-much-output', program: this.runnable.name, megabytes })
    void this.end()
  }

  async #explain({ number, said }: Run): Promise<void> {
    // What follows from the failure, that later programs are not started, is told before its reason.
    await nextTurn()
    const trouble = await this.#around.whyFailed(this.runnable.name, said)
    if (trouble) this.notice(number, trouble)
  }

  /** By what the processes of one run are known; the dot keeps run 1 apart from run 10. */
  #markOf({ number }: Run): string {
    return `${this.#around.mark}${number}.`
  }

  #take(seq: number): void {
    this.#waitingInputs = this.#waitingInputs.filter((waiting) => waiting !== seq)
    this.#takenTimer ??= setTimeout(() => {
      this.#takenTimer = undefined
      this.#around.tell({ type: 'taken', program: this.runnable.name, seq: this.taken })
    }, TELL_TAKEN)
  }
}

type Starting = Extract<Happening, { kind: 'starting' }>

/** What is told of a run before anything is done for it. */
export function startingOf(run: number, { program, language, source, columns, rows }: RunRequest): Starting {
  const edited = source === undefined ? null : { edited: { text: source } }
  return { kind: 'starting', program, run, language, columns, rows, ...edited }
}

function troubleOf(error: unknown, program: string): Trouble {
  if (error instanceof Refused) return error.trouble
  return { kind: 'cannot-start', program, detail: (error as Error).message }
}
