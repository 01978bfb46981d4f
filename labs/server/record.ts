/**
 * `npm run record [lab …] [-- --force]`: runs labs for real, in every mixture of languages that their programs can be
 * written in, and writes what happened beside them. A recording that has the shape of the fresh run stays as it is.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Surroundings } from '../bench/bench.ts'
import { findInterpreters } from '../bench/interpreters.ts'
import { endOrphans } from '../bench/leftovers.ts'
import { findStanding } from '../bench/network/ladder.ts'
import { Networks } from '../bench/network/networks.ts'
import { homePolicy } from '../bench/network/policy.ts'
import type { Lab } from '../lab.ts'
import { HOME_LIMITS } from '../limits.ts'
import { mixtureOf, mixtures } from '../mixture.ts'
import { Catalog } from './catalog.ts'
import { deedsOf, handOf } from './hand.ts'
import { headerOf, recordRun } from './recorder.ts'
import { keepRecording } from './recordings.ts'
import { inWords } from './words.ts'

const USAGE = `npm run record [lab …] [-- --force]

  lab      the name of a folder in labs/catalog/; all of them when none is named
  --force  write also those recordings anew whose shape has not changed`

const folder = join(import.meta.dirname, '..', '..')

process.exitCode = await main()

async function main(): Promise<number> {
  const { ids, force } = readArguments()
  const catalog = new Catalog(folder)
  const known = await catalog.ids()
  const unknown = ids.filter((id) => !known.includes(id))
  if (unknown.length > 0) {
    console.error(`There is no lab ${unknown.join(', ')}. There are ${known.join(', ')}.`)
    return 2
  }
  endOrphans()
  const around = await surroundings()
  if (around === null) return 1
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  let failed = 0
  try {
    for (const id of ids.length > 0 ? ids : known) {
      const lab = await catalog.find(id)
      if (lab !== null) failed += await recordAll(lab, around, { version, force })
    }
  } finally {
    await around.networks.close()
  }
  return failed === 0 ? 0 : 1
}

function readArguments(): { ids: string[]; force: boolean } {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { force: { type: 'boolean' } } })
    return { ids: positionals, force: values.force === true }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    process.exit(2)
  }
}

/** What labs are recorded with; null, having said why, where packets cannot be seen. */
async function surroundings(): Promise<Surroundings | null> {
  const policy = homePolicy(folder)
  const interpreters = await findInterpreters(policy.become.length > 0 ? policy.user : null)
  const { rung, obstacles } = await findStanding({ folder, interpreters, policy }, null)
  const [obstacle] = obstacles
  if (rung !== 'own') {
    console.error(
      'Nothing can be recorded here: a recording shows packets, and those are seen only where benches have networks of ' +
        `their own. ${obstacle ? inWords(obstacle) : ''}`,
    )
    return null
  }
  const networks = new Networks(rung, folder, interpreters.py?.path ?? null, policy)
  return { folder, interpreters, policy, networks, limits: HOME_LIMITS }
}

/** Records a lab in all its mixtures. @returns how many of them failed. */
async function recordAll(lab: Lab, around: Surroundings, how: { version: string; force: boolean }): Promise<number> {
  const programs = lab.programs.map(({ name }) => name)
  let failed = 0
  for (const languages of mixtures(programs)) {
    const mixture = mixtureOf(programs, languages)
    const said = `${lab.number} ${lab.id} ${mixture}`
    try {
      const deeds = await deedsOf(folder, lab)
      const events = await recordRun({ lab, languages }, around, handOf(lab, deeds?.acts ?? []))
      const header = headerOf({ lab, languages }, around, how.version, new Date())
      console.log(`${said}: ${await keepRecording({ folder, lab, mixture, header, events, force: how.force })}`)
    } catch (error) {
      failed += 1
      console.error(`${said}: not recorded. ${(error as Error).message}`)
    }
  }
  return failed
}
