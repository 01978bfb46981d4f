import type { Hear } from '../ways/way.ts'

/** Counts what is heard, and lets a probe wait for it. */
export class Hearing {
  bytes = 0
  /** When the first and the last piece came, in ms. */
  first = 0
  last = 0
  readonly #deal: Hear
  #waiting: { bytes: number; resolve: () => void } | null = null

  /** @param deal what is done with each piece; nothing, at once, when it is not said */
  constructor(deal: Hear = (_, done) => done()) {
    this.#deal = deal
  }

  readonly hear: Hear = (bytes, done) => {
    this.last = performance.now()
    if (this.bytes === 0) this.first = this.last
    this.bytes += bytes.length
    if (this.#waiting && this.bytes >= this.#waiting.bytes) {
      this.#waiting.resolve()
      this.#waiting = null
    }
    this.#deal(bytes, done)
  }

  /** Resolves when so many bytes have been heard altogether. @throws {Error} when nothing is heard for five seconds. */
  async until(bytes: number): Promise<void> {
    if (this.bytes >= bytes) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting = { bytes, resolve }
    const watch = setInterval(() => {
      if (performance.now() - Math.max(this.last, began) < 5000) return
      reject(new Error(`${this.bytes} bytes of ${bytes} came, and then nothing.`))
    }, 500)
    const began = performance.now()
    try {
      await promise
    } finally {
      clearInterval(watch)
    }
  }
}
