/** A lab and a lesson that an author begins with: made by their commands in a course of its own, run, judged and built. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Surroundings } from '../../labs/bench/bench.ts'
import { type Checks, saysOf, type TaskCheck, verdictOn } from '../../labs/checks/judge.ts'
import { LANGUAGES, type Lab, type Language, readLab } from '../../labs/lab.ts'
import { buildSite } from '../../labs/server/build.ts'
import { Catalog } from '../../labs/server/catalog.ts'
import { checkLesson } from '../../site/lessons/check.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { testParts } from '../helpers/parts.ts'
import { prove } from '../helpers/proof.ts'
import { copyCourse, ownEnvironment, removeCourse } from '../pages/course.ts'

const COMMANDS = { 'new-lab': 'labs/server/new-lab.ts', 'new-lesson': 'site/lessons/new-lesson.ts' } as const
const LESSON = 'udp/made-for-tests'

let course: string
let catalog: Catalog

beforeAll(async () => {
  course = await copyCourse()
  catalog = new Catalog(course)
})
afterAll(() => removeCourse(course))

/** Runs a command of the copied course. @returns its exit code and what it said */
async function make(command: keyof typeof COMMANDS, ...args: string[]): Promise<{ exit: number; said: string }> {
  const file = join(course, COMMANDS[command])
  const done = promisify(execFile)(process.execPath, [file, ...args], { cwd: '/', env: ownEnvironment() })
  return done.then(
    ({ stdout }) => ({ exit: 0, said: stdout }),
    ({ code, stderr }) => ({ exit: code, said: stderr }),
  )
}

const textOf = (path: string) => readFileSync(join(course, path), 'utf8')
const wordsIn = (lang: string, name: string): Record<string, string> =>
  JSON.parse(textOf(`content/ui/${lang}/${name}.json`))
const found = async () => (await catalog.find('my-lab')) as Lab
const checksIn = async (): Promise<Checks> => (await import(join(course, 'labs/catalog/my-lab/checks.ts'))).default

test('a new lab is one that the catalog reads, with programs, answers and words in both languages', async () => {
  const { exit, said } = await make('new-lab', 'my-lab')
  expect(said).toContain('labs/catalog/my-lab/ is lab 0b now')
  expect(exit).toBe(0)
  const lab = await found()
  expect(lab).toMatchObject({ id: 'my-lab', number: '0b' })
  for (const { files } of lab.programs) {
    for (const language of LANGUAGES) expect(existsSync(join(course, 'labs/catalog', files[language]))).toBe(true)
  }
  const folder = join(course, 'labs/catalog/my-lab')
  expect(readdirSync(join(folder, 'wrong')).length).toBeGreaterThanOrEqual(2)
  expect(existsSync(join(folder, 'recordings'))).toBe(false)
  for (const lang of ['en', 'zh']) {
    expect(wordsIn(lang, 'labs')['my-lab']).toMatch(lang === 'en' ? /^My lab$/ : /\p{Script=Han}/u)
    const sentences = Object.keys(wordsIn(lang, 'tasks'))
    const asked = sentences.filter((key) => key.startsWith('udp-echo.')).map((key) => key.slice('udp-echo.'.length))
    expect(sentences.filter((key) => key.startsWith('my-lab.'))).toEqual(asked.map((key) => `my-lab.${key}`))
  }
})

test('a new lesson shows the lab, asks its task, and has the next free number of its unit', async () => {
  const { exit, said } = await make('new-lesson', LESSON, 'my-lab')
  expect(said).toContain('Lesson 9 is there')
  expect(exit).toBe(0)
  const labs = await catalog.ids()
  for (const lang of ['en', 'zh']) {
    const text = textOf(`content/${lang}/${LESSON}.mdx`)
    expect(checkLesson(text, labs)).toEqual([])
    expect(text).toContain('<Lab id="my-lab" />')
    expect(text).toContain('<Task id="echo" lab="my-lab">')
    expect(text).toContain('number: 9\nunit: udp\n')
  }
  // Without a lab, and where a lab's tasks are asked elsewhere, a lesson asks none.
  expect(await make('new-lesson', 'tcp/also-made', 'udp-echo')).toMatchObject({ exit: 0 })
  expect(textOf('content/en/tcp/also-made.mdx')).not.toContain('<Task')
  expect(await make('new-lesson', 'ip/made-alone')).toMatchObject({ exit: 0 })
  expect(checkLesson(textOf('content/zh/ip/made-alone.mdx'), labs)).toEqual([])
})

