import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readNetwork } from '../../network.ts'
import { type Obstacle, type ObstacleKind, RUNGS, type Rung } from '../../protocol.ts'
import { programEnvironment } from '../environment.ts'
import type { FoundInterpreters } from '../interpreters.ts'
import type { LiveNetwork } from './network.ts'
import { OwnNetwork } from './own.ts'
import { PlainNetwork } from './plain.ts'
import type { Policy } from './policy.ts'
import { firstUnreadable, neededOn } from './unreadable.ts'

/** The rung that was found, and for each better one why it was not. */
export interface Standing {
  readonly rung: Rung
  readonly obstacles: readonly Obstacle[]
}

/** What is known of the machine before anything is tried. */
export interface Ground {
  /** The course's folder. */
  readonly folder: string
  readonly interpreters: FoundInterpreters
  readonly policy: Policy
}

/** The oldest Python that the holder of a bench's network can be run by. */
const OLDEST_PYTHON = [3, 9] as const

/** How long a rung may take to be tried, in ms. */
const TRY_WITHIN = 15_000

/** Two hosts and a wire: whoever can have these can have every network of the course. */
const NETWORK = readNetwork(
  { hosts: [{ name: 'a' }, { name: 'b' }], wires: [{ ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] } }] },
  (what) => {
    throw new Error(what)
  },
)

/**
 * Finds the best rung that works here, by running a program on it.
 * @param asked the rung the reader asked for, or null; better ones are then not tried
 */
export async function findStanding(ground: Ground, asked: Rung | null): Promise<Standing> {
  const obstacles: Obstacle[] = []
  for (const rung of ['own', 'plain'] as const) {
    const isAbove = asked !== null && RUNGS.indexOf(rung) < RUNGS.indexOf(asked)
    const found = isAbove ? { kind: 'asked' as const, detail: `--network ${asked}` } : await tryRung(rung, ground)
    if (found === null) return { rung, obstacles }
    obstacles.push({ rung, ...found })
  }
  return { rung: 'none', obstacles }
}

type Found = Omit<Obstacle, 'rung'>

async function tryRung(rung: Obstacle['rung'], ground: Ground): Promise<Found | null> {
  const known = rung === 'own' ? knownObstacle(ground) : null
  if (known) return known
  try {
    await inTime(rung === 'own' ? tryOwn(ground) : tryPlain(ground))
    return null
  } catch (error) {
    const unreadable = error instanceof Unreadable ? error.message : await whatCannotBeRead(rung, ground)
    if (unreadable !== null) return { kind: 'unreadable', detail: unreadable }
    const detail = lastLine((error as Error).message)
    return { kind: rung === 'own' ? kindOf(detail) : 'failed', detail }
  }
}

/** What need not be tried. */
function knownObstacle({ interpreters }: Ground): Found | null {
  const system = SYSTEMS[process.platform]
  if (process.platform !== 'linux') return { kind: system ?? 'other-system', detail: system ? '' : process.platform }
  if (interpreters.py === null) return { kind: 'no-python', detail: '' }
  const { version } = interpreters.py
  return isOlder(version) ? { kind: 'old-python', detail: `Python ${version}` } : null
}

const SYSTEMS: Partial<Record<NodeJS.Platform, ObstacleKind>> = { win32: 'windows', darwin: 'macos' }

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor < OLDEST_PYTHON[1])
}

async function tryOwn({ folder, interpreters, policy }: Ground): Promise<void> {
  const own = new OwnNetwork(folder, interpreters.py?.path ?? 'python3', policy)
  try {
    await own.build(NETWORK)
    await runOn(own, '/lab', 'a', interpreters, policy)
  } finally {
    await own.close()
  }
}

async function tryPlain(ground: Ground): Promise<void> {
  const { folder, interpreters, policy } = ground
  const plain = new PlainNetwork(folder, policy)
  try {
    await runOn(plain, join(folder, 'labs', 'catalog'), 'here', interpreters, policy)
  } finally {
    await plain.close()
  }
  // Here programs are read by the user they run as, each where it lies.
  const unreadable = await whatCannotBeRead('plain', ground)
  if (unreadable !== null) throw new Unreadable(unreadable)
}

/** The path that could not be read. */
class Unreadable extends Error {}

/** Runs a program as a lab would: its own runtime, a package of the course's, a terminal. @throws {Error} with what it said. */
async function runOn(
  network: LiveNetwork,
  folder: string,
  host: string,
  interpreters: FoundInterpreters,
  policy: Policy,
): Promise<void> {
  const { reader, ended } = await network.launch({
    run: 1,
    argv: [interpreters.ts?.path ?? process.execPath, '-e', "require('iconv-lite')"],
    folder,
    host,
    capability: null,
    env: programEnvironment(`${process.pid}.ladder.1.`, policy),
    columns: 200,
    rows: 24,
  })
  let said = ''
  reader.onOutput((bytes) => {
    said += Buffer.from(bytes).toString()
  })
  const { code, signal } = await ended
  if (code === 0 && signal === 0) return
  throw new Error(/^.*\bError: .*$/m.exec(said)?.[0] ?? (said.trim() || `a program ended with ${signal || code}`))
}

/** What a server that gives up its rights for benches has taken from them; null when it keeps its own, or nothing. */
async function whatCannotBeRead(
  rung: Obstacle['rung'],
  { folder, interpreters, policy }: Ground,
): Promise<string | null> {
  if (policy.become.length === 0) return null
  return firstUnreadable(policy.user, neededOn(rung, folder, interpreters))
}

/** The obstacle by what the system said. */
function kindOf(said: string): ObstacleKind {
  if (/spawn (unshare|setpriv) ENOENT|failed to execute (unshare|setpriv)/.test(said)) return 'no-unshare'
  if (/`ip` of iproute2/.test(said)) return 'no-ip'
  if (!/unshare failed|Operation not permitted|Permission denied/.test(said)) return 'failed'
  return restrictsNamespaces() ? 'apparmor' : 'forbidden'
}

function restrictsNamespaces(): boolean {
  try {
    return readFileSync('/proc/sys/kernel/apparmor_restrict_unprivileged_userns', 'latin1').trim() === '1'
  } catch {
    return false
  }
}

/** The last line says what was wrong; before it stands the way there. */
function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? ''
  return line.replace(/^hosts\.CannotBuild: /, '').trim()
}

async function inTime(tried: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${TRY_WITHIN / 1000} seconds`)), TRY_WITHIN)
  try {
    await Promise.race([tried, late])
  } finally {
    clearTimeout(timer)
  }
}
