import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BENCH_MARK, processNamespace } from './environment.ts'

/** What folders of channels are called: then come the server's mark, a hyphen, and letters by chance. */
export const CHANNELS_PREFIX = 'both-ends-calls-'

/** And folders of edited programs. */
export const WORKSPACE_PREFIX = 'both-ends-lab-'

const OWN_FOLDER = new RegExp(`^(?:${CHANNELS_PREFIX}|${WORKSPACE_PREFIX})(\\d+)@(\\d+)-`)

/** Kills what a program has left behind: its process group, and whatever carries the mark of its environment. */
export function endRest(pid: number, env: Readonly<Record<string, string>>): void {
  kill(-pid)
  const mark = env[BENCH_MARK]
  if (mark) endMarked(mark)
}

/** Kills every process whose mark begins so, also one that left its group and session. Does nothing without `/proc`. */
export function endMarked(beginning: string): void {
  for (const { pid, mark } of markedProcesses()) if (mark.startsWith(beginning)) kill(pid)
}

/** Kills what servers that were themselves killed have left behind; what belongs to another namespace is spared. */
export function endOrphans(): void {
  const here = processNamespace()
  for (const { pid, mark } of markedProcesses()) {
    const [, server, namespace] = /^(\d+)@(\d+)\./.exec(mark) ?? []
    if (Number(namespace) === here && !isAlive(Number(server))) kill(pid)
  }
}

/** Removes folders of channels and of programs whose server was killed before it could. */
export function removeOrphanFolders(): void {
  const here = processNamespace()
  for (const name of readdirSync(tmpdir())) {
    const [, server, namespace] = OWN_FOLDER.exec(name) ?? []
    if (server === undefined || Number(namespace) !== here || isAlive(Number(server))) continue
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // Somebody else's: it is left to them.
    }
  }
}

/** The mark of a process; null when it has none, has ended, or is somebody else's. */
export function markOf(pid: number): string | null {
  const wanted = `${BENCH_MARK}=`
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
    return environment.find((line) => line.startsWith(wanted))?.slice(wanted.length) ?? null
  } catch {
    return null
  }
}

function markedProcesses(): { pid: number; mark: string }[] {
  return processIds().flatMap((pid) => {
    const mark = markOf(pid)
    return mark === null ? [] : [{ pid, mark }]
  })
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  } catch {
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
