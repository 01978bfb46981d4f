import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import { MAX_WAITING_INPUT, type Size } from '../protocol.ts'
import { endMarked } from './leftovers.ts'
import type { Launched } from './network/network.ts'

/** Who is told of a terminal. */
export interface TerminalListener {
  readonly onOutput: (bytes: Uint8Array) => void
  /** Called once, after the last output. One of both is null. */
  readonly onExit: (code: number | null, signal: string | null) => void
}

/** After a hang-up, a program has this long to end before it is killed, in ms. */
const HANG_UP_GRACE = 400

/** How soon a program that does not read its input is tried again, in ms. */
const INPUT_PAUSE = 5

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** Input that waits, and who is told when the last of its bytes is gone. */
interface Waiting {
  readonly bytes: Uint8Array
  readonly done: () => void
  written: number
}

/**
 * One program in a terminal of its own.
 *
 * node-pty writes input to a descriptor number, also when that number already belongs to somebody else. Here each write
 * first looks whether the terminal is still open, is made at once, and nothing is kept past the end. It signals one
 * process; here the whole group is signalled, and what is left after the end is killed.
 */
export class Terminal {
  readonly pid: number
  readonly #launched: Launched
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #retry: NodeJS.Timeout | undefined
  #kill: NodeJS.Timeout | undefined
  readonly #ended: Promise<void>
  #over = false

  /** @param mark whatever carries a mark beginning so is ended with the program */
  constructor(launched: Launched, mark: string, { onOutput, onExit }: TerminalListener) {
    this.#launched = launched
    this.pid = launched.pid
    launched.stream.on('data', onOutput)
    this.#ended = launched.ended.then(({ code, signal }) => {
      this.#over = true
      clearTimeout(this.#kill)
      clearTimeout(this.#retry)
      for (const { done } of this.#waiting.splice(0)) done()
      endMarked(mark)
      if (signal) onExit(null, SIGNALS.get(signal) ?? `signal ${signal}`)
      else onExit(code, null)
    })
  }

  /** Lets nothing more be read, so that the program is held as soon as the terminal's own buffer is full. */
  pause(): void {
    this.#launched.stream.pause()
  }

  resume(): void {
    this.#launched.stream.resume()
  }

  /** Tells the program its terminal has another size. Ignored once it has ended. */
  resize(size: Size): void {
    if (this.#isOpen()) this.#launched.resize(size)
  }

  /**
   * Types bytes into the terminal; `done` is called when all of them are written, or dropped because the program ended.
   * @returns `full` or `ended`, and takes nothing, when too much input waits already or the program has ended.
   */
  write(bytes: Uint8Array, done: () => void): 'taken' | 'full' | 'ended' {
    if (!this.#isOpen()) return 'ended'
    if (this.#waitingBytes + bytes.length > MAX_WAITING_INPUT) return 'full'
    this.#waiting.push({ bytes, done, written: 0 })
    this.#waitingBytes += bytes.length
    if (this.#waiting.length === 1) this.#flush()
    return 'taken'
  }

  /** Hangs up, and kills what has not ended soon after. Resolves when the program itself has ended. */
  async stop(): Promise<void> {
    if (!this.#over && this.#kill === undefined) {
      signalGroup(this.pid, 'SIGHUP')
      signalGroup(this.pid, 'SIGCONT')
      this.#kill = setTimeout(() => signalGroup(this.pid, 'SIGKILL'), HANG_UP_GRACE)
    }
    await this.#ended
  }

  /** The read side knows first when the terminal is gone; after that its number may be somebody else's. */
  #isOpen(): boolean {
    return !this.#over && !this.#launched.stream.destroyed
  }

  #flush(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#isOpen()) return
      try {
        const written = writeSync(this.#launched.descriptor, next.bytes, next.written)
        next.written += written
        this.#waitingBytes -= written
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          this.#retry = setTimeout(() => this.#flush(), INPUT_PAUSE)
          return
        }
        this.#waitingBytes -= next.bytes.length - next.written
        next.written = next.bytes.length
      }
      if (next.written < next.bytes.length) continue
      this.#waiting.shift()
      next.done()
    }
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is gone already, which is what was wanted.
  }
}
