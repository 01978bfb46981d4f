import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import type { ReadStream } from 'node:tty'
import { type IPty, spawn } from 'node-pty'
import { MAX_WAITING_INPUT, type Size } from '../protocol.ts'
import { withoutGaps } from './descriptors.ts'
import { BENCH_MARK } from './environment.ts'
import { endGroup, endMarked } from './leftovers.ts'

/** What to run in a terminal, and who is told of it. */
export interface TerminalOptions extends Size {
  readonly file: string
  readonly args: readonly string[]
  readonly folder: string
  /** Whatever carries the same `BENCH_MARK` is ended with the program. */
  readonly env: Readonly<Record<string, string>>
  readonly onOutput: (bytes: Uint8Array) => void
  /** Called once, after the last output. One of both is null. */
  readonly onExit: (code: number | null, signal: string | null) => void
}

/** After a hang-up, a program has this long to end before it is killed, in ms. */
const HANG_UP_GRACE = 400

/** A terminal whose program has ended is read on until it is silent for so long, or for so long altogether, in ms. */
const LAST_WORDS = { silence: 200, altogether: 1000 } as const

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
 * One program in a terminal of its own: node-pty, with its faults closed.
 *
 * - node-pty writes input to a descriptor number, also when that number already belongs to somebody else. Here each
 *   write first looks whether the terminal is still open, is made at once, and nothing is kept past the end.
 * - It closes the terminal 200 ms after the program has ended, read to the end or not. Here its `destroy` is held
 *   back until the last words have been read.
 * - It signals one process. Here the whole group is signalled, and what is left after the end is killed.
 * - Its programs inherit descriptors that lie beyond a gap. Here there is none (see `withoutGaps`).
 * - Only what it decodes itself is UTF-8 for the terminal too, whose line editor then erases whole characters. Here the
 *   terminal is told so and the bytes stay bytes.
 */
export class Terminal {
  readonly pid: number
  #pty: IPty
  #stream: ReadStream
  #descriptor: number
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #retry: NodeJS.Timeout | undefined
  #kill: NodeJS.Timeout | undefined
  #ended: Promise<void>
  #over = false
  /** The program has ended and what it left in the terminal is being read. */
  #inLastWords = false
  readonly #mark: string

  /** @throws {Error} when the system refuses to start the program. */
  constructor(options: TerminalOptions) {
    const pty = withoutGaps(() =>
      spawn(options.file, [...options.args], {
        name: options.env.TERM ?? 'xterm-256color',
        cols: options.columns,
        rows: options.rows,
        cwd: options.folder,
        env: { ...options.env },
        encoding: 'utf8',
      }),
    )
    this.#pty = pty
    this.pid = pty.pid
    const { _socket: stream, fd } = pty as unknown as { _socket: ReadStream; fd: number }
    this.#stream = stream
    this.#descriptor = fd
    this.#mark = options.env[BENCH_MARK] ?? 'no mark'
    undoEncoding(stream)
    this.#holdBackDestroy()
    pty.onData((data) => options.onOutput(data as unknown as Uint8Array))
    this.#ended = new Promise((resolve) => {
      pty.onExit(({ exitCode, signal }) => {
        this.#over = true
        clearTimeout(this.#kill)
        clearTimeout(this.#retry)
        for (const { done } of this.#waiting.splice(0)) done()
        this.#endRest()
        const name = signal ? (SIGNALS.get(signal) ?? `signal ${signal}`) : null
        options.onExit(name === null ? exitCode : null, name)
        resolve()
      })
    })
  }

  /** Lets nothing more be read, so that the program is held as soon as the terminal's own buffer is full. */
  pause(): void {
    if (!this.#inLastWords) this.#pty.pause()
  }

  resume(): void {
    this.#pty.resume()
  }

  /** Tells the program its terminal has another size. Ignored once it has ended. */
  resize({ columns, rows }: Size): void {
    if (!this.#over && !this.#stream.destroyed) this.#pty.resize(columns, rows)
  }

  /**
   * Types bytes into the terminal; `done` is called when all of them are written, or dropped because the program ended.
   * @returns `full` or `ended`, and takes nothing, when too much input waits already or the program has ended.
   */
  write(bytes: Uint8Array, done: () => void): 'taken' | 'full' | 'ended' {
    if (this.#over || this.#stream.destroyed) return 'ended'
    if (this.#waitingBytes + bytes.length > MAX_WAITING_INPUT) return 'full'
    this.#waiting.push({ bytes, done, written: 0 })
    this.#waitingBytes += bytes.length
    if (this.#waiting.length === 1) this.#flush()
    return 'taken'
  }

  /** Hangs up, and kills what has not ended soon after. Resolves when the program itself has ended. */
  async stop(): Promise<void> {
    if (!this.#over && !this.#inLastWords && this.#kill === undefined) {
      // In its first moment a program has no group yet.
      if (!signal(-this.pid, 'SIGHUP')) signal(this.pid, 'SIGHUP')
      signal(-this.pid, 'SIGCONT')
      this.#kill = setTimeout(() => signal(-this.pid, 'SIGKILL'), HANG_UP_GRACE)
    }
    await this.#ended
  }

  #flush(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      // The read side knows first when the terminal is gone; after that its number may be somebody else's.
      if (this.#over || this.#stream.destroyed) return
      try {
        const written = writeSync(this.#descriptor, next.bytes, next.written)
        next.written += written
        this.#waitingBytes -= written
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          this.#retry = setTimeout(() => this.#flush(), INPUT_PAUSE)
          return
        }
        next.written = next.bytes.length
        this.#waitingBytes = this.#waiting.slice(1).reduce((sum, { bytes }) => sum + bytes.length, 0)
      }
      if (next.written < next.bytes.length) continue
      this.#waiting.shift()
      next.done()
    }
  }

  /** Ends what the program has started and left behind. */
  #endRest(): void {
    endGroup(this.pid)
    endMarked(this.#mark)
  }

  /** node-pty destroys the stream without an error only by its timer, 200 ms after the program itself has ended. */
  #holdBackDestroy(): void {
    const stream = this.#stream
    const destroy = stream.destroy.bind(stream)
    stream.destroy = (error?: Error) => {
      if (error) return destroy(error)
      if (this.#inLastWords) return stream
      this.#inLastWords = true
      this.#endRest()
      const atLatest = setTimeout(destroy, LAST_WORDS.altogether)
      let silence = setTimeout(destroy, LAST_WORDS.silence)
      stream.on('data', () => {
        clearTimeout(silence)
        silence = setTimeout(destroy, LAST_WORDS.silence)
      })
      stream.once('close', () => {
        clearTimeout(silence)
        clearTimeout(atLatest)
      })
      stream.resume()
      return stream
    }
  }
}

/** node-pty has asked for text, so that the terminal is one for UTF-8; from here on its stream gives bytes again. */
function undoEncoding(stream: ReadStream): void {
  Object.assign((stream as unknown as { _readableState: object })._readableState, { decoder: null, encoding: null })
}

/** Signals a process or, by its negative number, a group. False when there is none, which is often what was wanted. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
