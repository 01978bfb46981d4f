import type { Observation } from '../events.ts'

/** Which of the calls and events of one run are told, where a lab keeps only its first. */
export class CallShare {
  /** Null: all are. */
  readonly #first: number | null
  readonly #told = new Set<number>()
  #events = 0
  #untold: { count: number; since: number; until: number } | null = null

  constructor(first: number | null) {
    this.#first = first
  }

  /** Whether this is told. A call that is not is counted, and what it gave is not told either. */
  takes(observation: Observation, t: number): boolean {
    const first = this.#first
    if (first === null) return true
    switch (observation.kind) {
      case 'call':
        if (this.#told.size < first) this.#told.add(observation.call)
        else this.#count(t)
        return this.#told.has(observation.call)
      case 'return':
        return this.#told.has(observation.call)
      case 'armed':
      case 'heard':
        this.#events += 1
        if (this.#events > first) this.#count(t)
        return this.#events <= first
      default:
        return true
    }
  }

  /** What was not told up to now; null when that is nothing. */
  get missing(): (Observation & { kind: 'missing' }) | null {
    return this.#untold && { kind: 'missing', what: 'calls', why: 'let-go', ...this.#untold }
  }

  #count(t: number): void {
    const { count, since } = this.#untold ?? { count: 0, since: t }
    this.#untold = { count: count + 1, since, until: t }
  }
}
