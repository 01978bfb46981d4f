/**
 * Every error that the course explains and that a bench can have, made for real: which it is, who made it so, and what
 * the page says of it. Not to be had in a bench:
 *
 * | error | why not |
 * | --- | --- |
 * | EPERM | Linux gives it to a sender whose packet a filter on its own host drops; programs have no right to set one |
 * | EAGAIN, TimeoutError, EISCONN, EINVAL, EDESTADDRREQ, ENOTCONN in Node | its event loop never lets a program meet them |
 * | EMFILE in Node | only by a limit that is lowered from outside: in a shell, whose programs are not traced |
 * | 10061 and the other numbers of Windows and macOS | benches run on Linux |
 *
 * What fails before a kernel is asked is no error of a socket, and is told by the program alone: a name that is not found
 * (`gaierror`, `ENOTFOUND`), an address of the wrong family, a port above 65,535, text in place of bytes.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Culprit, culpritOf, type ErrorName, errorOf } from '../../labs/checks/culprit.ts'
import type { Story } from '../../labs/checks/story.ts'
import { tellLatest } from '../../labs/checks/tell.ts'
import { type LabDefinition, type Language, readLab } from '../../labs/lab.ts'
import type { NetworkDefinition } from '../../labs/network.ts'
import { valuesOf } from '../../site/bench/errors/error-note.ts'
import { ERRORS, type MetError } from '../../site/reference/errors.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { COURSE, startCourse, type TestCourse } from '../helpers/course.ts'
import { PYTHON, whyNoOwnNetwork } from '../helpers/live-network.ts'

const FIXTURES = join(COURSE, 'test', 'fixtures', 'errors')
const fixture = (name: string) => readFileSync(join(FIXTURES, name), 'utf8')

/** Two networks in a row: `a`, a router, and a host `b` that does not exist at the address that is asked for. */
const ROAD: NetworkDefinition = {
  arp: true,
  hosts: [
    { name: 'a', sysctls: { 'net.ipv4.tcp_syn_retries': 2, 'net.ipv4.tcp_syn_linear_timeouts': 0 } },
    { name: 'router' },
    { name: 'b' },
  ],
  wires: [
    { ends: { a: ['10.0.0.1/24'], router: ['10.0.0.254/24'] } },
    { ends: { router: ['10.0.1.254/24'], b: ['10.0.1.2/24'] } },
  ],
}

interface Met {
  readonly error: ErrorName
  readonly culprit: Partial<Culprit>
}

/** What the programs of `alone` meet, in their order; `py` alone where Node has no such thing. */
const ALONE: readonly (Met & { readonly name: string; readonly py?: true })[] = [
  { name: 'ECONNREFUSED by RST', error: 'ECONNREFUSED', culprit: { kind: 'reset-answer' } },
  { name: 'ECONNREFUSED by ICMP', error: 'ECONNREFUSED', culprit: { kind: 'icmp-answer' } },
  { name: 'EADDRINUSE, a program', error: 'EADDRINUSE', culprit: { kind: 'held-by-program', program: 'holder' } },
  { name: 'EADDRINUSE, a connection', error: 'EADDRINUSE', culprit: { kind: 'held-by-connection' }, py: true },
  { name: 'EADDRNOTAVAIL', error: 'EADDRNOTAVAIL', culprit: { kind: 'own-kernel' } },
  { name: 'EACCES, a low port', error: 'EACCES', culprit: { kind: 'own-kernel' } },
  { name: 'EACCES, broadcast', error: 'EACCES', culprit: { kind: 'own-kernel' }, py: true },
  { name: 'ENETUNREACH', error: 'ENETUNREACH', culprit: { kind: 'own-kernel' } },
  { name: 'EPIPE, closed here', error: 'EPIPE', culprit: { kind: 'closed-here', program: 'alone' } },
  { name: 'ECONNRESET', error: 'ECONNRESET', culprit: { kind: 'peer-reset' } },
  { name: 'EPIPE after a reset', error: 'EPIPE', culprit: { kind: 'peer-reset' }, py: true },
  { name: 'ENOTCONN', error: 'ENOTCONN', culprit: { kind: 'own-kernel' }, py: true },
  { name: 'EPIPE of a listener', error: 'EPIPE', culprit: { kind: 'own-kernel' }, py: true },
  { name: 'EMSGSIZE', error: 'EMSGSIZE', culprit: { kind: 'own-kernel' } },
  { name: 'EAGAIN', error: 'EAGAIN', culprit: { kind: 'nothing-came' }, py: true },
  { name: 'TimeoutError', error: 'TimeoutError', culprit: { kind: 'nothing-came' }, py: true },
  { name: 'EISCONN', error: 'EISCONN', culprit: { kind: 'own-kernel' }, py: true },
  { name: 'EINVAL', error: 'EINVAL', culprit: { kind: 'own-kernel' }, py: true },
  { name: 'EDESTADDRREQ', error: 'EDESTADDRREQ', culprit: { kind: 'own-kernel' }, py: true },
  { name: 'EBADF', error: 'EBADF', culprit: { kind: 'closed-here', program: 'alone' } },
  { name: 'EMFILE', error: 'EMFILE', culprit: { kind: 'own-kernel' }, py: true },
]

