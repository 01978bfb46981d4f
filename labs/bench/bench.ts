import type { Size } from '../events.ts'
import { readFaults } from '../faults.ts'
import type { Observer } from '../instruments/observer.ts'
import type { Lab } from '../lab.ts'
import type { Limits } from '../limits.ts'
import type { Ending, FromBench, Input, RunRequest } from '../protocol.ts'
import type { Trouble } from '../troubles.ts'
import { startClock } from './clock.ts'
import { SERVER_MARK } from './environment.ts'
import type { FoundInterpreters } from './interpreters.ts'
import { endMarked } from './leftovers.ts'
import type { LiveNetwork } from './network/network.ts'
import type { Networks } from './network/networks.ts'
import { PlainNetwork } from './network/plain.ts'
import type { Policy } from './network/policy.ts'
import { Outbox, type Receiver } from './outbox.ts'
import { findPortHolder } from './port-holder.ts'
import { runnablesOf } from './runnable.ts'
import { Seat, startingOf } from './seat.ts'
import { Settling } from './settling.ts'
import { whyNotSource } from './source.ts'
import { Tokens } from './token.ts'
import { Tracing } from './tracing.ts'
import { Vigil } from './vigil.ts'

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
  readonly networks: Networks
  readonly policy: Policy
  readonly limits: Limits
  /** Makes the token of each run, where it is not to be a fresh one. */
  readonly makeToken?: () => string
}

/** The benches of this process that have not ended, by name. */
const open = new Map<string, Bench>()

/** How long a program may take to be ready before the ones after it are given up, in ms. */
const READY_WITHIN = 20_000

/**
 * One reader's running lab. Everything that happens is written to its outbox; one page at a time is told.
 * It outlives its page for the grace of its limits and ends by itself then.
 */
export class Bench {
  readonly id: string
  readonly lab: Lab
  readonly #network: LiveNetwork
  readonly #mark: string
  readonly #outbox: Outbox
  readonly #settling: Settling
  readonly #seats: ReadonlyMap<string, Seat>
  readonly #limits: Limits
  readonly #vigil: Vigil
  readonly #onClosed: () => void
  #page: Page | null = null
  #grace: NodeJS.Timeout | undefined
  /** The program of each run, counted from 1. */
  readonly #runs: string[] = []
  /** Rises with every stop; a start of several programs that was begun before gives up. */
  #stops = 0
  #closing: Promise<void> | null = null

