import { statSync } from 'node:fs'
import type { Policy } from './network/policy.ts'

/**
 * The variable by which a process is recognised as part of a bench, wherever it has moved to: the server, the bench and
 * the run, each followed by a dot.
 */
export const BENCH_MARK = 'BOTH_ENDS_BENCH'

/**
 * How this server names itself in marks: its process id and, where there are such, the namespace in which the id counts.
 * Two containers may share their processes' view and not their numbers.
 */
export const SERVER_MARK = `${process.pid}@${processNamespace()}`

/** The namespace of this process's id, by its number; 0 where there are none. */
export function processNamespace(): number {
  try {
    return statSync('/proc/self/ns/pid').ino
  } catch {
    return 0
  }
}

const KEPT = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TZ', 'SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP']

/**
 * The environment of a program: a few of the reader's own variables, UTF-8, and nothing else.
 * @param mark what `BENCH_MARK` is set to
 */
export function programEnvironment(mark: string, policy: Policy): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    ...Object.fromEntries(kept),
    ...(policy.become.length > 0 && { HOME: '/tmp', USER: 'nobody', LOGNAME: 'nobody' }),
    [BENCH_MARK]: mark,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LC_ALL: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    NODE_COMPILE_CACHE: policy.cache,
    NODE_OPTIONS: `--max-old-space-size=${policy.heap}`,
  }
}
