import type { Clock } from '../../site/bench/line.ts'

interface Timer {
  readonly at: number
  readonly then: () => void
}

/** Time that stands still until a test moves it, in ms. */
export class HandClock implements Clock {
  #now = 0
  #timers = new Set<Timer>()

  now(): number {
    return this.#now
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + ms, then }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Moves on by so much; what falls due on the way is done in its order, and whatever follows from it at once. */
  async advance(ms: number): Promise<void> {
    await settled()
    const until = this.#now + ms
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.then()
      await settled()
    }
    this.#now = until
    await settled()
  }
}

/** Resolves when everything that follows at once from what was done has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
