import { join } from 'node:path'

/**
 * The variable by which a process is recognised as part of a bench, wherever it has moved to: the server's process id,
 * the bench and the run, each followed by a dot.
 */
export const BENCH_MARK = 'BOTH_ENDS_BENCH'

const KEPT = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TZ', 'SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP']

/**
 * The environment of a program: a few of the reader's own variables, UTF-8, and nothing else.
 * @param mark what `BENCH_MARK` is set to
 * @param folder the course's folder, where the compile cache is kept
 */
export function programEnvironment(mark: string, folder: string): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    ...Object.fromEntries(kept),
    [BENCH_MARK]: mark,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LC_ALL: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    NODE_COMPILE_CACHE: join(folder, 'node_modules', '.cache', 'both-ends'),
  }
}
