/** The course as a reader meets it: its real server in a process of its own, its pages in a real browser. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import type { Rung } from '../../labs/protocol.ts'
import { COURSE } from '../helpers/course.ts'
import { childrenOf } from '../helpers/processes.ts'

/** How long a server may take to build its pages and print its link, and to end, in ms. */
const DEADLINE = 60_000

/** What a server prints for its reader to open. */
const LINK = /http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]+/g

/** The servers that have not ended. */
const running = new Set<Served>()

/** What a test runner tells its own processes; a server that hears it serves differently. */
const OF_THE_RUNNER = /^(VITEST.*|NODE_ENV|TEST|DEV|PROD|MODE|SSR|BASE_URL)$/

/** The environment without what the test runner says in it. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_THE_RUNNER.test(name)))
}

/** A server of the course that was started by its own command. */
export class Served {
  readonly folder: string
  readonly pid: number
  /** All it has printed. */
  printed = ''
  readonly #process: ChildProcess
  readonly #exit: Promise<number | string>
  readonly #heard: Set<() => void> = new Set()

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder
    this.#process = child
    this.pid = child.pid as number
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.printed += text
        for (const look of [...this.#heard]) look()
      })
    }
    running.add(this)
    this.#exit = once(child, 'close').then(([code, signal]) => {
      running.delete(this)
      return code ?? signal
    })
  }

  /**
   * Starts `node labs/server/main.ts`, or `dev.ts`, of a course and waits until it prints its link.
   * @throws {Error} with all it printed, when it ends before or takes too long.
   */
  static async start(
    folder: string,
    {
      port = 0,
      env = {},
      file = 'main.ts',
      opens = false,
      network,
    }: { port?: number; env?: NodeJS.ProcessEnv; file?: string; opens?: boolean; network?: Rung } = {},
  ): Promise<Served> {
    const args = [join(folder, 'labs', 'server', file), ...(opens ? [] : ['--no-open']), '--port', String(port)]
    if (network) args.push('--network', network)
    const child = spawn(process.execPath, args, {
      cwd: tmpdir(),
      env: { ...ownEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, as a shell gives to each command: Ctrl-C is for all of the group.
      detached: true,
    })
    const served = new Served(folder, child)
    await served.says(new RegExp(`${LINK.source}\\s`))
    return served
  }

  /** The link it printed last. */
  get link(): URL {
    return new URL(this.printed.match(LINK)?.at(-1) ?? '')
  }

  get key(): string {
    return this.link.searchParams.get('key') ?? ''
  }

  /** The address of a page, `/en/`, by which its reader enters. */
  at(path: string): string {
    const address = new URL(path, this.link)
    address.searchParams.set('key', this.key)
    return address.href
  }

  /** The address of a page as a stranger would write it. */
  without(path: string): string {
    return new URL(path, this.link).href
  }

  get port(): number {
    return Number(this.link.port)
  }

  /** Resolves when it has printed something like this. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(late)
        this.#heard.delete(look)
      }
      const look = () => {
        if (!pattern.test(this.printed)) return
        done()
        resolve()
      }
      const fail = (why: string) => {
        done()
        reject(new Error(`The server ${why} ${pattern}; it printed\n${this.printed}`))
      }
      const late = setTimeout(() => fail(`has not said within ${DEADLINE} ms`), DEADLINE)
      this.#heard.add(look)
      void this.#exit.then((exit) => fail(`ended with ${exit} without saying`))
      look()
    })
  }

  /**
   * Ends it as Ctrl-C in its terminal would, or by another signal.
   * @returns its exit code, or the name of the signal that ended it.
   */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | string> {
    const { exitCode, signalCode } = this.#process
    if (exitCode === null && signalCode === null) process.kill(-this.pid, signal)
    const late = setTimeout(() => this.#process.kill('SIGKILL'), DEADLINE)
    const exit = await this.#exit
    clearTimeout(late)
    return exit
  }

  /** The process ids of all that it has started, and of what that has started. */
  get family(): number[] {
    const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)])
    return below(this.pid)
  }
}

/** Ends the servers that a failed test has left running. */
export async function endServers(): Promise<void> {
  await Promise.all([...running].map((served) => served.end()))
}

/** A lab that only tests have: its programs' files in `test/fixtures/programs`. */
interface ExtraLab {
  readonly lab: string
  readonly lesson: string
  readonly programs: readonly string[]
}

