import type { Readable, Writable } from 'node:stream'
import { encodeCommand, type Report, ReportReader } from './reports.ts'

/** How much of each frame is told, and of how many, counted anew from now on; null: of all there are. */
export interface KeepCommand {
  readonly do: 'keep'
  readonly bytes: number | null
  readonly perSecond?: number | null
  readonly inAll?: number | null
}

interface Answered {
  resolve(upTo: number): void
  reject(error: Error): void
}

/** The line to a program that observes a bench: commands go out and are answered, reports come in. */
export class ReportLine<Command extends object> {
  /** Resolves when the program does what it is for. */
  readonly ready: Promise<void>
  readonly #commands: Writable
  readonly #reader = new ReportReader()
  readonly #waiting = new Map<number, Answered>()
  #listener: (reports: readonly Report[]) => void = () => {}
  readonly #fail: (error: Error) => void
  #last = 0
  #over = false

  constructor(commands: Writable, reports: Readable) {
    this.#commands = commands
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.ready = promise
    reports.on('data', (piece: Buffer) => {
      const heard = this.#reader.push(piece)
      if (heard.some(({ kind }) => kind === 'ready')) resolve()
      this.#listener(heard)
      // Whoever asked is answered when everything before has been taken.
      for (const report of heard) if (report.kind === 'answer') this.#answered(report)
    })
    this.ready.catch(() => {})
    this.#fail = reject
    reports.once('close', () => this.end())
  }

  /** The program at the other end has ended: whoever waits for an answer gets none. */
  end(): void {
    if (this.#over) return
    this.#over = true
    const error = new Error('The program at the other end of the line has ended.')
    this.#fail(error)
    for (const answered of this.#waiting.values()) answered.reject(error)
    this.#waiting.clear()
  }

  /**
   * From now on, reports are handed to this listener, as many at once as have come together.
   * @param zero the time on CLOCK_MONOTONIC, in ns, from which their times are counted
   */
  listen(zero: bigint, listener: (reports: readonly Report[]) => void): void {
    this.#reader.zero = zero
    this.#listener = listener
  }

  /**
   * Resolves when the command is carried out, with the time before which everything has been told.
   * @throws {Error} with the program's reason when it is not.
   */
  command(command: Command): Promise<number> {
    if (this.#over) return Promise.reject(new Error('The program at the other end of the line has ended.'))
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#commands.write(encodeCommand(id, command))
    })
  }

  #answered({ id, upTo, trouble }: Extract<Report, { kind: 'answer' }>): void {
    const answered = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (trouble === null) answered?.resolve(upTo)
    else answered?.reject(new Error(trouble))
  }
}
