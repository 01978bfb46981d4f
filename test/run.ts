/**
 * `npm test`: all checks and all tests. `npm test -- lab <id>`: what is asked in one lab, as shipped, as solved and with
 * each wrong answer. Anything else is passed on to the test runner.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const COURSE = join(import.meta.dirname, '..')
const [first, lab, ...rest] = process.argv.slice(2)

/** Runs a command of the project and ends with its exit code when that is not 0. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const { status, error } = spawnSync(command, args, {
    cwd: COURSE,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (error) console.error(error.message)
  if (status !== 0) process.exit(status ?? 1)
}

if (first !== 'lab') {
  run('npm', ['run', 'check'])
  run('vitest', ['run', ...process.argv.slice(2)])
} else if (lab === undefined || !existsSync(join(COURSE, 'labs', 'catalog', lab, 'lab.ts'))) {
  console.error(`There is no lab \`${lab ?? ''}\`. Write \`npm test -- lab udp-echo\`, with a folder of labs/catalog/.`)
  process.exit(1)
} else {
  run('vitest', ['run', 'test/labs/tasks.test.ts', ...rest], { LAB: lab })
}
