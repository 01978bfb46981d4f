import { readSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Observation, ProgramSocket } from '../events.ts'
import { readTold } from './told.ts'

/** Who a tracer speaks of, and who is told. */
export interface CallsOf {
  readonly program: string
  readonly run: number
  /** What the machine's monotonic clock, in ns, is on the bench's. */
  readonly benchTime: (monotonic: number) => number
  /** `t` is when it happened, by the bench's clock. */
  readonly tell: (observation: Observation, t: number) => void
  /** A call that was held goes on without having been let through: the program was interrupted. */
  readonly went?: () => void
}

/** No line of a tracer is longer: so it is written at once and whole (PIPE_BUF of Linux). */
const LONGEST_LINE = 4096

/** So many bytes are read at once, and then so many in each ms: whoever floods the channel waits, not the server. */
const SHARE = { atOnce: 4 * 1024 ** 2, perMs: 1024 } as const

const NEWLINE = 10

/**
 * Reads what the tracer of one run writes into its channel. The descriptor is open for reading and writing, so that the
 * channel has no end before it is closed here; it belongs to this from now on.
 */
export class CallReader {
  readonly #descriptor: number
  readonly #of: CallsOf
  readonly #socket: Socket
  readonly #sockets = new Map<number, ProgramSocket>()
  #rest = Buffer.alloc(0)
  #share = { left: SHARE.atOnce as number, at: performance.now() }
  #resume: NodeJS.Timeout | undefined
  /** What the tracer has said of itself: nothing yet, that it works, or why it does not. */
  #tracer: 'silent' | 'works' | 'blind' = 'silent'

  constructor(descriptor: number, of: CallsOf) {
    this.#descriptor = descriptor
    this.#of = of
    this.#socket = new Socket({ fd: descriptor, readable: true, writable: false })
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.on('data', (bytes: Buffer) => this.#take(bytes))
  }

  /** Whether the tracer has said that it works. */
  get works(): boolean {
    return this.#tracer === 'works'
  }

  /** Whether the tracer has said anything of itself. */
  get isSilent(): boolean {
    return this.#tracer === 'silent'
  }

  /** Tells everything that has been written up to now. */
  drain(): void {
    const buffer = Buffer.alloc(64 * 1024)
    // A process that goes on writing is not followed for ever.
    for (let turns = 0; turns < 64 && !this.#socket.destroyed; turns += 1) {
      const length = readNow(this.#descriptor, buffer)
      if (length === 0) return
      this.#read(buffer.subarray(0, length))
    }
  }

  close(): void {
    clearTimeout(this.#resume)
    this.#socket.destroy()
  }

  #take(bytes: Buffer): void {
    this.#read(bytes)
    const share = this.#share
    const now = performance.now()
    share.left = Math.min(SHARE.atOnce, share.left + (now - share.at) * SHARE.perMs) - bytes.length
    share.at = now
    if (share.left >= 0) return
    this.#socket.pause()
    this.#resume = setTimeout(() => this.#socket.resume(), -share.left / SHARE.perMs)
  }

  #read(bytes: Buffer): void {
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([this.#rest, bytes.subarray(from, end)])
      this.#rest = Buffer.alloc(0)
      from = end + 1
      this.#hear(line.toString())
    }
    const rest = Buffer.concat([this.#rest, bytes.subarray(from)])
    this.#rest = rest.length > LONGEST_LINE ? Buffer.alloc(0) : rest
  }

  #hear(line: string): void {
    const { program, run, benchTime, tell, went } = this.#of
    const told = readTold(line, { program, run, benchTime, sockets: this.#sockets })
    if (told === null) return
    if ('works' in told) this.#tracer = 'works'
    else if ('went' in told) went?.()
    else {
      if (told.observation.kind === 'blind') this.#tracer = 'blind'
      tell(told.observation, told.t ?? benchTime(Number(process.hrtime.bigint())))
    }
  }
}

/** What there is to be read, without waiting; 0 when there is nothing. */
function readNow(descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer)
  } catch {
    // EAGAIN: everything has been read.
    return 0
  }
}
