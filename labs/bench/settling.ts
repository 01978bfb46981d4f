import { type Happening, INSTRUMENTS, type Observation } from '../events.ts'
import type { UpTo } from '../instruments/observer.ts'
import type { Clock } from './clock.ts'

/** While something is told, it is said this often up to when everything has been told, in ms. */
const UP_TO_EVERY = 1000

/**
 * After the last program has ended its kernel may still have something to say, an acknowledgement that was delayed, the
 * last FIN: it has had its last word when nothing came for `silence`. Where the network is never silent, nobody waits
 * longer than `altogether`; while frames are known to be under way, or an end of a connection to be unacknowledged, not
 * longer than `atWork`. In ms.
 */
const AFTER_WORDS = { silence: 100, altogether: 1000, atWork: 2000 } as const

/** Frames that came so long before the question may still be on their way through the kernel, in ns. */
const JUST_NOW = 5_000_000

/** States in which a kernel still waits for the other end, whether a program holds the socket or not. */
const AT_WORK = new Set(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK', 'SYN-SENT', 'SYN-RECEIVED'])

/** What settling needs of its bench. */
export interface Unsettled {
  readonly clock: Clock
  readonly write: (happening: Happening) => void
  /** Resolves when all that happened before has been told. */
  readonly ask: () => Promise<UpTo>
}

/** Says up to when everything has been told, now and then; and that all has settled, after the last program has ended. */
export class Settling {
  readonly #bench: Unsettled
  readonly #running = new Set<number>()
  /** Rises whenever something starts; what was about to settle then has not. */
  #turn = 0
  #heardAt = performance.now()
  /** Sockets whose kernel is at work. */
  readonly #atWork = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(bench: Unsettled) {
    this.#bench = bench
  }

  /** Whether no program of the lab is running, or about to. */
  get isCalm(): boolean {
    return this.#running.size === 0
  }

  started(run: number): void {
    this.#running.add(run)
    this.#turn += 1
  }

  ended(run: number): void {
    if (!this.#running.delete(run)) return
    if (this.isCalm) void this.#settle()
    // Others go on, perhaps in silence: that all is told which came before this end must be said all the same.
    else this.#sayLater()
  }

  /** Frames have been told. */
  heardFrames(): void {
    this.#heardAt = performance.now()
    this.#sayLater()
  }

  /** Something else has been told. */
  heard(observation: Observation): void {
    if (observation.kind === 'blind') return
    this.#sayLater()
    if (observation.kind !== 'sockets') return
    for (const { id, state } of observation.rows) {
      if (AT_WORK.has(state)) this.#atWork.add(id)
      else this.#atWork.delete(id)
    }
    for (const id of observation.gone) this.#atWork.delete(id)
  }

  close(): void {
    this.#closed = true
    this.#turn += 1
    clearTimeout(this.#timer)
  }

  #sayLater(): void {
    if (this.#closed) return
    this.#timer ??= setTimeout(async () => {
      // What is told from now on, also because it is asked for, is for the next time.
      this.#timer = undefined
      const upTo = await this.#bench.ask()
      if (!this.#closed) this.#say(upTo)
    }, UP_TO_EVERY)
  }

  #say(upTo: UpTo): void {
    for (const instrument of INSTRUMENTS) {
      const until = upTo[instrument]
      if (until !== undefined) this.#bench.write({ kind: 'upto', instrument, upTo: until })
    }
  }

  async #settle(): Promise<void> {
    const turn = this.#turn
    const began = performance.now()
    for (;;) {
      await this.#silence(began + AFTER_WORDS.altogether)
      if (turn !== this.#turn) return
      const since = performance.now()
      const asked = this.#bench.clock()
      const upTo = await this.#bench.ask()
      if (turn !== this.#turn) return
      const underWay = upTo.packets !== undefined && upTo.packets < asked - JUST_NOW
      const atWork = underWay || this.#atWork.size > 0
      const heardSince = this.#heardAt > since && performance.now() < began + AFTER_WORDS.altogether
      if (heardSince || (atWork && performance.now() < began + AFTER_WORDS.atWork)) continue
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#say(upTo)
      this.#bench.write({ kind: 'settled' })
      return
    }
  }

  /** Resolves when no frame has come for long enough, or it is late. */
  async #silence(late: number): Promise<void> {
    const from = performance.now()
    for (;;) {
      const silent = Math.max(this.#heardAt, from) + AFTER_WORDS.silence
      const left = Math.min(silent, Math.max(late, from + AFTER_WORDS.silence)) - performance.now()
      if (left <= 0) return
      await new Promise((resolve) => setTimeout(resolve, left))
    }
  }
}
