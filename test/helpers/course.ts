import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LabDefinition } from '../../labs/lab.ts'
import type { Limits } from '../../labs/limits.ts'
import type { Rung } from '../../labs/protocol.ts'
import { CourseServer } from '../../labs/server/server.ts'
import { testParts } from './parts.ts'
import { knowKey } from './readers.ts'

/** The course's own folder. */
export const COURSE = join(import.meta.dirname, '..', '..')

const FIXTURES = join(COURSE, 'test', 'fixtures', 'programs')

/** A program of a test's lab: the text of its file for each language, or the name of one in `test/fixtures/programs`. */
interface TestProgram {
  ts?: string
  py?: string
  file?: string
  end?: 'waits' | 'begins'
  host?: string
}

/** A course made for tests: labs of tiny programs and a server of their own. */
export interface TestCourse {
  readonly folder: string
  readonly port: number
  /** The process id of the server: this process, unless the course stands apart. */
  readonly pid: number
  /** Adds a lab, with what else its definition says. All of its programs wait, where nothing else is said. */
  addLab(
    id: string,
    programs: Record<string, TestProgram>,
    definition?: Pick<LabDefinition, 'network' | 'frames'>,
  ): Promise<void>
  /** The bytes in use of the heap of a server that stands apart, when it has given back what it does not need. */
  heap(): Promise<number>
  close(): Promise<void>
  /** Kills a server that stands apart, as the system would that runs out of memory. */
  kill(): Promise<void>
}

/**
 * Starts a course without labs in a folder of its own.
 * `rung` is what programs run on. `catalog` takes over the real labs; `apart` gives the server a process of its own, to
 * be measured or killed; `limits` takes the place of some of those at home; `calls` false: programs are not traced.
 */
export async function startCourse({
  catalog = false,
  python = true,
  apart = false,
  rung = 'plain' as Rung,
  limits = {} as Partial<Limits>,
  calls = true,
} = {}): Promise<TestCourse> {
  const folder = await makeFolder(catalog)
  const server = apart ? await startApart(folder, rung, limits) : await startHere(folder, rung, python, limits, calls)
  return {
    folder,
    port: server.port,
    pid: server.pid,
    addLab: (id, programs, definition = {}) => addLab(join(folder, 'labs', 'catalog', id), programs, definition),
    heap: () => server.heap(),
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
    async kill() {
      await server.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function makeFolder(catalog: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'both-ends-test-'))
  // A server that was started as root runs programs as somebody who must be able to read them.
  await chmod(folder, 0o755)
  const labs = join(folder, 'labs', 'catalog')
  await mkdir(labs, { recursive: true })
  // What a definition imports.
  for (const file of await readdir(join(COURSE, 'labs'))) {
    if (file.endsWith('.ts')) await copyFile(join(COURSE, 'labs', file), join(folder, 'labs', file))
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await symlink(join(COURSE, 'node_modules'), join(folder, 'node_modules'))
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, 'dist', 'index.html'), 'a page')
  await writeFile(join(folder, 'dist', '404.html'), 'no such page')
  if (catalog) await cp(join(COURSE, 'labs', 'catalog'), labs, { recursive: true })
  return folder
}

async function addLab(folder: string, programs: Record<string, TestProgram>, more: object): Promise<void> {
  await mkdir(folder, { recursive: true })
  const list = Object.entries(programs).map(([name, { end = 'waits', host }]) => ({ name, end, host }))
  const definition = { number: '0', programs: list, ...more }
  for (const [name, { ts, py, file }] of Object.entries(programs)) {
    if (ts !== undefined) await writeFile(join(folder, `${name}.ts`), ts)
    if (py !== undefined) await writeFile(join(folder, `${name}.py`), py)
    if (file !== undefined) await copyFile(join(FIXTURES, file), join(folder, `${name}${extname(file)}`))
  }
  await writeFile(join(folder, 'lab.ts'), `export default ${JSON.stringify(definition)}`)
}

interface TestServer {
  readonly port: number
  readonly pid: number
  heap(): Promise<number>
  close(): Promise<void>
  kill(): Promise<void>
}

async function startHere(
  folder: string,
  rung: Rung,
  python: boolean,
  limits: Partial<Limits>,
  calls: boolean,
): Promise<TestServer> {
  const parts = await testParts(folder, rung, python)
  const policy = { ...parts.policy, calls }
  const server = new CourseServer({ ...parts, policy, limits: { ...parts.limits, ...limits } })
  const port = await server.listen(0)
  knowKey(port, server.key)
  return {
    port,
    pid: process.pid,
    close: () => server.close(),
    heap: () => Promise.reject(new Error('Only a server that stands apart has a heap of its own.')),
    kill: () => Promise.reject(new Error('Only a server that stands apart can be killed.')),
  }
}

async function startApart(folder: string, rung: Rung, limits: Partial<Limits>): Promise<TestServer> {
  const serve = join(COURSE, 'test', 'helpers', 'serve.ts')
  const args = ['--expose-gc', serve, folder, rung, JSON.stringify(limits)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const [line] = await once(lines, 'line')
  const [port, key] = line.split(' ')
  knowKey(Number(port), key)
  return {
    port: Number(port),
    pid: child.pid as number,
    async heap() {
      child.kill('SIGUSR2')
      return Number((await once(lines, 'line'))[0])
    },
    close: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = child.exitCode !== null || child.signalCode !== null || once(child, 'exit')
  child.kill(signal)
  await exited
}
