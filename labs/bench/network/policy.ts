import { chownSync, mkdirSync, realpathSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { TRACERS } from '../../instruments/tracers.ts'
import type { User } from '../interpreters.ts'

/** What programs of a bench may see and use. A second kind of course is a second value of this. */
export interface Policy {
  /** The user the programs are, by numbers. */
  readonly user: User
  /** The command that becomes this user, for a server started as another; empty otherwise. */
  readonly become: readonly string[]
  /** Where Node keeps what it has compiled, so that a program starts in half the time. */
  readonly cache: string
  /** The most memory of a program's heap in Node, in MB; a program that wants more ends with a word about it. */
  readonly heap: number
  /** The folder of the packages that programs import. */
  readonly modules: string
  /** Whether the socket calls of programs are told. */
  readonly calls: boolean
  /** Folders that stay visible even when they lie below `/tmp`, which is a bench's own. */
  readonly keep: readonly string[]
  /**
   * Resource limits of every program in a network of its own, as `setrlimit` names and counts them; `nproc` counts all
   * processes and threads of the bench.
   */
  readonly limits: Readonly<Partial<Record<'data' | 'nproc' | 'fsize' | 'nofile' | 'cpu' | 'core', number>>>
}

/** What a network of its own is watched by lies here. */
export const INSTRUMENTS = join(import.meta.dirname, '..', '..', 'instruments')

/**
 * At home: programs see the reader's files and may do what the reader may, within limits that a fork bomb, a memory hog
 * and a disk filler run into. A server started as root runs them as nobody.
 * @param folder the course's folder
 */
export function homePolicy(folder: string): Policy {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  const nobody = 65_534
  const isRoot = process.getuid?.() === 0
  const user = isRoot ? { uid: nobody, gid: nobody } : { uid, gid }
  const modules = modulesOf(folder)
  const cache = makeCache(folder, isRoot ? user : null)
  return {
    user,
    become: isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : [],
    cache,
    heap: 512,
    modules,
    calls: true,
    keep: [folder, cache, import.meta.dirname, INSTRUMENTS, TRACERS, dirname(process.execPath), modules],
    limits: {
      // Node reserves 600 MB before it begins.
      data: 1024 ** 3,
      ...(countsByNamespace(release()) && { nproc: 256 }),
      fsize: 64 * 1024 ** 2,
      nofile: 1024,
      cpu: 600,
      core: 0,
    },
  }
}

/**
 * Whether a Linux of this release counts the processes of each user namespace apart, as 5.14 does. An older one counts
 * all that its user has running anywhere, to which a bench's limit would be none.
 */
export function countsByNamespace(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 14)
}

/** Where the packages that programs import really lie. */
function modulesOf(folder: string): string {
  try {
    return realpathSync(join(folder, 'node_modules'))
  } catch {
    return folder
  }
}

/** Below the course's folder, or where that cannot be written to, in the system's folder for passing things. */
function makeCache(folder: string, owner: User | null): string {
  for (const place of [join(folder, 'node_modules', '.cache'), tmpdir()]) {
    const cache = join(place, owner ? 'both-ends-nobody' : 'both-ends')
    try {
      mkdirSync(cache, { recursive: true })
      if (owner) chownSync(cache, owner.uid, owner.gid)
      return cache
    } catch {
      // Not to be written to: the next may be.
    }
  }
  return join(tmpdir(), 'both-ends')
}
