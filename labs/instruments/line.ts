import type { Readable, Writable } from 'node:stream'
import { encodeCommand, type Report, ReportReader, type WireCommand } from './wire.ts'

interface Answered {
  resolve(): void
  reject(error: Error): void
}

/** The line to a bench's wire program: commands go out and are answered, reports come in. */
export class WireLine {
  /** Resolves when all wires are open: a frame sent earlier would be lost. */
  readonly ready: Promise<void>
  readonly #commands: Writable
  readonly #waiting = new Map<number, Answered>()
  #last = 0

  constructor(commands: Writable, reports: Readable) {
    this.#commands = commands
    const reader = new ReportReader()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.ready = promise
    this.ready.catch(() => {})
    reports.on('data', (piece: Buffer) => {
      for (const report of reader.push(piece)) this.#hear(report, resolve)
    })
    reports.once('close', () => {
      const error = new Error('The wire program has ended.')
      reject(error)
      for (const answered of this.#waiting.values()) answered.reject(error)
      this.#waiting.clear()
    })
  }

  /** Resolves when the command is carried out. @throws {Error} with the wire program's reason when it is not. */
  command(command: WireCommand): Promise<void> {
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#commands.write(encodeCommand(id, command))
    })
  }

  #hear(report: Report, ready: () => void): void {
    if (report.kind === 'ready') ready()
    if (report.kind !== 'answer') return
    const answered = this.#waiting.get(report.id)
    this.#waiting.delete(report.id)
    if (report.trouble === null) answered?.resolve()
    else answered?.reject(new Error(report.trouble))
  }
}
