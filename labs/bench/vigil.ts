import type { Limits } from '../limits.ts'

/** Ends what is forgotten, and what has lasted too long. */
export class Vigil {
  readonly #idle: number
  readonly #onIdle: () => void
  readonly #old: NodeJS.Timeout
  #stirredAt = performance.now()
  #look: NodeJS.Timeout

  constructor({ idle, age }: Pick<Limits, 'idle' | 'age'>, end: (why: 'idle' | 'too-old') => void) {
    this.#idle = idle
    this.#onIdle = () => end('idle')
    this.#old = setTimeout(() => end('too-old'), age)
    this.#look = this.#lookAfter(idle)
  }

  /** Something was said or printed. Cheap: it is called for every piece of output. */
  stir(): void {
    this.#stirredAt = performance.now()
  }

  close(): void {
    clearTimeout(this.#old)
    clearTimeout(this.#look)
  }

  #lookAfter(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      const left = this.#stirredAt + this.#idle - performance.now()
      if (left <= 0) this.#onIdle()
      else this.#look = this.#lookAfter(left)
    }, milliseconds)
  }
}
