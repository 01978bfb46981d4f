/** Starts the course: `npm start`. Builds the pages when they are missing or old, listens, prints one link. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findInterpreters } from '../bench/interpreters.ts'
import { endOrphans, removeOrphanFolders } from '../bench/leftovers.ts'
import { findStanding } from '../bench/network/ladder.ts'
import { Networks } from '../bench/network/networks.ts'
import { homePolicy } from '../bench/network/policy.ts'
import { HOME_LIMITS } from '../limits.ts'
import { openBrowser } from './browser.ts'
import { BUILT, buildSite, isStale } from './build.ts'
import { type Options, readOptions, USAGE, WrongOption } from './options.ts'
import { builtPages, pagesFrom } from './pages.ts'
import { CourseServer } from './server.ts'
import { inWords, standingLines } from './words.ts'

const folder = join(import.meta.dirname, '..', '..')

await main()

async function main(): Promise<void> {
  const options = optionsOrExit()
  endOrphans()
  removeOrphanFolders()
  if (!options.pages) await buildIfStale()
  const policy = homePolicy(folder)
  const interpreters = await findInterpreters(policy.become.length > 0 ? policy.user : null)
  const standing = await findStanding({ folder, interpreters, policy }, options.network)
  const [obstacle] = standing.obstacles
  if (options.network === 'own' && obstacle) {
    console.error(`Benches cannot have networks of their own here. ${inWords(obstacle)}`)
    process.exit(1)
  }
  const server = new CourseServer({
    folder,
    interpreters,
    policy,
    limits: HOME_LIMITS,
    networks: new Networks(standing.rung, folder, interpreters.py?.path ?? null, policy),
    obstacles: standing.obstacles,
    version: await courseVersion(),
    pages: options.pages ? pagesFrom(options.pages) : builtPages(join(folder, BUILT)),
  })
  const port = await server.listen(options.port)
  endOnSignals(server)
  if (options.port !== 0 && port !== options.port) {
    console.log(`Port ${options.port} is taken by another program, so the course uses ${port}.`)
  }
  const python = interpreters.py ? `Python ${interpreters.py.version}` : 'no python3 (Python programs cannot run)'
  console.log(`Programs run with Node ${process.versions.node} and ${python}.`)
  for (const line of standingLines(standing)) console.log(line)
  const link = `http://127.0.0.1:${port}/?key=${server.key}`
  console.log(`\n  Both Ends 两端   ${link}\n\nCtrl-C ends the course.`)
  if (options.open) openBrowser(link, folder)
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof WrongOption)) throw error
    console.error(`${error.message}\n\n${USAGE}`)
    process.exit(2)
  }
}

async function buildIfStale(): Promise<void> {
  if (!(await isStale(folder))) return
  console.log('Building the pages, which takes some seconds …')
  try {
    await buildSite(folder, (line) => console.log(`  ${line}`))
  } catch (error) {
    console.error(`The pages could not be built:\n\n${(error as Error).message}\n`)
    if (!existsSync(join(folder, BUILT, 'index.html'))) process.exit(1)
    console.error('The pages of the last good build are shown instead.')
  }
}

async function courseVersion(): Promise<string> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version
}

/** The first signal ends everything in order, a second one at once. */
function endOnSignals(server: CourseServer): void {
  let ending = false
  const end = async () => {
    if (ending) process.exit(1)
    ending = true
    console.log('\nEnding the course …')
    await server.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
}
