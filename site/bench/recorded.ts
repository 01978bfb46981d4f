import type { Recording, RecordingTrouble } from '../../labs/recording.ts'
import type { Clock } from './line.ts'
import { paced, type Timed } from './pace.ts'
import type { BenchSource, Connection, News, Origin } from './source.ts'

/** A recording that can be played, with where it comes from; or why there is none. */
export type Loaded = { readonly recording: Recording; readonly origin: Origin } | RecordingTrouble

/** Plays recordings. Nothing runs: whatever is typed goes nowhere. */
export class RecordedSource implements BenchSource {
  readonly #load: () => Promise<Loaded>
  readonly #clock: Clock
  readonly #listeners = new Set<(news: News) => void>()
  #connection: Connection = 'idle'
  /** Rises whenever what was begun before no longer counts. */
  #turn = 0
  #playing = false
  #events: readonly Timed[] = []
  /** How many of them have been told. */
  #told = 0
  /** What the clock said at the beginning. */
  #began = 0
  #cancel = () => {}

  /** @param load gives what is to be played now; asked at each start, and never before */
  constructor(load: () => Promise<Loaded>, clock: Clock) {
    this.#load = load
    this.#clock = clock
  }

  open(): void {
    this.#say('recorded')
  }

  resume(): void {}

  retry(): void {}

  /** Plays from the beginning. A recording is of all programs, so whichever are asked for are not looked at. */
  run(): void {
    this.open()
    void this.#play()
  }

  /** Stops playing. What has been told stays. */
  stop(): void {
    this.#turn += 1
    this.#cancel()
    this.#events = []
    if (!this.#playing) return
    this.#playing = false
    this.#tell({ kind: 'played' })
  }

  /** Tells at once what is still to be told. */
  toEnd(): void {
    this.#cancel()
    this.#tellUntil(Number.POSITIVE_INFINITY)
  }

  input(): void {}

  resize(): void {}

  /** What was done to its wires was done. */
  faults(): void {}

  seed(): void {}

  /** It is over: nothing of it can be held any more. */
  hold(): void {}

  release(): void {}

  ack(): void {}

  leave(): void {
    this.stop()
    this.#say('idle')
  }

  onNews(listener: (news: News) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #play(): Promise<void> {
    this.stop()
    const turn = this.#turn
    const loaded = await this.#load()
    if (turn !== this.#turn) return
    if ('kind' in loaded) return this.#tell({ kind: 'unplayable', trouble: loaded })
    const { events, ...recording } = loaded.recording
    this.#playing = true
    this.#events = paced(events)
    this.#told = 0
    this.#began = this.#clock.now()
    this.#tell({ kind: 'recording', recording, origin: loaded.origin })
    this.#tellUntil(0)
  }

  /** Tells what is due by this time of the recording, and comes back for the rest. */
  #tellUntil(now: number): void {
    const turn = this.#turn
    for (let next = this.#events[this.#told]; next && next.at <= now; next = this.#events[this.#told]) {
      this.#told += 1
      this.#tell({ kind: 'event', event: next.event, replayed: false })
      // Whoever is told may stop it.
      if (turn !== this.#turn) return
    }
    const next = this.#events[this.#told]
    if (next === undefined) {
      this.stop()
      return
    }
    if (next.silence > 0) this.#tell({ kind: 'silence', ms: next.silence })
    const elapsed = () => this.#clock.now() - this.#began
    // A timer may be early by a little.
    this.#cancel = this.#clock.after(Math.max(0, next.at - elapsed()), () =>
      this.#tellUntil(Math.max(next.at, elapsed())),
    )
  }

  #say(connection: Connection): void {
    if (this.#connection === connection) return
    this.#connection = connection
    this.#tell({ kind: 'connection', connection })
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news)
  }
}
