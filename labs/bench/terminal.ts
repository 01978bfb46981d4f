import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import type { Size } from '../events.ts'
import { MAX_WAITING_INPUT } from '../protocol.ts'
import type { Launched } from './network/network.ts'

/** Who is told of a terminal. */
export interface TerminalListener {
  readonly onOutput: (bytes: Uint8Array) => void
  /** Called once, after the last output. One of both is null. */
  readonly onExit: (code: number | null, signal: string | null) => void
}

/** After a hang-up, a program has this long to end before it is killed, in ms. */
const HANG_UP_GRACE = 1000

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
 * process; here the whole group is signalled.
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

  constructor(launched: Launched, { onOutput, onExit }: TerminalListener) {
    this.#launched = launched
    this.pid = launched.pid
    launched.reader.onOutput(onOutput)
    this.#ended = launched.ended.then(({ code, signal }) => {
      this.#over = true
      clearTimeout(this.#kill)
      clearTimeout(this.#retry)
      for (const { done } of this.#waiting.splice(0)) done()
      if (signal) onExit(null, SIGNALS.get(signal) ?? `signal ${signal}`)
      else onExit(code, null)
    })
  }

  /** Lets nothing more be read, so that the program is held as soon as the terminal's own buffer is full. */
  pause(): void {
    this.#launched.reader.pause()
  }

  resume(): void {
    this.#launched.reader.resume()
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
    if (!this.#over && !this.#launched.reader.isInLastWords && this.#kill === undefined) {
      // In its first moment a program has no group yet.
      if (!signal(-this.pid, 'SIGHUP')) signal(this.pid, 'SIGHUP')
      signal(-this.pid, 'SIGCONT')
      this.#kill = setTimeout(() => signal(-this.pid, 'SIGKILL'), HANG_UP_GRACE)
    }
    await this.#ended
  }

  #isOpen(): boolean {
    return !this.#over && this.#launched.reader.isOpen
  }

  #flush(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      // The read side knows first when the terminal is gone; after that its number may be somebody else's.
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

/** Signals a process or, by its negative number, a group. False when there is none, which is often what was wanted. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
