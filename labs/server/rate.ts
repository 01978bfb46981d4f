/**
 * How often something may happen: so many times a second for ever, and so many at once after a pause.
 * @param now the time in ms
 */
export class Rate {
  readonly #perSecond: number
  readonly #atOnce: number
  readonly #now: () => number
  #left: number
  #at: number

  constructor({ perSecond, atOnce }: { perSecond: number; atOnce: number }, now = () => performance.now()) {
    this.#perSecond = perSecond
    this.#atOnce = atOnce
    this.#now = now
    this.#left = atOnce
    this.#at = now()
  }

  /** Counts one more; false when that is too many. */
  allows(): boolean {
    const now = this.#now()
    this.#left = Math.min(this.#atOnce, this.#left + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
