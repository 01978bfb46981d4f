import { socketsAreTold } from '../instruments/sockets.ts'
import type { Input, ReadySocket, RunRequest, Size, Trouble } from '../protocol.ts'
import { programEnvironment } from './environment.ts'
import type { Launched, LiveNetwork } from './network/network.ts'
import type { Policy } from './network/policy.ts'
import type { Outbox } from './outbox.ts'
import { watchReadiness } from './readiness.ts'
import { Refused, type Runnable } from './runnable.ts'
import { Terminal } from './terminal.ts'

/** What a seat needs of its bench. */
export interface SeatSurroundings {
  readonly network: LiveNetwork
  readonly policy: Policy
  readonly outbox: Outbox
  /** By what the processes of this bench are known; ends with a dot. */
  readonly mark: string
  /** The next number of a run, counted over the whole bench. */
  readonly nextRun: () => number
  /** Tells the page how far a program has taken its input. */
  readonly tellTaken: (program: string, seq: number) => void
}

/** One run, from its start to its end. */
export interface Run {
  readonly number: number
  terminal: Terminal | null
  stopped: boolean
  /** Resolves when others can reach the program, or never will in this run. */
  readonly settled: Promise<void>
  readiness: 'waiting' | 'ready' | 'ended'
}

/** Input already taken is told at most this often, in ms. */
const TELL_TAKEN = 20

/** The place of one runnable at a bench: it is started here, typed into and stopped, as often as the reader likes. */
export class Seat {
  readonly runnable: Runnable
  readonly #around: SeatSurroundings
  #run: Run | null = null
  #lastInput = 0
  #taken = 0
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

  /** The number of the last input that reached the program or was refused; 0 when it never had any. */
  get taken(): number {
    return this.#taken
  }

  /** Starts a run. Null when it could not be started; why is written down. */
  async start({ language, columns, rows }: RunRequest): Promise<Run | null> {
    const { network, policy, outbox } = this.#around
    const { name } = this.runnable
    const number = this.#around.nextRun()
    outbox.write({ kind: 'starting', program: name, run: number, language, columns, rows })
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
    const run: Run = { number, terminal: null, stopped: false, settled, readiness: 'waiting' }
    this.#run = run
    try {
      const { argv, command, folder, host, capability, env } = await this.runnable.prepare(language, network)
      const launched = await network.launch({
        run: number,
        argv,
        folder,
        host,
        capability,
        env: { ...programEnvironment(this.#markOf(run), policy), ...env },
        columns,
        rows,
      })
      outbox.write({ kind: 'started', program: name, run: number, pid: launched.pid, command })
      run.terminal = this.#openTerminal(run, launched, settle)
    } catch (error) {
      this.#run = null
      this.fail(number, troubleOf(error, name))
      return null
    }
    if (outbox.isHeld(name)) run.terminal.pause()
    if (run.stopped) void run.terminal.stop()
    return run
  }

  /** Writes down that a run could not be started. */
  fail(run: number, trouble: Trouble): void {
    this.#around.outbox.write({ kind: 'failed', program: this.runnable.name, run, trouble })
  }

  /** Stops the present run, if there is one: hangs up, then kills. Resolves when the program has ended. */
  async stop(): Promise<void> {
    const run = this.#run
    if (run === null) return
    if (!run.stopped) {
      run.stopped = true
      this.#around.outbox.write({ kind: 'stopping', program: this.runnable.name, run: run.number })
    }
    await run.terminal?.stop()
  }

  /** Types into the present run. Input that was seen before is not typed again. */
  input({ seq, bytes }: Input): void {
    const run = this.#run
    if (run === null || seq <= this.#lastInput) return
    this.#lastInput = seq
    const taken = run.terminal?.write(bytes, () => this.#take(seq))
    if (taken === 'taken') return
    this.#take(seq)
    const { name } = this.runnable
    const trouble: Trouble = { kind: 'input-full', program: name, bytes: bytes.length }
    if (taken === 'full') this.#around.outbox.write({ kind: 'notice', program: name, run: run.number, trouble })
  }

  resize(size: Size): void {
    this.#run?.terminal?.resize(size)
  }

  /** Forgets what it still had to tell. */
  close(): void {
    clearTimeout(this.#takenTimer)
  }

  #openTerminal(run: Run, launched: Launched, settle: () => void): Terminal {
    const { outbox } = this.#around
    const { name, waits } = this.runnable
    const ready = (socket: ReadySocket | null) => {
      run.readiness = 'ready'
      outbox.write({ kind: 'ready', program: name, run: run.number, socket })
      settle()
    }
    const unwatch = waits && socketsAreTold() ? watchReadiness(launched.pid, ready) : () => {}
    return new Terminal(launched, this.#markOf(run), {
      onOutput: (bytes) => {
        outbox.output(name, run.number, bytes)
        // Where the system does not tell of sockets, a program's first words stand for them: it says what it waits for.
        if (run.readiness === 'waiting' && waits && !socketsAreTold()) ready(null)
      },
      onExit: (code, signal) => {
        unwatch()
        this.#run = null
        if (run.readiness === 'waiting') run.readiness = 'ended'
        outbox.write({ kind: 'exited', program: name, run: run.number, code, signal, stopped: run.stopped })
        settle()
      },
    })
  }

  /** By what the processes of one run are known; the dot keeps run 1 apart from run 10. */
  #markOf({ number }: Run): string {
    return `${this.#around.mark}${number}.`
  }

  #take(seq: number): void {
    this.#taken = Math.max(this.#taken, seq)
    this.#takenTimer ??= setTimeout(() => {
      this.#takenTimer = undefined
      this.#around.tellTaken(this.runnable.name, this.#taken)
    }, TELL_TAKEN)
  }
}

function troubleOf(error: unknown, program: string): Trouble {
  if (error instanceof Refused) return error.trouble
  return { kind: 'cannot-start', program, detail: (error as Error).message }
}