export const EXTRA = {
  lab: 'for-tests',
  lesson: 'capstone/for-tests',
  programs: ['numbers', 'megabytes'],
} as const satisfies ExtraLab

/** Two thousand datagrams a second. */
export const DATAGRAMS = {
  lab: 'datagrams',
  lesson: 'capstone/datagrams',
  programs: ['catch', 'sprinkle'],
} as const satisfies ExtraLab

/** Copies the course without its built pages, and adds a lab with a lesson that shows it. */
export async function copyCourse(extra: ExtraLab = EXTRA): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'both-ends-pages-')))
  // A server that was started as root runs programs as somebody who must be able to read them.
  await chmod(folder, 0o755)
  const parts = ['astro.config.mjs', 'content', 'labs', 'package-lock.json', 'package.json', 'site', 'tsconfig.json']
  await Promise.all(parts.map((part) => cp(join(COURSE, part), join(folder, part), { recursive: true })))
  await linkPackages(join(folder, 'node_modules'))
  await addExtraLab(folder, extra)
  return folder
}

export async function removeCourse(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/** Links each package by itself, so that what builders keep beside them is not shared. */
async function linkPackages(modules: string): Promise<void> {
  await mkdir(modules)
  // Where they really lie: a bench does not see everything that a link may lead through.
  const place = await realpath(join(COURSE, 'node_modules'))
  const names = (await readdir(place)).filter((name) => !name.startsWith('.'))
  const links = [...names, '.bin'].map((name) => symlink(join(place, name), join(modules, name)))
  await Promise.all(links)
}

async function addExtraLab(folder: string, { lab, lesson, programs }: ExtraLab): Promise<void> {
  const place = join(folder, 'labs', 'catalog', lab)
  await mkdir(place)
  const ends = ['waits', 'begins']
  const list = programs.map((name, index) => ({ name, end: ends[index % 2] }))
  await writeFile(join(place, 'lab.ts'), `export default ${JSON.stringify({ number: '0a', programs: list })}\n`)
  for (const name of programs) {
    await cp(join(COURSE, 'test', 'fixtures', 'programs', `${name}.ts`), join(place, `${name}.ts`))
    await writeFile(join(place, `${name}.py`), 'print("This one is written in TypeScript only.")\n')
  }
  for (const lang of ['en', 'zh']) {
    const file = join(folder, 'content', 'ui', lang, 'labs.json')
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), [lab]: 'For tests' }))
  }
  await mkdir(join(folder, 'content', 'en', 'capstone'), { recursive: true })
  await writeFile(join(folder, 'content', 'en', `${lesson}.mdx`), lessonText(`<Lab id="${lab}" />`))
}

/** A lesson of the unit capstone with this in it. */
export function lessonText(body: string): string {
  const lines = [
    'number: 20',
    'unit: capstone',
    'title: For tests',
    'lead: A lesson.',
    'minutes: 1',
    'able:',
    '  - test',
  ]
  return `---\n${lines.join('\n')}\n---\n\n${body}\n`
}

/** A reader: a browser's window of its own, and everything that went wrong in its pages. */
export interface Reader {
  readonly context: BrowserContext
  /** Errors in the console, exceptions, and answers of 400 and above, as texts. */
  readonly faults: string[]
}

/** A reader who is asked for no predictions, where nothing else is said. */
export async function newReader(
  browser: Browser,
  options: BrowserContextOptions = {},
  { asked = false } = {},
): Promise<Reader> {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(15_000)
  // A page server in the making first builds what it is asked for.
  context.setDefaultNavigationTimeout(60_000)
  if (!asked) await context.addInitScript(askNothing)
  const faults: string[] = []
  context.on('console', (message) => {
    // An answer is told below, with its address.
    if (message.type() === 'error' && !message.text().includes('server responded with')) faults.push(message.text())
  })
  context.on('weberror', (error) => faults.push(String(error.error())))
  context.on('response', (answer) => answer.status() >= 400 && faults.push(`${answer.status()} ${answer.url()}`))
  return { context, faults }
}

/** In the page, before its own scripts: questions before a first run are turned off. */
function askNothing(): void {
  try {
    const kept = JSON.parse(localStorage.getItem('both-ends:lab') ?? '{}')
    if (kept.ask === undefined) localStorage.setItem('both-ends:lab', JSON.stringify({ ...kept, ask: false }))
  } catch {
    // A page without storage of its own.
  }
}
