import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Obstacle } from '../../protocol.ts'
import type { FoundInterpreters, User } from '../interpreters.ts'
import { INSTRUMENTS } from './policy.ts'

/** Prints the first path that cannot be read, or the topmost folder on the way to it that cannot be entered. */
const LOOK = `
for path; do
  [ -r "$path" ] && continue
  found=$path above=\${path%/*}
  while [ -n "$above" ]; do
    [ -x "$above" ] || found=$above
    above=\${above%/*}
  done
  printf %s "$found"
  exit
done`

/** What the programs of a bench need to read on a rung: their runtime, its packages, and what the rung is made of. */
export function neededOn(rung: Obstacle['rung'], folder: string, interpreters: FoundInterpreters): string[] {
  const below = (root: string, pattern: string) => globSync(pattern, { cwd: root }).map((path) => join(root, path))
  return [
    interpreters.ts?.path ?? process.execPath,
    join(folder, 'node_modules', 'iconv-lite', 'package.json'),
    // On a network of its own, a bench gets copies of its programs.
    ...(rung === 'own'
      ? [import.meta.dirname, INSTRUMENTS].flatMap((root) => below(root, '*.py'))
      : below(join(folder, 'labs', 'catalog'), '*/*.{ts,py}')),
  ].filter((path) => existsSync(path))
}

/**
 * The first of these absolute paths that a user cannot read, by asking as that user. Null when all can be read, and
 * when nobody can become that user.
 */
export async function firstUnreadable(user: User, paths: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', LOOK, 'sh', ...paths], { ...user, cwd: '/' })
    return stdout || null
  } catch {
    return null
  }
}
