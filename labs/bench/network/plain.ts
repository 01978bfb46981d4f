import { access } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ReadStream } from 'node:tty'
import { spawn } from 'node-pty'
import type { Language, Program } from '../../lab.ts'
import { readLastWords } from './last-words.ts'
import type { Launched, LiveNetwork, Order, Placed } from './network.ts'
import type { Policy } from './policy.ts'

/** The plain machine: programs run where they lie, on its own loopback address. */
export class PlainNetwork implements LiveNetwork {
  readonly rung = 'plain'
  readonly gone = new Promise<string>(() => {})
  readonly #folder: string
  readonly #policy: Policy

  /** @param folder the course's folder */
  constructor(folder: string, policy: Policy) {
    this.#folder = folder
    this.#policy = policy
  }

  async place(program: Program, language: Language): Promise<Placed> {
    const file = join(this.#folder, 'labs', 'catalog', program.files[language])
    await access(file)
    return { folder: dirname(file), file: basename(file) }
  }

  async launch({ argv: [file, ...args], folder, env, columns, rows }: Order): Promise<Launched> {
    const pty = spawn(file, args, {
      name: env.TERM ?? 'xterm-256color',
      cols: columns,
      rows,
      cwd: folder,
      env: { ...env },
      encoding: null,
      ...(this.#policy.become.length > 0 && this.#policy.user),
    })
    const { _socket: stream, fd } = pty as unknown as { _socket: ReadStream; fd: number }
    // node-pty destroys the stream without an error only by its timer, 200 ms after the program itself has ended.
    const destroy = stream.destroy.bind(stream)
    stream.destroy = (error?: Error) => {
      if (error) return destroy(error)
      void readLastWords(stream, pty.pid).then(() => destroy())
      return stream
    }
    return {
      pid: pty.pid,
      stream,
      descriptor: fd,
      resize: (size) => pty.resize(size.columns, size.rows),
      ended: new Promise((resolve) => {
        pty.onExit(({ exitCode, signal = 0 }) => resolve({ code: signal ? 0 : exitCode, signal }))
      }),
    }
  }

  // The plain machine has no wire that could do anything to a frame.
  async setFaults(): Promise<void> {}
  async setSeed(): Promise<void> {}

  async close(): Promise<void> {}
}
