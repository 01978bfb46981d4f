/**
 * `npm run speed`: how fast the course's server is beside a plain bridge and a terminal with nothing between. In each
 * round everybody is measured once, in an order of chance, so that a machine that is busy is so for all. Goals are told,
 * not asserted; it ends with 1 only when a byte was lost.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { findStanding } from '../../labs/bench/network/ladder.ts'
import { homePolicy } from '../../labs/bench/network/policy.ts'
import { COURSE } from '../helpers/course.ts'
import { NAMES, start } from './contestants.ts'
import { Figures } from './figures.ts'
import { writeLines } from './lines.ts'
import { machineFacts } from './machine.ts'
import { MEASURES, ONCE } from './measures/measures.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { addFiles, placePrograms } from './programs.ts'
import { printFigures } from './table.ts'
import { shellEnvironment } from './ways/means.ts'

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

/** Measures everything. False when a byte was lost on the course's own server. */
async function run({ rounds, only }: Options, folder: string): Promise<boolean> {
  const policy = homePolicy(COURSE)
  const user = policy.become.length > 0 ? policy.user : null
  const interpreters = await findInterpreters(user)
  const { rung } = await findStanding({ folder: COURSE, interpreters, policy }, null)
  const python = interpreters.py?.path ?? ''
  const names = NAMES.filter((name) => name !== 'own' || rung === 'own')
  console.log(machineFacts())
  console.log('Other work on the machine disturbs what is measured; it is so for all in the same round, more or less.')
  console.log(`Least / median / most of the rounds; × is the median (least-most) of the ratios within each round.\n`)

  const means = {
    folder,
    interpreters: { ts: interpreters.ts?.path ?? process.execPath, py: python },
    env: shellEnvironment(),
  }
  const printed = await writeLines(join(folder, 'lines.txt'))
  await placePrograms(folder, join(folder, 'lines.txt'), addFiles(folder))

  const figures = new Figures()
  const losses: string[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const contestants = await Promise.all(names.map((name) => start(name, means)))
    const isOnce = (measure: string) => ONCE.includes(measure) && only.length > 1
    for (const measure of only.filter((measure) => round === 1 || !isOnce(measure))) {
      process.stderr.write(`round ${round} of ${rounds}: ${measure}\n`)
      await MEASURES[measure]?.({
        contestants: shuffled(contestants),
        printed,
        ground: rung === 'own' ? { python, policy } : null,
        note: (figure, name, value) => figures.note(figure, name, round, value),
        lost: (name, what) => losses.push(`${name}, round ${round}: ${what}`),
      })
    }
    await Promise.all(contestants.map((contestant) => contestant.close()))
  }
  printFigures(figures)
  for (const loss of losses) console.log(`LOST. ${loss}`)
  return !losses.some((loss) => /^(plain|own)/.test(loss))
}

function shuffled<T>(list: readonly T[]): T[] {
  const keyed = list.map((item) => ({ item, key: Math.random() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    process.exit(2)
  }
}
