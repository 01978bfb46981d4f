import { access, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ReadStream } from 'node:tty'
import { spawn } from 'node-pty'
import type { Observed, UpTo } from '../../instruments/observer.ts'
import { ProcessSockets } from '../../instruments/process-sockets.ts'
import { socketsAreTold } from '../../instruments/sockets.ts'
import type { Language, Program } from '../../lab.ts'
import { withoutGaps } from '../descriptors.ts'
import { endRest } from '../leftovers.ts'
import type { Channel, Launched, LiveNetwork, Machine, Order, Placed } from './network.ts'
import { PlainChannels } from './plain-channels.ts'
import { PlainWorkspace } from './plain-workspace.ts'
import type { Policy } from './policy.ts'
import { TerminalReader } from './reader.ts'

/**
 * The plain machine: programs run where they lie, on its own loopback address, in terminals of node-pty with its faults
 * closed.
 *
 * - It closes a terminal 200 ms after the program has ended, read to the end or not. Here its `destroy` is held back
 *   until the last words have been read.
 * - Its programs inherit descriptors that lie beyond a gap. Here there is none (see `withoutGaps`).
 * - Only what it decodes itself is UTF-8 for the terminal too, whose line editor then erases whole characters. Here the
 *   terminal is told so and the bytes stay bytes.
 */
export class PlainNetwork implements LiveNetwork, Machine {
  readonly rung = 'plain'
  readonly gone = new Promise<string>(() => {})
  readonly #folder: string
  readonly #policy: Policy
  #sockets: ProcessSockets | null = null
  #channels: PlainChannels | null = null
  #workspace: PlainWorkspace | null = null
  /** The texts that readers have edited, by the file in whose place they stand. */
  readonly #edited = new Map<string, string>()

  /** @param folder the course's folder */
  constructor(folder: string, policy: Policy) {
    this.#folder = folder
    this.#policy = policy
  }

  /** The files of a bench lie in the catalog, until the first is edited: from then on in a folder of the bench's own. */
  async place(program: Program, language: Language, source?: string | null): Promise<Placed> {
    const shipped = join(this.#folder, 'labs', 'catalog', program.files[language])
    const file = `${program.name}.${language}`
    const given = source === undefined ? (this.#edited.get(file) ?? null) : source
    if (given === null) this.#edited.delete(file)
    else this.#edited.set(file, given)
    if (given === null && this.#workspace === null) {
      await access(shipped)
      return { folder: dirname(shipped), file: basename(shipped) }
    }
    const text = given ?? (await readFile(shipped, 'utf8'))
    this.#workspace ??= new PlainWorkspace(this.#policy)
    return { folder: await this.#workspace.write(file, text), file }
  }

  async openChannel(run: number): Promise<Channel> {
    this.#channels ??= new PlainChannels(this.#policy)
    return this.#channels.open(run)
  }

  async launch(order: Omit<Order, 'host' | 'capability'>): Promise<Launched> {
    const { run, folder, env, columns, rows } = order
    const [file, ...args] = limited(order.argv, order.descriptors)
    const pty = withoutGaps(() =>
      spawn(file, args, {
        name: env.TERM ?? 'xterm-256color',
        cols: columns,
        rows,
        cwd: folder,
        env: { ...env },
        encoding: 'utf8',
        ...(this.#policy.become.length > 0 && this.#policy.user),
      }),
    )
    const { _socket: stream, fd } = pty as unknown as { _socket: ReadStream; fd: number }
    undoEncoding(stream)
    const destroy = stream.destroy.bind(stream)
    const reader = new TerminalReader(stream, () => destroy())
    // node-pty destroys the stream without an error only by its timer, after the program itself has ended.
    stream.destroy = (error?: Error) => {
      if (error) return destroy(error)
      endRest(pty.pid, env)
      void reader.readLastWords()
      return stream
    }
    this.#sockets?.started(run, pty.pid)
    return {
      pid: pty.pid,
      reader,
      descriptor: fd,
      resize: (size) => pty.resize(size.columns, size.rows),
      ended: new Promise((resolve) => {
        pty.onExit(({ exitCode, signal = 0 }) => {
          endRest(pty.pid, env)
          this.#sockets?.ended(run)
          resolve({ code: signal ? 0 : exitCode, signal })
        })
      }),
    }
  }

  // The plain machine has no wire that could do anything to a frame.
  async setFaults(): Promise<void> {}
  async setSeed(): Promise<void> {}

  observe(observed: Observed): void {
    const { observer } = observed
    observer.tell({ kind: 'blind', instrument: 'packets', detail: 'The machine’s own loopback is not looked at.' })
    if (socketsAreTold()) this.#sockets = new ProcessSockets('here', observed)
    else observer.tell({ kind: 'blind', instrument: 'sockets', detail: `${process.platform} has no /proc/net.` })
  }

  renew(): void {}

  nudge(): void {
    this.#sockets?.stir()
  }

  async ask(): Promise<UpTo> {
    return this.#sockets ? { sockets: this.#sockets.ask() } : {}
  }

  async close(): Promise<void> {
    this.#sockets?.close()
    await this.#channels?.close()
    await this.#workspace?.close()
  }
}

/** A command that first gives itself a limit of descriptors, where it is to have one; it stays the same process. */
function limited(argv: Order['argv'], descriptors: number | undefined): Order['argv'] {
  return descriptors === undefined
    ? argv
    : ['/bin/sh', '-c', 'ulimit -n "$0" && exec "$@"', String(descriptors), ...argv]
}

/** node-pty has asked for text, so that the terminal is one for UTF-8; from here on its stream gives bytes again. */
function undoEncoding(stream: ReadStream): void {
  Object.assign((stream as unknown as { _readableState: object })._readableState, { decoder: null, encoding: null })
}
