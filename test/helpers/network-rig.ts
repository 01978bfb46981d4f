import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { WireCommand } from '../../labs/bench/network/wire.ts'
import { encodeCommand, type Report, ReportReader } from '../../labs/instruments/reports.ts'
import { type NetworkDefinition, readNetwork } from '../../labs/network.ts'

const UNSHARE = '--map-root-user --net --mount --pid --fork --kill-child --mount-proc'.split(' ')
const RIG = join(import.meta.dirname, 'network-rig.py')
const PROGRAMS = join(import.meta.dirname, '..', 'fixtures', 'network', 'ends.py')

/** Somebody who builds networks: a user of this machine, and a Python that this user can read. */
export interface Builder {
  readonly name: string
  readonly ids: { uid?: number; gid?: number }
  readonly python: string
  /** Why this user cannot build networks here; null when they can. */
  readonly hindrance: string | null
}

/** Who can be tried here: this user, and for root an ordinary one as well. */
export function findBuilders(python: string | undefined): Builder[] {
  const builders = [tryBuilder('this user', {}, python)]
  if (process.getuid?.() === 0) builders.push(tryBuilder('an ordinary user', { uid: 65534, gid: 65534 }, python))
  return builders
}

function tryBuilder(name: string, ids: Builder['ids'], python: string | undefined): Builder {
  let hindrance = 'there is no Python 3'
  for (const path of new Set([python, '/usr/bin/python3'])) {
    if (path === undefined) continue
    const { status, stderr, error } = spawnSync(
      'unshare',
      [...UNSHARE, path, '-I', '-S', '-c', `open(${JSON.stringify(RIG)})`],
      {
        ...ids,
        encoding: 'utf8',
        cwd: '/',
      },
    )
    if (status === 0) return { name, ids, python: path, hindrance: null }
    hindrance = error?.message ?? stderr.trim().split('\n').at(-1) ?? `unshare ended with ${status}`
  }
  return { name, ids, python: python ?? '', hindrance }
}

/** A program in a host: what it has said so far, line by line, and its end. */
export class Running {
  readonly lines: string[] = []
  code: number | null = null
  #text = ''
  readonly #look: () => void

  constructor(look: () => void) {
    this.#look = look
  }

  hear(said: string): void {
    const lines = (this.#text + said).split('\n')
    this.#text = lines.pop() ?? ''
    this.lines.push(...lines)
    this.#look()
  }

  end(code: number): void {
    this.code = code
    this.#look()
  }
}

/** A network of its own for a test. */
export class Rig {
  readonly reports: Report[] = []
  /** What the builder said: the hosts' names, the sysctls this kernel lacks, how long it took (ms), what covers /sys. */
  readonly built: { built: string[]; missing: string[]; took: number; covered: string }
  /** How the wire ended. */
  wireEnded: number | null = null
  readonly #child: ChildProcess
  readonly #running = new Map<number, Running>()
  #count = 0
  #waiting: { holds: () => boolean; resolve: () => void }[] = []

  private constructor(child: ChildProcess, built: Rig['built'], lines: NodeJS.EventEmitter) {
    this.#child = child
    this.built = built
    const reader = new ReportReader()
    this.reportStream.on('data', (piece: Buffer) => {
      this.reports.push(...reader.push(piece))
      this.#look()
    })
    lines.on('line', (line: string) => {
      const { id, said, code, wire } = JSON.parse(line)
      if (wire !== undefined) this.wireEnded = wire
      if (said !== undefined) this.#running.get(id)?.hear(said)
      if (code !== undefined) this.#running.get(id)?.end(code)
      this.#look()
    })
  }

  /** Builds a network and, where there are wires, waits until they are open. */
  static async open(builder: Builder, definition?: NetworkDefinition): Promise<Rig> {
    const network = readNetwork(definition, (what) => {
      throw new Error(what)
    })
    const rig = [builder.python, '-I', '-S', '-B', RIG, JSON.stringify(network), PROGRAMS]
    const child = spawn('unshare', [...UNSHARE, ...rig], {
      ...builder.ids,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit', 'pipe', 'pipe'],
    })
    const lines = createInterface(child.stdout as Readable)
    const [first] = await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`The network was not built (${code}).`))),
    ])
    const opened = new Rig(child, JSON.parse(first), lines)
    if (network.wires.length > 0) await opened.until(() => opened.reports.some(({ kind }) => kind === 'ready'))
    return opened
  }

  get reportStream(): Readable {
    return this.#child.stdio[4] as Readable
  }

  /** The frames told so far, in the order they were told. */
  get frames(): Extract<Report, { kind: 'frame' }>[] {
    return this.reports.filter((report) => report.kind === 'frame')
  }

  /** Starts a program of `test/fixtures/network/ends.py` in a host. */
  start(host: string, ...words: (string | number)[]): Running {
    this.#count += 1
    const running = new Running(() => this.#look())
    this.#running.set(this.#count, running)
    const command = { id: this.#count, host, arguments: words.map(String) }
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`)
    return running
  }

  /** Starts a program and resolves when it has said `ready`. */
  async ready(host: string, ...words: (string | number)[]): Promise<Running> {
    const running = this.start(host, ...words)
    await this.until(() => running.lines.includes('ready') || running.code !== null)
    if (running.code !== null) throw new Error(`${words[0]}: ${running.lines.join('\n')}`)
    return running
  }

  /** Runs a program to its end and returns the lines it said. A program that fails is an error. */
  async run(host: string, ...words: (string | number)[]): Promise<string[]> {
    return this.ended(this.start(host, ...words))
  }

  async ended(running: Running, seconds = 60): Promise<string[]> {
    await this.until(() => running.code !== null, seconds)
    if (running.code !== 0) throw new Error(running.lines.join('\n'))
    return running.lines
  }

  /** Says something to the wire and resolves with its answer. */
  async command(command: WireCommand): Promise<Extract<Report, { kind: 'answer' }>> {
    this.#count += 1
    const id = this.#count
    this.commandStream.write(encodeCommand(id, command))
    const find = () => this.reports.find((report) => report.kind === 'answer' && report.id === id)
    await this.until(() => find() !== undefined)
    return find() as Extract<Report, { kind: 'answer' }>
  }

  get commandStream(): Writable {
    return this.#child.stdio[3] as Writable
  }

  until(holds: () => boolean, seconds = 30): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`Waited ${seconds} s for ${holds}`)), seconds * 1000)
      const resolved = () => {
        clearTimeout(late)
        resolve()
      }
      this.#waiting.push({ holds, resolve: resolved })
    })
  }

  async close(): Promise<void> {
    const gone = this.#child.exitCode !== null || once(this.#child, 'exit')
    this.#child.stdin?.end()
    await gone
    this.reportStream.destroy()
    this.commandStream.destroy()
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ holds, resolve }) => {
      if (!holds()) return true
      resolve()
      return false
    })
  }
}
