/**
 * `npm run speed`: how fast the course's server is beside a plain bridge and a terminal with nothing between. In each
 * round everybody is measured once, in an order of chance, so that a machine that is busy is so for all. Goals are told,
 * not asserted; it ends with 1 only when a byte was lost.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programEnvironment } from '../../labs/bench/environment.ts'
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { findStanding } from '../../labs/bench/network/ladder.ts'
import { homePolicy } from '../../labs/bench/network/policy.ts'
import { COURSE } from '../helpers/course.ts'
import { type Name, NAMES, start } from './contestants.ts'
import { Figures } from './figures.ts'
import { writeLines } from './lines.ts'
import { machineFacts } from './machine.ts'
import { MEASURES } from './measures/measures.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { addFiles, placePrograms } from './programs.ts'
import { printFigures } from './table.ts'

await main()

async function main(): Promise<void> {
  const options = optionsOrExit()
  if (process.platform !== 'linux') {
    console.log('What a server holds is read from /proc: this can be measured on Linux only.')
    return
  }
  const began = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'both-ends-speed-'))
  try {
    await chmod(folder, 0o755)
    const isWhole = await run(options, folder)
    console.log(`\nMeasured in ${((performance.now() - began) / 1000).toFixed(0)} s.`)
    process.exitCode = isWhole ? 0 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
