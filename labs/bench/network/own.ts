import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, closeSync, constants, openSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { ReadStream } from 'node:tty'
import * as nodePty from 'node-pty'
import type { Size } from '../../events.ts'
import type { Faults } from '../../faults.ts'
import { ReportLine } from '../../instruments/line.ts'
import type { Observed, UpTo } from '../../instruments/observer.ts'
import type { WatchCommand } from '../../instruments/watching.ts'
import { CAPABILITIES, type Language, type Program } from '../../lab.ts'
import type { Network } from '../../network.ts'
import { endRest } from '../leftovers.ts'
import { letThrough } from './gate.ts'
import type { Channel, Ended, Launched, LiveNetwork, Order, Placed } from './network.ts'
import type { Policy } from './policy.ts'
import { TerminalReader } from './reader.ts'
import { Watching } from './watching.ts'
import type { WireCommand } from './wire.ts'

/** What the holder answers. */
type Answer =
  | { ready: true }
  /** The program that watches has ended, or was never there; why, where it did not say so itself. */
  | { blind: string }
  | { run: number; pid: number }
  | { run: number; refused: string }
  | { channel: number; refused: string | null }
  | { placed: number; refused: string | null }
  | ({ run: number } & Ended)

interface Waiting {
  launched(pid: number): void
  refused(error: Error): void
  ended(how: Ended): void
}

/** What only the system's own terminals give: a pair of descriptors, and the path of the second. */
interface Pty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string }
  resize(descriptor: number, columns: number, rows: number, width: number, height: number): void
}

const { native: pty } = nodePty as unknown as { native: Pty }

/** Where programs find their files, in every bench the same: the compile cache goes by the path. */
const WORKSPACE = '/lab'

/** Where the tracers of programs find their channels; the holder makes the folder. */
const CHANNELS = '/.calls'

