import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { TRACER_FILES } from '../instruments/tracers.ts'
import { LANGUAGES } from '../lab.ts'
import type { FoundInterpreters } from './interpreters.ts'
import type { Policy } from './network/policy.ts'
import { firstUnreadable } from './network/unreadable.ts'

const ready = new WeakMap<Policy, Promise<void>>()

/**
 * Makes sure once that programs can read their tracers, and has Python compile its own, so that it starts at once.
 * @throws {Error} naming the file that programs cannot read
 */
export function makeTracersReady(policy: Policy, interpreters: FoundInterpreters): Promise<void> {
  const known = ready.get(policy)
  if (known) return known
  const making = make(policy, interpreters)
  making.catch(() => {})
  ready.set(policy, making)
  return making
}

async function make({ become, user }: Policy, { py }: FoundInterpreters): Promise<void> {
  const files = LANGUAGES.flatMap((language) => TRACER_FILES[language])
  const [first = ''] = TRACER_FILES.py
  if (py) await compile(py.path, dirname(first))
  const unreadable = become.length > 0 ? await firstUnreadable(user, files) : null
  if (unreadable !== null) throw new Error(`Programs run as a user who cannot read ${unreadable}`)
}

/** Beside the files, where Python looks; where that cannot be written to, it compiles them at each start. */
async function compile(python: string, folder: string): Promise<void> {
  try {
    await promisify(execFile)(python, ['-I', '-S', '-m', 'compileall', '-q', folder], { cwd: '/' })
  } catch {
    // Nothing depends on it but some milliseconds.
  }
}
