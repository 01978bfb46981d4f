/**
 * `npm test`: all checks and all tests. `npm test -- lab <id>`: what is asked in one lab, as shipped, as solved and with
 * each wrong answer. Anything else is passed on to the test runner.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const COURSE = join(import.meta.dirname, '..')
const [first, lab, ...rest] = process.argv.slice(2)

/** More files than this do not fail because the machine was busy. */
const MOST_AGAIN = 4

/** Runs a command of the project. @returns its exit code, or 1 where a signal ended it. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const { status, error } = spawnSync(command, args, {
    cwd: COURSE,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (error) console.error(error.message)
  return status ?? 1
}

/**
 * Runs all tests. Real programs, kernels and browsers share the machine with each other: a few files that failed are run once
 * more when everything else has ended, each by itself. What is wrong fails there too.
 * @returns the exit code.
 */
function runAll(): number {
  const folder = mkdtempSync(join(tmpdir(), 'both-ends-tests-'))
  const list = join(folder, 'failed.json')
  try {
    const status = run('vitest', ['run'], { FAILED_FILES: list })
    const failed: string[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
    if (status === 0 || failed.length === 0 || failed.length > MOST_AGAIN) return status
    console.log(`\nRun again, each by itself: ${failed.join(', ')}\n`)
    const again = run('vitest', ['run', '--retry=0', ...failed], { ONE_AT_A_TIME: 'yes' })
    if (again === 0) console.log(`\nAll tests passed; in these files only when run by themselves: ${failed.join(', ')}`)
    return again
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (first !== 'lab') {
  const args = process.argv.slice(2)
  process.exitCode = run('npm', ['run', 'check']) || (args.length > 0 ? run('vitest', ['run', ...args]) : runAll())
} else if (lab === undefined || !existsSync(join(COURSE, 'labs', 'catalog', lab, 'lab.ts'))) {
  console.error(`There is no lab \`${lab ?? ''}\`. Write \`npm test -- lab udp-echo\`, with a folder of labs/catalog/.`)
  process.exit(1)
} else {
  process.exitCode = run('vitest', ['run', 'test/labs/tasks.test.ts', ...rest], { LAB: lab })
}
