import type { BenchEvent } from '../../labs/events.ts'
import type { PanelName } from './opened.ts'
import type { Spread, SpreadParts } from './spread.ts'

/** Tells the story of a lab's run. Who tells it is loaded when there is something to tell; what happens until then is kept. */
export class Telling {
  readonly #parts: () => SpreadParts
  readonly #open: () => readonly PanelName[]
  #spread: Spread | null = null
  #loading: Promise<void> | null = null
  #untold: BenchEvent[] = []
  #hasFailed = false
  #isClosed = false

  /** @param open which panels are open now */
  constructor(parts: () => SpreadParts, open: () => readonly PanelName[]) {
    this.#parts = parts
    this.#open = open
  }

  hear(event: BenchEvent): void {
    if (this.#spread) this.#spread.hear(event)
    else if (!this.#hasFailed) {
      // Output is told for those who judge by it; the bench holds a flood that nobody takes.
      this.#untold.push(event)
      void this.load()
    }
  }

  /** The reader begins something: what could not be loaded is tried again. */
  begin(): void {
    this.#hasFailed = false
    void this.load()
  }

  /** Resolves when there is somebody to tell it, or when that has failed: terminals do without. */
  load(): Promise<void> {
    this.#loading ??= this.#load().catch((error: Error) => {
      this.#loading = null
      this.#hasFailed = true
      this.#untold = []
      this.#parts().onMissing(error.message)
    })
    return this.#loading
  }

  /** The bench or the recording is another one. */
  restart(): void {
    this.#untold = []
    this.#spread?.restart()
  }

  toNow(): void {
    this.#spread?.toNow()
  }

  /** Goes to a step, null to the last. @returns the last step's number, 0 where nothing can be told. */
  async seek(at: number | null): Promise<number> {
    await this.load()
    return (await this.#spread?.seek(at)) ?? 0
  }

  showOpen(): void {
    if (this.#spread) this.#spread.open = this.#open()
  }

  close(): void {
    this.#isClosed = true
    this.#spread?.close()
  }

  async #load(): Promise<void> {
    const { openSpread } = await import('./spread.ts')
    const spread = await openSpread(this.#parts())
    if (this.#isClosed) return spread.close()
    this.#spread = spread
    for (const event of this.#untold.splice(0)) spread.hear(event)
    spread.open = this.#open()
  }
}
