import type { Observation, RunLanguage } from '../events.ts'
import { CallShare } from '../instruments/call-share.ts'
import { CallReader } from '../instruments/calls.ts'
import { tracerEnvironment } from '../instruments/tracers.ts'
import { Gate } from './gate.ts'
import type { FoundInterpreters } from './interpreters.ts'
import type { Channel, LiveNetwork } from './network/network.ts'
import type { Policy } from './network/policy.ts'
import { makeTracersReady } from './tracers-ready.ts'

/** What tracing needs of its bench. */
export interface Traceable {
  readonly network: LiveNetwork
  readonly policy: Policy
  readonly interpreters: FoundInterpreters
  /** When the bench was opened, on the machine's monotonic clock in ns. */
  readonly zero: bigint
  /** So many calls of each run are told; null, or nothing said: all. */
  readonly calls?: number | null
  readonly tell: (observation: Observation, t?: number) => void
}

/** How many descriptors tracing takes: its channel, and in Node one more that is open since the tracer was loaded. */
const TAKEN = { py: 1, ts: 2 } as const

/** The tracing of one run. */
export interface Trace {
  /** The environment with which the program is traced; the one it has anyway, when it is not. */
  readonly env: Readonly<Record<string, string>>
  /** How many descriptors of the program it needs for itself. */
  readonly descriptors: number
  /**
   * Tells all that is left. To be called when the program has ended, and before that is told.
   * @param byItself whether nobody and nothing made it end
   */
  ended(byItself: boolean): void
  /** From now on the program is held before each call, or no longer. @returns whether that can be */
  hold(on: boolean): boolean
  /** Lets the call through that has been held longest. @returns whether there was one */
  release(): boolean
}

/** Has the calls of a bench's programs told. Programs run also where that is not possible; why not is told once. */
export class Tracing {
  readonly #bench: Traceable
  readonly #readers = new Set<CallReader>()
  #isBlind = false

  constructor(bench: Traceable) {
    this.#bench = bench
    if (bench.policy.calls) void makeTracersReady(bench.policy, bench.interpreters)
  }

  /**
   * Prepares the tracing of a run which is about to start in this environment.
   * @param released is called when a call that was held goes on
   */
  async begin(
    program: string,
    run: number,
    language: RunLanguage,
    env: Readonly<Record<string, string>>,
    released: () => void,
  ): Promise<Trace> {
    const untraced: Trace = { env, descriptors: 0, ended: () => {}, hold: (on) => !on, release: () => false }
    const { network, policy, interpreters } = this.#bench
    if (language === 'sh' || !policy.calls) return untraced
    try {
      await makeTracersReady(policy, interpreters)
      const channel = await network.openChannel(run)
      const traced = { ...env, ...tracerEnvironment(language, channel.path, env) }
      return this.#trace(program, run, channel, traced, TAKEN[language], released)
    } catch (error) {
      this.#blind((error as Error).message)
      return untraced
    }
  }

  /** Tells everything that was told by tracers up to now; the time up to which that is all, by the monotonic clock. */
  ask(): bigint {
    const now = process.hrtime.bigint()
    for (const reader of this.#readers) reader.drain()
    return now
  }

  #trace(
    program: string,
    run: number,
    channel: Channel,
    env: Readonly<Record<string, string>>,
    descriptors: number,
    released: () => void,
  ): Trace {
    const { zero } = this.#bench
    const gate = new Gate(channel, released)
    const benchTime = (monotonic: number) => monotonic - Number(zero)
    const share = new CallShare(this.#bench.calls ?? null)
    const tell = (observation: Observation, t: number) => {
      if (observation.kind === 'blind') this.#blind(observation.detail)
      else if (observation.kind === 'held' ? gate.arrives() : share.takes(observation, t))
        this.#bench.tell(observation, t)
    }
    const reader = new CallReader(channel.descriptor, { program, run, benchTime, tell, went: () => gate.leaves() })
    this.#readers.add(reader)
    return {
      env,
      descriptors,
      hold: (on) => gate.hold(on) && !(on && this.#isBlind),
      release: () => gate.release(),
      ended: (byItself) => {
        reader.drain()
        reader.close()
        const { missing } = share
        if (missing) this.#bench.tell(missing, missing.until)
        this.#readers.delete(reader)
        channel.remove()
        if (byItself && reader.isSilent) this.#blind(`The tracer of ${program} did not start.`)
      },
    }
  }

  #blind(detail: string): void {
    if (this.#isBlind) return
    this.#isBlind = true
    this.#bench.tell({ kind: 'blind', instrument: 'calls', detail })
  }
}
