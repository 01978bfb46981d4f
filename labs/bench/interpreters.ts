import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Language } from '../lab.ts'
import type { Interpreters } from '../protocol.ts'

const run = promisify(execFile)

/** What runs a language: its real path (a version manager's shim costs 100 ms a start) and what a reader types. */
export interface Interpreter {
  readonly path: string
  readonly typed: string
  readonly version: string
}

/** A user of this machine, by numbers. */
export interface User {
  readonly uid: number
  readonly gid: number
}

/** What was found on this machine; null where nothing runs the language. */
export type FoundInterpreters = Readonly<Record<Language, Interpreter | null>>

const ASK = 'import os, platform, sys; print(os.path.realpath(sys.executable)); print(platform.python_version())'

/**
 * Looks once for what runs each language, by trying.
 * @param user who will run it, when that is not the user who asks
 * @param candidates the commands tried for Python, in order
 */
export async function findInterpreters(
  user: User | null = null,
  candidates = ['python3', 'python', '/usr/bin/python3'],
): Promise<FoundInterpreters> {
  return {
    ts: { path: process.execPath, typed: 'node', version: process.versions.node },
    py: await findPython(user, candidates),
  }
}

/** The versions alone, as a page is told them. */
export function versions(found: FoundInterpreters): Interpreters {
  return { ts: found.ts?.version ?? null, py: found.py?.version ?? null }
}

async function findPython(user: User | null, candidates: string[]): Promise<Interpreter | null> {
  for (const typed of candidates) {
    try {
      const { stdout } = await run(typed, ['-c', ASK], { timeout: 10_000, cwd: '/', ...user })
      const [path, version] = stdout.trim().split(/\r?\n/)
      if (path && version?.startsWith('3.')) return { path, typed, version }
    } catch {
      // Not there, or not a Python that can answer: the next candidate may be.
    }
  }
  return null
}