const UNSHARE = ['--map-root-user', '--net', '--mount', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc']

/**
 * A network of the bench's own, and a process tree of its own: a holder (`holder.py`) as process 1 of fresh namespaces,
 * which lives as long as the pipe to it. When this server ends, however it ends, the kernel ends everything inside.
 */
export class OwnNetwork implements LiveNetwork {
  readonly rung = 'own'
  readonly gone: Promise<string>
  readonly #folder: string
  readonly #policy: Policy
  readonly #unshare: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #channels = new Map<number, (refused: string | null) => void>()
  /** Files that are being placed, by a number of their own. */
  readonly #placed = new Map<number, (refused: string | null) => void>()
  /** The texts that readers have edited, by the file in whose place they stand. */
  readonly #edited = new Map<string, string>()
  readonly #ready = Promise.withResolvers<void>()
  #holder = 0
  #wire: ReportLine<WireCommand> | null = null
  readonly #watch: ReportLine<WatchCommand>
  #watching: Watching | null = null
  /** Why the program that watches is not there; null while it is. */
  #whyBlind: string | null = null
  #wires: Network['wires'] = []
  #closing = false
  #said = ''

  /**
   * Makes the namespaces; they have no network yet.
   * @param folder the course's folder
   * @param python a Python 3 by its real path
   */
  constructor(folder: string, python: string, policy: Policy) {
    this.#folder = folder
    this.#policy = policy
    const command = ['unshare', ...UNSHARE, python, '-I', '-S', join(import.meta.dirname, 'holder.py')] as const
    const [file = '', ...args] = [...policy.become, ...command]
    this.#unshare = spawn(file, args, { stdio: Array(7).fill('pipe'), cwd: '/' })
    this.#watch = this.#line(5)
    this.gone = new Promise((resolve) => {
      const end = (reason: string) => {
        const error = new Error(reason)
        this.#ready.reject(error)
        for (const { refused, ended } of this.#waiting.values()) {
          refused(error)
          ended({ code: 0, signal: 9 })
        }
        this.#waiting.clear()
        for (const opened of this.#channels.values()) opened(reason)
        this.#channels.clear()
        for (const placed of this.#placed.values()) placed(reason)
        this.#placed.clear()
        this.#watching?.close()
        if (!this.#closing) resolve(reason)
      }
      this.#unshare.once('error', (error) => end(error.message))
      this.#unshare.once('exit', (code, signal) => end(this.#said.trim() || `the holder ended (${signal ?? code})`))
    })
    this.#ready.promise.catch(() => {})
    this.#unshare.stderr?.on('data', (data) => {
      this.#said = (this.#said + data).slice(-2000)
    })
    for (const stream of this.#unshare.stdio) stream?.on('error', () => {})
    createInterface({ input: this.#unshare.stdout as NodeJS.ReadableStream }).on('line', (line) =>
      this.#hear(JSON.parse(line)),
    )
    const { uid, gid } = policy.user
    this.#tell({ keep: policy.keep, modules: policy.modules, uid, gid })
  }

  /** Makes the hosts and wires. @throws {Error} with what the system said, when they cannot be had. */
  async build(network: Network): Promise<void> {
    if (network.wires.length > 0) this.#wire = this.#line(3)
    this.#wires = network.wires
    this.#tell({ network })
    await this.#ready.promise
    await this.#wire?.ready
    // Nobody looks at frames yet.
    await this.#wire?.command({ do: 'keep', bytes: null })
    this.#holder = childrenOf(this.#unshare.pid ?? 0)[0] ?? 0
  }

  async place(program: Program, language: Language, source?: string | null): Promise<Placed> {
    const file = `${program.name}.${language}`
    const given = source === undefined ? (this.#edited.get(file) ?? null) : source
    if (given === null) this.#edited.delete(file)
    else this.#edited.set(file, given)
    const text = given ?? (await readFile(join(this.#folder, 'labs', 'catalog', program.files[language]), 'utf8'))
    const { promise, resolve } = Promise.withResolvers<string | null>()
    const number = this.#placed.size === 0 ? 1 : Math.max(...this.#placed.keys()) + 1
    this.#placed.set(number, resolve)
    this.#tell({ place: number, file, text })
    const refused = await promise
    if (refused !== null) throw new Error(refused)
    return { folder: WORKSPACE, file }
  }

  async openChannel(run: number): Promise<Channel> {
    const { promise, resolve } = Promise.withResolvers<string | null>()
    this.#channels.set(run, resolve)
    this.#tell({ channel: run })
    const refused = await promise
    if (refused !== null) throw new Error(refused)
    const path = `${CHANNELS}/${run}`
    const flags = constants.O_RDWR | constants.O_NONBLOCK
    const outside = `/proc/${this.#holder}/root${path}`
    return {
      path,
      descriptor: openSync(outside, flags),
      hold: (on) => this.#tell({ hold: run, on }),
      release: (calls) => letThrough(`${outside}.go`, calls),
      remove: () => this.#tell({ forget: run }),
    }
  }

  async launch(order: Order): Promise<Launched> {
    const { run, argv, folder, host, env, columns, rows } = order
    await this.#watching?.ready
    const { master, slave, pty: terminal } = pty.open(columns, rows)
    const { uid, gid } = this.#policy.user
    if (process.getuid?.() !== uid) chownSync(terminal, uid, gid)
    const stream = new ReadStream(master)
    // A terminal nobody has open any more ends its reader with EIO; that is its end of file.
    stream.on('error', () => stream.destroy())
    const { promise: launched, resolve, reject } = Promise.withResolvers<number>()
    const { promise: exited, resolve: exit } = Promise.withResolvers<Ended>()
    this.#waiting.set(run, { launched: resolve, refused: reject, ended: exit })
    const { limits: usual } = this.#policy
    const limits = order.descriptors === undefined ? usual : { ...usual, nofile: order.descriptors }
    const capability = order.capability && CAPABILITIES[order.capability]
    this.#tell({ run, terminal, argv, env, folder, host, capability, limits })
    try {
      const pid = outsidePid(this.#holder, await launched)
      const reader = new TerminalReader(stream)
      const ended = exited.then(async (how) => {
        // Only now: were it closed earlier, a terminal the program had not opened yet would seem to be at its end.
        closeSync(slave)
        endRest(pid, env)
        await reader.readLastWords()
        return how
      })
      const resize = (size: Size) => pty.resize(master, size.columns, size.rows, 0, 0)
      return { pid, reader, descriptor: master, resize, ended }
    } catch (error) {
      closeSync(slave)
      stream.destroy()
      throw error
    }
  }

  async setFaults(wire: number, from: string | null, faults: Faults): Promise<void> {
    await this.#wire?.command({ do: 'faults', wire, from, faults })
  }

  async setSeed(seed: number): Promise<void> {
    await this.#wire?.command({ do: 'seed', seed })
  }

  observe(observed: Observed): void {
    this.#watching = new Watching(this.#watch, this.#wire, observed, this.#wires)
    if (this.#whyBlind !== null) this.#watching.ended(this.#whyBlind)
  }

  renew(): void {
    this.#watching?.renew()
  }

  nudge(): void {
    this.#watching?.nudge()
  }

  async ask(): Promise<UpTo> {
    return (await this.#watching?.ask()) ?? {}
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#watching?.close()
    if (this.#unshare.exitCode !== null || this.#unshare.signalCode !== null) return
    const ended = new Promise((resolve) => this.#unshare.once('exit', resolve))
    this.#unshare.stdin?.end()
    await ended
  }

  #hear(answer: Answer): void {
    if ('ready' in answer) {
      this.#ready.resolve()
      return
    }
    if ('blind' in answer) {
      const lastLine = this.#said.trim().split('\n').at(-1)
      this.#whyBlind = answer.blind || lastLine || 'The program that watches has ended.'
      this.#watch.end()
      this.#watching?.ended(this.#whyBlind)
      return
    }
    if ('channel' in answer) {
      this.#channels.get(answer.channel)?.(answer.refused)
      this.#channels.delete(answer.channel)
      return
    }
    if ('placed' in answer) {
      this.#placed.get(answer.placed)?.(answer.refused)
      this.#placed.delete(answer.placed)
      return
    }
    const waiting = this.#waiting.get(answer.run)
    if ('pid' in answer) waiting?.launched(answer.pid)
    else {
      this.#waiting.delete(answer.run)
      if ('refused' in answer) waiting?.refused(new Error(answer.refused))
      else waiting?.ended(answer)
    }
  }

  /** To the program that has this descriptor for its commands, and the next one for its reports. */
  #line<Command extends object>(commands: number): ReportLine<Command> {
    const streams = this.#unshare.stdio as readonly unknown[]
    return new ReportLine(streams[commands] as Writable, streams[commands + 1] as Readable)
  }

  #tell(command: object): void {
    this.#unshare.stdin?.write(`${JSON.stringify(command)}\n`)
  }
}

/** The process that the holder knows as `inner`, by the id it has on this machine. */
function outsidePid(holder: number, inner: number): number {
  const found = childrenOf(holder).find((pid) => {
    const status = readOrNothing(`/proc/${pid}/status`)
    return Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1]) === inner
  })
  // It may have ended already; no process has this id, so nothing is signalled or read by it.
  return found ?? 2 ** 22 + 1
}

function childrenOf(pid: number): number[] {
  return readOrNothing(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

/** A process may end between any two looks. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