/** What a program on `a` meets that connects to an address, and what the wires do meanwhile. */
const AWAY: readonly {
  readonly name: string
  readonly to: string
  readonly faults?: Record<string, unknown>
  /** The first, or another where a kernel likes. */
  readonly errors: readonly ErrorName[]
  readonly culprit: Partial<Culprit>
}[] = [
  {
    name: 'a SYN that the wire takes',
    to: '10.0.1.2',
    faults: { loss: 1, only: 'syn' },
    errors: ['ETIMEDOUT'],
    culprit: { kind: 'lost-on-the-wire', sent: 3 },
  },
  {
    name: 'a SYN that arrives, and an answer that does not',
    to: '10.0.1.2',
    faults: { loss: 1, only: ['rst', 'synack'] },
    errors: ['ETIMEDOUT'],
    culprit: { kind: 'silence', sent: 3 },
  },
  {
    name: 'a host next door that is not there',
    to: '10.0.0.7',
    errors: ['EHOSTUNREACH', 'ETIMEDOUT'],
    culprit: { kind: 'nobody-there' },
  },
  {
    name: 'a host behind a router that is not there',
    to: '10.0.1.7',
    errors: ['EHOSTUNREACH'],
    culprit: { kind: 'icmp-answer' },
  },
  {
    name: 'a network that the router does not know',
    to: '192.0.2.1',
    errors: ['ENETUNREACH'],
    culprit: { kind: 'icmp-answer' },
  },
]

/** What the errors page shows of other programs: between hosts, by other rules of a system, typed into a shell, ended from afar. */
const ELSEWHERE: Readonly<Record<'py' | 'ts', readonly string[]>> = {
  py: ['EHOSTUNREACH', 'ETIMEDOUT', 'EPERM'],
  ts: ['EHOSTUNREACH', 'ETIMEDOUT', 'EPERM', 'EMFILE', 'EPIPE'],
}

const LANGUAGES = ['py', 'ts'] as const
const runs = (language: Language) => PYTHON !== null || language !== 'py'

describe.skipIf(whyNoOwnNetwork)(`errors made for real (${whyNoOwnNetwork ?? 'they can be had here'})`, () => {
  let course: TestCourse
  let page: BenchClient | undefined

  beforeAll(async () => {
    course = await startCourse({ rung: 'own' })
    await course.addLab('alone', {
      holder: { py: fixture('holder.py'), end: 'waits' },
      alone: { py: fixture('alone.py'), ts: fixture('alone.ts'), end: 'begins' },
    })
    const away = { py: fixture('away.py'), ts: fixture('away.ts'), end: 'begins', host: 'a' } as const
    await course.addLab('away', { away }, { network: ROAD })
  })
  afterEach(() => page?.leave())
  afterAll(() => course?.close())

  test.skipIf(PYTHON === null).each(LANGUAGES)(
    'on one host, in %s',
    async (language) => {
      page = await BenchClient.open(course.port, 'alone')
      page.run({ program: 'holder', language: 'py' }, { program: 'alone', language })
      await page.until(() => page?.eventsOf('alone', 'exited').length === 1, 60)
      expect(page.text('alone')).not.toMatch(/Traceback|Node\.js v/)
      page.say({ type: 'stop', programs: ['holder'] })
      const story = await settled(page, {
        number: '0',
        programs: [
          { name: 'holder', end: 'waits' },
          { name: 'alone', end: 'begins' },
        ],
      })
      const screens = screensOf(page, 'alone')
      const shown = ERRORS.filter(({ code }) => !ELSEWHERE[language].includes(code)).map((error) =>
        screenOf(error, language),
      )
      expect(shown.filter((line) => line !== null && !screens.includes(line))).toEqual([])
      expect(shown.length).toBeGreaterThan(8)
      const wanted = ALONE.filter(({ py }) => !py || language === 'py')
      const met = failures(story, 'alone').map(({ error, culprit }) => ({ error, culprit }))
      expect(met.map(({ error, culprit }) => `${error} ${culprit?.kind}`)).toEqual(
        wanted.map(({ error, culprit }) => `${error} ${culprit.kind}`),
      )
      for (const [place, { error, culprit }] of met.entries()) {
        expect(culprit).toMatchObject(wanted[place]?.culprit ?? {})
        expectSentences(story, error, culprit)
      }
    },
    90_000,
  )

  /** The commands that a lesson prints, and what it says they meet. */
  test
    .skipIf(PYTHON === null)
    .each([['osi/one-message-many-envelopes', ['TypeError: a bytes-like object is required']]] as const)(
    'typed into a shell, the commands of %s meet what it says',
    async (lesson, wanted) => {
      const [commands, inChinese] = ['en', 'zh'].map((lang) => {
        const text = readFileSync(join(COURSE, 'content', lang, `${lesson}.mdx`), 'utf8')
        return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, command = '']) => command.trim())
      })
      expect(inChinese).toEqual(commands)
      expect(commands).toHaveLength(wanted.length)
      page = await BenchClient.open(course.port, 'alone')
      page.run({ program: 'shell@here', language: 'sh', columns: 200 })
      await page.until(() => page?.text('shell@here').includes('$ ') === true)
      for (const [place, command] of (commands ?? []).entries()) {
        // Each in a shell within the shell, for a limit that was lowered stays low.
        page.type('shell@here', `(${command.replaceAll('\n', '; ')}); echo ended ${place}\n`)
        await page.until(() => new RegExp(`^ended ${place}`, 'm').test(page?.text('shell@here') ?? ''))
        expect(page.text('shell@here')).toContain(wanted[place])
      }
    },
  )

  describe.each(LANGUAGES)('between hosts, in %s', (language) => {
    test.skipIf(!runs(language)).each(AWAY)(
      '$name is $errors: $culprit.kind',
      async ({ to, faults, errors, culprit }) => {
        page = await BenchClient.open(course.port, 'away')
        if (faults) {
          page.say({ type: 'faults', wire: 1, faults })
          await page.until(() => page?.events.some(({ kind }) => kind === 'faults') === true)
        }
        page.run({ program: 'away', language })
        await page.until(() => page?.eventsOf('away', 'started').length === 1)
        page.type('away', `${to}\n`)
        await page.until(() => page?.eventsOf('away', 'exited').length === 1, 30)
        const programs = [{ name: 'away', end: 'begins', host: 'a' }] as const
        const story = await settled(page, { number: '0', programs, network: ROAD })
        const met = failures(story, 'away')
        expect(met).toHaveLength(1)
        expect(errors).toContain(met[0]?.error)
        expect(met[0]?.culprit).toMatchObject(culprit)
        const [screen = ''] = screensOf(page, 'away')
        const shown = ERRORS.find(({ code }) => code === met[0]?.error)
        expect(masked(screen)).toBe(masked(shown ? (screenOf(shown, language) ?? '') : ''))
        expectSentences(story, met[0]?.error as ErrorName, met[0]?.culprit ?? null)
      },
      60_000,
    )
  })
})

