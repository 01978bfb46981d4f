import type { Size } from '../../labs/events.ts'
import type { FaultsDefinition } from '../../labs/faults.ts'
import type { RunRequest } from '../../labs/protocol.ts'
import type { RecordedSource } from './recorded.ts'
import type { BenchSource, News } from './source.ts'

/**
 * A lab's live source and its recorded one, of which it listens to one at a time. Turning from one to the other leaves the
 * first and says that everything told before is cleared away, so that a recording is never mixed into a live run.
 */
export class Deck implements BenchSource {
  readonly #live: () => BenchSource
  readonly #recorded: RecordedSource
  readonly #listeners = new Set<(news: News) => void>()
  #now: BenchSource
  #deafen: () => void

  /** @param live makes a live source that knows nothing yet, also of the bench that this tab may have */
  constructor(live: () => BenchSource, recorded: RecordedSource) {
    this.#live = live
    this.#recorded = recorded
    this.#now = live()
    this.#deafen = this.#listen()
  }

  get isLive(): boolean {
    return this.#now !== this.#recorded
  }

  /** Listens to the other source from now on; does nothing when it does already. */
  turn(to: 'live' | 'recorded'): void {
    if (this.isLive === (to === 'live')) return
    this.#now.leave()
    this.#deafen()
    this.#now = to === 'live' ? this.#live() : this.#recorded
    this.#tell({ kind: 'turned', to })
    this.#deafen = this.#listen()
    if (to === 'live') this.#now.resume()
    else this.#now.open()
  }

  /** Stops what is told of a recording, and says that all of it is cleared away. */
  clear(): void {
    if (this.isLive) return
    this.#recorded.stop()
    this.#tell({ kind: 'turned', to: 'recorded' })
  }

  /** Tells at once what is still to be told of a recording. */
  toEnd(): void {
    if (!this.isLive) this.#recorded.toEnd()
  }

  open(): void {
    this.#now.open()
  }

  resume(): void {
    this.#now.resume()
  }

  retry(): void {
    this.#now.retry()
  }

  run(programs: readonly RunRequest[]): void {
    this.#now.run(programs)
  }

  stop(programs: readonly string[]): void {
    this.#now.stop(programs)
  }

  input(program: string, bytes: Uint8Array): void {
    this.#now.input(program, bytes)
  }

  resize(program: string, size: Size): void {
    this.#now.resize(program, size)
  }

  faults(wire: number, faults: FaultsDefinition): void {
    this.#now.faults(wire, faults)
  }

  seed(seed: number): void {
    this.#now.seed(seed)
  }

  hold(program: string, on: boolean): void {
    this.#now.hold(program, on)
  }

  release(program: string): void {
    this.#now.release(program)
  }

  ack(program: string, offset: number): void {
    this.#now.ack(program, offset)
  }

  leave(): void {
    this.#now.leave()
  }

  onNews(listener: (news: News) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #listen(): () => void {
    return this.#now.onNews((news) => this.#tell(news))
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news)
  }
}
