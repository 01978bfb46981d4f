import type { ReadStream } from 'node:tty'

/** A terminal whose program has ended is read on until it is silent for so long, or for so long altogether, in ms. */
const LAST_WORDS = { silence: 200, altogether: 1000 } as const

/** The reading side of a program's terminal: held and let go by flow control until the program ends, then read dry. */
export class TerminalReader {
  readonly #stream: ReadStream
  readonly #destroy: () => void
  #inLastWords = false

  /** @param destroy closes the stream for good */
  constructor(stream: ReadStream, destroy: () => void = () => stream.destroy()) {
    this.#stream = stream
    this.#destroy = destroy
  }

  /** Whether the terminal is still there. When it is not, its descriptor's number may be somebody else's. */
  get isOpen(): boolean {
    return !this.#stream.destroyed
  }

  /** Whether the program has ended and what it left is being read. */
  get isInLastWords(): boolean {
    return this.#inLastWords
  }

  onOutput(listener: (bytes: Uint8Array) => void): void {
    this.#stream.on('data', listener)
  }

  /** Lets nothing more be read, so that the program is held as soon as the terminal's own buffer is full. */
  pause(): void {
    if (!this.#inLastWords) this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  /** Reads on, held or not, until nothing more comes, and closes the terminal. To be called when the program has ended. */
  readLastWords(): Promise<void> {
    const stream = this.#stream
    if (stream.destroyed) return Promise.resolve()
    const closed = new Promise<void>((resolve) => stream.once('close', resolve))
    if (this.#inLastWords) return closed
    this.#inLastWords = true
    const began = performance.now()
    let silent = true
    stream.on('data', () => {
      silent = false
    })
    // Timers come before reading in a turn of the event loop: what arrived while it was busy is to be read first.
    const lookAfterSilence = () => setTimeout(() => setImmediate(look), LAST_WORDS.silence)
    const look = () => {
      if (silent || performance.now() - began > LAST_WORDS.altogether) this.#destroy()
      else {
        silent = true
        timer = lookAfterSilence()
      }
    }
    let timer = lookAfterSilence()
    stream.once('close', () => clearTimeout(timer))
    stream.resume()
    return closed
  }
}
