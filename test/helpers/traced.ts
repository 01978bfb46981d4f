import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { programEnvironment } from '../../labs/bench/environment.ts'
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { PlainNetwork } from '../../labs/bench/network/plain.ts'
import { homePolicy } from '../../labs/bench/network/policy.ts'
import type { Observation } from '../../labs/events.ts'
import { CallReader } from '../../labs/instruments/calls.ts'
import { tracerEnvironment } from '../../labs/instruments/tracers.ts'
import { COURSE } from './course.ts'

/** Where the small programs of these tests are. */
export const CALLS = join(COURSE, 'test', 'fixtures', 'calls')

export type Told<Kind extends Observation['kind'] = Observation['kind']> = Extract<Observation, { kind: Kind }> & {
  readonly t: number
}

/** What a program did, and what was told of it. */
export interface Ran {
  readonly out: string
  readonly err: string
  readonly code: number | null
  readonly signal: string | null
  readonly told: readonly Told[]
}

const policy = { ...homePolicy(COURSE), become: [] }
const network = new PlainNetwork(COURSE, policy)
const interpreters = await findInterpreters()
let runs = 0

interface How {
  readonly traced: boolean
  readonly args?: readonly string[]
  /** Called as soon as it runs. `read` begins to read what is told, which is otherwise read from the start. */
  readonly meddle?: (child: ChildProcess, read: () => void) => unknown
  readonly late?: boolean
}

/** Runs a program of `test/fixtures/calls` as this user, without a bench or a terminal, traced or not. */
export async function runProgram(file: string, { traced, args = [], meddle, late = false }: How): Promise<Ran> {
  const language = file.endsWith('.py') ? 'py' : 'ts'
  const interpreter = interpreters[language]
  if (interpreter === null) throw new Error(`There is nothing that runs ${file}.`)
  runs += 1
  const bare = programEnvironment(`test.${runs}.`, policy)
  const channel = await network.openChannel(runs)
  const told: Told[] = []
  const tell = (observation: Observation, t: number) => told.push({ ...observation, t })
  const of = { program: file, run: runs, benchTime: (t: number) => t, tell }
  let reader: CallReader | null = null
  const read = () => {
    reader ??= new CallReader(channel.descriptor, of)
    return reader
  }
  if (!late) read()
  const env = traced ? { ...bare, ...tracerEnvironment(language, channel.path, bare) } : bare
  const child = spawn(interpreter.path, [file, ...args], { cwd: CALLS, env, stdio: 'pipe' })
  const said = { out: '', err: '' }
  child.stdout.on('data', (data) => {
    said.out += data
  })
  child.stderr.on('data', (data) => {
    said.err += data
  })
  await meddle?.(child, read)
  const [code, signal] = await once(child, 'close')
  const last = read()
  last.drain()
  if (traced && !last.works && !told.some(({ kind }) => kind === 'blind')) throw new Error(`${file} was not traced.`)
  last.close()
  channel.remove()
  return { ...said, code, signal, told }
}

/** Removes what the runs have left. */
export function closeChannels(): Promise<void> {
  return network.close()
}

/** What was told of one kind. */
export function kindOf<Kind extends Observation['kind']>(told: readonly Told[], kind: Kind): Told<Kind>[] {
  return told.filter((one): one is Told<Kind> => one.kind === kind)
}

/** Resolves when a process is inside this system call, by its number. */
export async function untilIn(child: ChildProcess, number: number): Promise<void> {
  for (;;) {
    if (readFileSync(`/proc/${child.pid}/syscall`, 'latin1').startsWith(`${number} `)) return
    await nextTurn()
  }
}