  constructor(id: string, lab: Lab, network: LiveNetwork, surroundings: Surroundings, onClosed: () => void) {
    this.id = id
    this.lab = lab
    this.#network = network
    this.#mark = `${SERVER_MARK}.${id}.`
    this.#onClosed = onClosed
    const zero = process.hrtime.bigint()
    const clock = startClock(zero)
    this.#outbox = new Outbox(clock, surroundings.limits.observations)
    const tracing = new Tracing({
      network,
      policy: surroundings.policy,
      interpreters: surroundings.interpreters,
      zero,
      calls: lab.calls,
      tell: (observation, t) => {
        this.#outbox.write(observation, t)
        this.#settling.heard(observation)
      },
    })
    this.#settling = new Settling({
      clock,
      write: (happening) => this.#outbox.write(happening),
      ask: async () => ({ ...(await network.ask()), calls: Number(tracing.ask() - zero) }),
    })
    const around = {
      network,
      machine: new PlainNetwork(surroundings.folder, surroundings.policy),
      policy: surroundings.policy,
      tracing,
      limits: surroundings.limits,
      outbox: this.#outbox,
      mark: this.#mark,
      countRun: (program: string) => this.#runs.push(program),
      tell: (message: FromBench) => this.#page?.tell(message),
      stirred: () => this.#vigil.stir(),
      settling: this.#settling,
      tokens: new Tokens(surroundings.makeToken),
      whyFailed: (program: string, said: string) => this.#whyFailed(program, said),
    }
    const runnables = runnablesOf(lab, surroundings.interpreters)
    this.#seats = new Map(runnables.map((runnable) => [runnable.name, new Seat(runnable, around)]))
    this.#limits = surroundings.limits
    this.#vigil = new Vigil(this.#limits, (why) => void this.close(why))
    network.observe({
      zero,
      clock,
      observer: this.#observer(),
      programOf: (run) => this.#runs[run - 1] ?? '',
      frames: lab.frames,
      most: surroundings.limits.frames,
    })
    void network.gone.then(() => this.close('network-lost'))
    open.set(id, this)
  }

  /** The number of the last event. */
  get last(): number {
    return this.#outbox.last
  }

  /** For each program that had input: the number of the last one that reached it or was refused. */
  get taken(): Record<string, number> {
    return Object.fromEntries([...this.#seats].flatMap(([name, { taken }]) => (taken > 0 ? [[name, taken]] : [])))
  }

  /** Whether it has begun to end; nobody returns to it then. */
  get isClosing(): boolean {
    return this.#closing !== null
  }

  /** Lets a page in; one that was there is told that another took over. Everything after event `after` is told. */
  attach(page: Page, after: number): void {
    clearTimeout(this.#grace)
    this.#vigil.stir()
    const before = this.#page
    this.#page = page
    if (before) {
      before.tell({ type: 'closed', ending: 'taken-over' })
      before.close()
    }
    this.#outbox.attach(page, after)
  }

  /** The page is gone. Programs go on until the grace is over; a flood is held meanwhile. */
  detach(page: Page, why: keyof Limits['grace']): void {
    if (this.#page !== page) return
    this.#page = null
    this.#outbox.detach()
    if (this.isClosing) return
    this.#grace = setTimeout(() => void this.close(why), this.#limits.grace[why])
  }

  /** Starts programs in the lab's order, each when the one before is ready. */
  async run(requests: readonly RunRequest[]): Promise<void> {
    if (this.isClosing) return
    this.#vigil.stir()
    for (const { program, source } of requests) {
      const seat = this.#seats.get(program)
      if (seat === undefined) return this.#trouble({ kind: 'unknown-program', program })
      if (seat.run) return this.#trouble({ kind: 'already-running', program })
      const refused = source === undefined ? null : whyNotSource(program, source, this.#limits.source)
      if (refused) return this.#trouble(refused)
    }
    const inOrder = [...this.#seats].flatMap(([name, seat]) => {
      const request = requests.find(({ program }) => program === name)
      return request ? [{ seat, request }] : []
    })
    const stops = this.#stops
    for (const [index, { seat, request }] of inOrder.entries()) {
      // While one was waited for, the reader may have started the next by hand.
      if (seat.run) continue
      const run = await seat.start(request)
      const rest = inOrder.slice(index + 1)
      if (rest.length === 0) return
      const { program } = request
      if (run === null) return this.#giveUp(rest, { kind: 'ended-before-ready', program })
      if (!seat.runnable.waits) continue
      let isLate = await takesLonger(run.settled, READY_WITHIN)
      // It is not late by itself.
      while (isLate && seat.holds) isLate = await takesLonger(run.settled, READY_WITHIN)
      if (stops !== this.#stops) return
      if (run.readiness === 'ended') return this.#giveUp(rest, { kind: 'ended-before-ready', program })
      if (isLate) return this.#giveUp(rest, { kind: 'never-ready', program, seconds: READY_WITHIN / 1000 })
    }
  }

  /** Stops programs: hangs up, then kills. Each is told when it has ended. */
  stop(programs: readonly string[]): void {
    this.#stops += 1
    this.#vigil.stir()
    for (const program of programs) {
      const seat = this.#seats.get(program)
      if (seat === undefined) this.#trouble({ kind: 'unknown-program', program })
      else if (seat.run === null) this.#trouble({ kind: 'not-running', program })
      else void seat.stop()
    }
  }

  /** Types into a program. */
  input(input: Input): void {
    this.#vigil.stir()
    const seat = this.#seats.get(this.#runs[input.run - 1] ?? '')
    if (seat) seat.input(input)
    else this.#trouble({ kind: 'unknown-message', detail: `input for run ${input.run}, which there never was` })
  }

  resize(program: string, size: Size): void {
    this.#vigil.stir()
    const seat = this.#seats.get(program)
    if (seat === undefined) this.#trouble({ kind: 'unknown-program', program })
    else seat.resize(size)
  }

  /** From now on a program is held before each of its calls, or no longer. */
  hold(program: string, on: boolean): void {
    this.#vigil.stir()
    const seat = this.#seats.get(program)
    if (seat === undefined) this.#trouble({ kind: 'unknown-program', program })
    else if (!seat.runnable.isProgram) this.#trouble({ kind: 'cannot-hold', program })
    else seat.hold(on)
  }

  /** Lets a program make the call before which it is held. */
  release(program: string): void {
    this.#vigil.stir()
    const seat = this.#seats.get(program)
    if (seat === undefined) this.#trouble({ kind: 'unknown-program', program })
    else seat.release()
  }

  /** Changes what a wire does to frames. What is not possible is told to the page. */
  async setFaults(wire: number, definition: Record<string, unknown>): Promise<void> {
    this.#vigil.stir()
    const refuse = (detail: string): never => {
      throw new Error(detail)
    }
    try {
      const ends = this.lab.network.wires[wire]?.ends ?? refuse(`there is no wire ${wire}`)
      const { from, faults } = readFaults(definition, ends, refuse)
      await this.#network.setFaults(wire, from, faults)
      this.#outbox.write({ kind: 'faults', wire, from, faults })
    } catch (error) {
      this.#trouble({ kind: 'unknown-message', detail: (error as Error).message })
    }
  }

  /** Begins the chances of all wires anew, so that a run can be repeated. */
  async setSeed(seed: number): Promise<void> {
    this.#vigil.stir()
    await this.#network.setSeed(seed)
    this.#outbox.write({ kind: 'seed', seed })
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

  /** What instruments see is written down. */
  #observer(): Observer {
    return {
      frames: (frames) => {
        this.#outbox.frames(frames)
        this.#settling.heardFrames()
      },
      tell: (observation, t) => {
        this.#outbox.write(observation, t)
        this.#settling.heard(observation)
      },
    }
  }

  async #end(ending: Ending): Promise<void> {
    clearTimeout(this.#grace)
    this.#vigil.close()
    this.#settling.close()
    this.#stops += 1
    const seats = [...this.#seats.values()]
    await Promise.all(seats.map((seat) => seat.end()))
    for (const seat of seats) seat.close()
    await this.#network.close()
    endMarked(this.#mark)
    this.#page?.tell({ type: 'closed', ending })
    this.#page?.close()
    this.#page = null
    this.#outbox.detach()
    this.#outbox.close()
    open.delete(this.id)
    this.#onClosed()
  }

  /**
   * On the plain machine benches share its ports. One that holds the port and has no page is ended, so that its reader
   * can run the program here.
   */
  async #whyFailed(program: string, said: string): Promise<Trouble | null> {
    const found = this.#network.rung === 'plain' ? findPortHolder(said) : null
    if (found === null) return null
    const { port, pid, name, of } = found
    const bench = of && open.get(of.bench)
    if (!bench) return { kind: 'port-taken', program, port, holder: `${name} (${pid})` }
    const who = { program, port, lab: bench.lab.number, holder: bench.#runs[of.run - 1] ?? name }
    if (bench.#page !== null || bench === this) return { kind: 'port-held', ...who }
    await bench.close('left')
    return { kind: 'port-freed', ...who }
  }

  /** The programs after one that did not become ready are not started; each says why. */
  #giveUp(rest: readonly { seat: Seat; request: RunRequest }[], trouble: Trouble): void {
    for (const { seat, request } of rest) {
      if (seat.run) continue
      const run = this.#runs.push(request.program)
      this.#outbox.write(startingOf(run, request))
      seat.fail(run, trouble)
    }
  }

  #trouble(trouble: Trouble): void {
    this.#page?.tell({ type: 'trouble', trouble })
  }
}

async function takesLonger(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(true), milliseconds)
  try {
    return await Promise.race([promise.then(() => false), late])
  } finally {
    clearTimeout(timer)
  }
}