/** What a program printed of its errors, as the errors page shows it. */
function screensOf(page: BenchClient, program: string): string[] {
  return [...page.text(program).matchAll(/^screen: (.*?)\r?$/gm)].map(([, line = '']) => line)
}

/** What the errors page shows of an error in a language; null where there is no such screen. */
function screenOf({ python, node }: MetError, language: Language): string | null {
  return language === 'py' ? python : (node ?? null)
}

/** A line without its addresses. Node names its own end as well where this host's kernel refused at once. */
function masked(line: string): string {
  return line.replace(/ \d+(?:\.\d+){3}:\d+/, ' HOST:PORT').replace(/ - Local \(.*\)$/, '')
}

/** The story of a run when everything has been told. */
async function settled(page: BenchClient, definition: LabDefinition): Promise<Story> {
  await page.until(() => page.observedOf('settled').length > 0, 30)
  const story = tellLatest(readLab('errors', definition), [...page.events, ...page.observed, ...page.frames])
  if (story === null) throw new Error('No story is told.')
  return story
}

/** The calls of a program that failed, once for each of its errors, and who was to blame. */
function failures(story: Story, program: string): { error: ErrorName; culprit: Culprit | null }[] {
  return story.calls.flatMap((call, place) => {
    const error = call.error === null ? null : errorOf(call.error)
    if (call.program !== program || call.error === null) return []
    if (error === null) throw new Error(`${call.name} met ${call.error}, which nobody explains`)
    return [{ error, culprit: culpritOf(story, place) }]
  })
}

/** Both languages say what it is, what shows it, and what to try. */
function expectSentences(story: Story, error: ErrorName, culprit: Culprit | null): void {
  for (const lang of ['en', 'zh']) {
    const words: Record<string, string> = JSON.parse(
      readFileSync(join(COURSE, 'content', 'ui', lang, 'errors.json'), 'utf8'),
    )
    for (const key of [`error.${error}`, `error.${error}.try`, `culprit.${culprit?.kind}`]) {
      expect(words[key] ?? `no ${key} in ${lang}`).toMatch(/[.。]$/)
    }
    // Every place of the sentence has a value.
    for (const [, place = ''] of (words[`culprit.${culprit?.kind}`] ?? '').matchAll(/\{(\w+)\}/g)) {
      const values: Record<string, string | number> = culprit === null ? {} : valuesOf(story, culprit)
      expect(values[place], `${place} in ${culprit?.kind}`).toBeTruthy()
    }
  }
}