test.each([
  ['new-lab', [], 'npm run new-lab <id>'],
  ['new-lab', ['My_Lab'], '`My_Lab` cannot be the id of a lab'],
  ['new-lab', ['../out'], '`../out` cannot be the id of a lab'],
  ['new-lab', ['udp-echo'], 'labs/catalog/udp-echo/ is there already, and was left as it is'],
  ['new-lab', ['another', 'eight'], '`eight` is no number of a lab'],
  ['new-lab', ['another', '8a'], 'The number 8a is that of the lab `udp-as-found`'],
  ['new-lesson', [], 'npm run new-lesson <unit>/<name>'],
  ['new-lesson', ['udp'], '`udp` is no address of a lesson'],
  ['new-lesson', ['udp/../../out'], '`udp/../../out` is no address of a lesson'],
  ['new-lesson', ['quic/streams'], 'There is no unit `quic`; there are osi, ip,'],
  ['new-lesson', ['sockets/more'], 'All lessons of the unit `sockets` are written: 6.'],
  ['new-lesson', ['udp/the-datagram-that-vanished'], 'the-datagram-that-vanished.mdx is there already'],
  ['new-lesson', ['udp/else', 'no-lab'], 'There is no lab `no-lab`. `npm run new-lab no-lab` makes one.'],
] as const)('%s %j is refused with a sentence, and makes nothing', async (command, args, sentence) => {
  const before = readdirSync(course, { recursive: true }).length
  const { exit, said } = await make(command, ...args)
  expect(said).toContain(sentence)
  expect(exit).toBe(1)
  expect(readdirSync(course, { recursive: true })).toHaveLength(before)
})

test('what an author breaks in them is told with what to do', async () => {
  const lesson = textOf(`content/en/${LESSON}.mdx`)
  const broken = async (from: string | RegExp, to: string) => {
    const problems = checkLesson(lesson.replace(from, to), await catalog.ids())
    return problems.map(({ message }) => message).join('\n')
  }
  expect(await broken('<Lab id="my-lab" />', '<Lab id="my-lap" />')).toContain(
    '`my-lap`, which does not exist; there are',
  )
  expect(await broken('<Lab id="my-lab" />', '')).toContain('`my-lab`, which this lesson does not show')
  expect(await broken(/<Reason>.*<\/Reason>/, '')).toContain('needs its reason: `<Reason>…</Reason>`')
  expect(await broken('<Side>', '<Aside>')).toContain('<Aside> is not a component of lessons; there are')
  expect(await broken('<Task id="echo" lab', '<Task lab')).toContain('<Task> needs id="…"')

  const file = join(course, 'labs/catalog/my-lab/lab.ts')
  const { default: definition } = await import(file)
  const refused = (change: object) => () => readLab('my-lab', { ...definition, ...change })
  expect(refused({})).not.toThrow()
  expect(refused({ number: undefined })).toThrow('labs/catalog/my-lab/lab.ts: `number` must be a text such as `8a`')
  expect(refused({ programs: [] })).toThrow('`programs` must list at least one program')
  expect(refused({ title: 'Mine' })).toThrow('unknown key `title`; a lab has number,')
})

describe('at real benches', () => {
  let around: Surroundings
  beforeAll(async () => {
    if (whyNoOwnNetwork === null) around = await testParts(course, 'own')
  })
  afterAll(() => around?.networks.close())

  /** The lab with the program of an answer in place of its own. */
  const solved = (lab: Lab): Lab => ({
    ...lab,
    programs: lab.programs.map((program) => {
      if (program.name !== 'echo') return program
      return { ...program, files: { ts: 'my-lab/solution/echo/echo.ts', py: 'my-lab/solution/echo/echo.py' } }
    }),
  })
  const judged = async (lab: Lab, language: Language) => {
    const check = (await checksIn()).tasks?.echo as TaskCheck
    return verdictOn(check, await prove(lab, language, around, {}))
  }

  test.skipIf(whyNoOwnNetwork !== null).each(LANGUAGES)(
    'the new lab runs at once in %s, and its task is judged',
    async (language) => {
      const lab = await found()
      const shipped = await judged(lab, language)
      expect({ verdict: shipped.verdict, says: saysOf(shipped) }).toEqual({ verdict: 'not-yet', says: 'answered' })
      expect(await judged(solved(lab), language)).toMatchObject({ verdict: 'passed' })
    },
  )
})

test('the course is built with the new lab and lessons in it', async () => {
  await buildSite(course, () => {})
  for (const lang of ['en', 'zh']) {
    const page = textOf(`dist/${lang}/${LESSON}/index.html`)
    expect(page).toContain('data-lab="my-lab"')
    expect(page).toContain('data-task="echo"')
    expect(existsSync(join(course, `dist/${lang}/ip/made-alone/index.html`))).toBe(true)
  }
}, 120_000)
