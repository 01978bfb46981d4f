/** A program that is run as its reader has edited it: on every rung, in both languages, with the catalog untouched. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SERVER_MARK } from '../../labs/bench/environment.ts'
import { WORKSPACE_PREFIX } from '../../labs/bench/leftovers.ts'
import { Outbox } from '../../labs/bench/outbox.ts'
import type { ControlEvent } from '../../labs/events.ts'
import { LANGUAGES, type Language } from '../../labs/lab.ts'
import { HOME_LIMITS } from '../../labs/limits.ts'
import { type FromBench, MAX_FRAME, type Rung } from '../../labs/protocol.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { PYTHON, whyNoOwnNetwork } from '../helpers/live-network.ts'

const SHIPPED = { ts: "console.log('as shipped')\n", py: 'print("as shipped")\n' } as const

/** Each prints this, with a character that is none of ASCII, and asks for a socket in line 4. */
const EDITED = {
  ts: `import { createSocket } from 'node:dgram'
const word: string = '改过了'
console.log(word)
const socket = createSocket('udp4')
socket.bind(0, '127.0.0.1', () => socket.close())
`,
  py: `import socket
word = "改过了"
print(word)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("127.0.0.1", 0))
`,
} as const

const DELETES = {
  ts: "import { rmSync } from 'node:fs'\nrmSync(import.meta.filename)\nconsole.log('deleted')\n",
  py: 'import os\nos.remove(__file__)\nprint("deleted")\n',
} as const

/** Puts a folder with something in it where its own file was. */
const REPLACES = {
  ts: `import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
rmSync(import.meta.filename)
mkdirSync(import.meta.filename)
writeFileSync(import.meta.filename + '/full', '')
console.log('replaced')
`,
  py: `import os
os.remove(__file__)
os.mkdir(__file__)
open(__file__ + "/full", "w").close()
print("replaced")
`,
} as const

/** Puts a link to another file where its own was. */
const LINKS = {
  ts: `import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
writeFileSync('victim', 'mine')
rmSync(import.meta.filename)
symlinkSync('victim', import.meta.filename)
console.log('linked')
`,
  py: `import os
open("victim", "w").write("mine")
os.remove(__file__)
os.symlink("victim", __file__)
print("linked")
`,
} as const

const rungs: readonly Exclude<Rung, 'none'>[] = whyNoOwnNetwork === null ? ['own', 'plain'] : ['plain']
const languages = LANGUAGES.filter((language) => language === 'ts' || PYTHON !== null)

describe.each(rungs)('on the rung %s', (rung) => {
  let course: TestCourse
  let page: BenchClient

  beforeAll(async () => {
    course = await startCourse({ rung, limits: { source: 2000 } })
    await course.addLab('one', { say: { ...SHIPPED, end: 'begins' }, other: { ...SHIPPED, end: 'begins' } })
  })
  afterEach(() => page?.leave())
  afterAll(() => course.close())

  /** Runs a program to its end, and gives what it printed. */
  async function run(language: Language, source?: string, program = 'say'): Promise<string> {
    const [before, ended] = [page.text(program).length, page.eventsOf(program, 'exited').length]
    page.run({ program, language, ...(source !== undefined && { source }) })
    await page.until(() => page.eventsOf(program, 'exited').length > ended)
    return page.text(program).slice(before).trim()
  }

  const shipped = (language: Language) =>
    readFileSync(join(course.folder, 'labs/catalog/one', `say.${language}`), 'utf8')

  describe.each(languages)('in %s', (language) => {
    test('a text is run in place of the file, with its own line numbers, and the stream says which text it was', async () => {
      page = await BenchClient.open(course.port, 'one')
      expect(await run(language, EDITED[language])).toBe('改过了')
      const calls = page.observedOf('call')
      expect(calls.find(({ deed }) => deed === 'bind')?.line).toBe(5)
      expect(page.eventsOf('say', 'starting').at(-1)?.edited).toEqual({ text: EDITED[language] })
      expect(page.eventsOf('say', 'started').at(-1)?.command.at(-1)).toBe(`say.${language}`)
      expect(shipped(language)).toBe(SHIPPED[language])

      expect(await run(language)).toBe('as shipped')
      expect(page.eventsOf('say', 'starting').at(-1)).not.toHaveProperty('edited')
      expect(await run(language, undefined, 'other')).toBe('as shipped')
    })

    test('a program that deletes its file, or puts a folder or a link in its place, is there again the next time', async () => {
      page = await BenchClient.open(course.port, 'one')
      for (const [text, said] of [
        [DELETES, 'deleted'],
        [REPLACES, 'replaced'],
        [LINKS, 'linked'],
      ] as const) {
        expect(await run(language, text[language])).toBe(said)
        expect(await run(language)).toBe('as shipped')
        expect(await run(language, text[language])).toBe(said)
        expect(await run(language, text[language])).toBe(said)
      }
      expect(shipped(language)).toBe(SHIPPED[language])
    })

    test('what was in the place of a file is not written through', async () => {
      page = await BenchClient.open(course.port, 'one')
      expect(await run(language, LINKS[language])).toBe('linked')
      const reads = {
        ts: "import { readFileSync } from 'node:fs'\nconsole.log(readFileSync('victim', 'utf8'))\n",
        py: 'print(open("victim").read())\n',
      }
      expect(await run(language, reads[language])).toBe('mine')
    })
  })

  test('a shell sees the text that was run', async () => {
    page = await BenchClient.open(course.port, 'one')
    await run('ts', EDITED.ts)
    page.run({ program: 'shell@here', language: 'sh' })
    await page.until(() => page.eventsOf('shell@here', 'started').length > 0)
    page.type('shell@here', 'cat say.ts other.ts; echo "en""d"\n')
    await page.until(() => page.text('shell@here').includes('\r\nend'))
    expect(page.text('shell@here')).toContain('改过了')
    expect(page.text('shell@here')).toContain('as shipped')
  })

  test('a text that is too large, or no text, is refused with its reason before anything is started', async () => {
    page = await BenchClient.open(course.port, 'one')
    page.run({ program: 'other', language: 'ts' }, { program: 'say', language: 'ts', source: '// 长\n'.repeat(300) })
    page.run({ program: 'say', language: 'py', source: 'print(1)\nprint("\ud83d")\n' })
    await page.until(() => page.troubles.length === 2)
    expect(page.troubles).toEqual([
      { kind: 'source-too-large', program: 'say', bytes: 2100, limit: 2000 },
      { kind: 'source-not-text', program: 'say', line: 2 },
    ])
    expect(page.events).toEqual([])
    expect(await run('ts', "console.log('fits')".padStart(2000))).toBe('fits')
  })

  test('a page that comes back is told which text was run', async () => {
    page = await BenchClient.open(course.port, 'one')
    await run('ts', EDITED.ts)
    await page.cut()
    page = await BenchClient.open(course.port, 'one', { from: page, after: 0 })
    await page.until(() => page.eventsOf('say', 'exited').length === 1)
    expect(page.eventsOf('say', 'starting')[0]?.edited).toEqual({ text: EDITED.ts })
  })
})

const own = describe.skipIf(whyNoOwnNetwork !== null)
own('in a network of its own', () => {
  test('a program that deletes the whole workspace finds it again the next time, with its packages', async () => {
    const course = await startCourse({ rung: 'own' })
    await course.addLab('one', { say: { ...SHIPPED, end: 'begins' } })
    const page = await BenchClient.open(course.port, 'one')
    const deletes = "import { rmSync } from 'node:fs'\nrmSync('/lab', { recursive: true })\n"
    page.run({ program: 'say', language: 'ts', source: deletes })
    expect(await page.exit('say')).toMatchObject({ code: 0 })
    const ended = page.eventsOf('say', 'exited').length
    const uses = "import iconv from 'iconv-lite'\nconsole.log(iconv.encode('数', 'gbk').toString('hex'))\n"
    page.run({ program: 'say', language: 'ts', source: uses })
    await page.until(() => page.eventsOf('say', 'exited').length > ended)
    expect(page.text('say').trim()).toBe('cafd')
    await page.leave()
    await course.close()
  })
})

describe('on the plain machine', () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`${WORKSPACE_PREFIX}${SERVER_MARK}-`))

  test('an edited text lies in a folder of its bench, which nobody else can look into and which goes with it', async () => {
    const course = await startCourse({ rung: 'plain' })
    await course.addLab('one', { say: { ...SHIPPED, end: 'begins' } })
    const page = await BenchClient.open(course.port, 'one')
    page.run({ program: 'say', language: 'ts' })
    await page.exit('say')
    expect(folders()).toEqual([])
    const tells = 'console.log(import.meta.dirname)\n'
    page.run({ program: 'say', language: 'ts', source: tells })
    await page.until(() => page.eventsOf('say', 'exited').length === 2)
    const [folder = ''] = folders()
    expect(page.text('say')).toContain(join(folder, 'lab'))
    expect(statSync(join(tmpdir(), folder, 'lab')).mode & 0o777).toBe(0o700)
    await course.close()
    expect(existsSync(join(tmpdir(), folder))).toBe(false)
  })
})

describe('what is kept of edited texts', () => {
  test('is bounded: of earlier runs it is known that there was one', () => {
    const outbox = new Outbox(() => 0, 1000)
    const texts = Array.from({ length: 40 }, (_, run) => String(run).padEnd(64 * 1024, '#'))
    for (const [run, text] of texts.entries()) {
      const size = { columns: 80, rows: 24 }
      outbox.write({ kind: 'starting', program: 'a', run: run + 1, language: 'ts', ...size, edited: { text } })
    }
    const told: ControlEvent[] = []
    const receiver = { tell: (one: FromBench) => one.type === 'events' && told.push(...one.events) }
    outbox.attach({ ...receiver, output: () => {}, waiting: 0 } as never, 0)
    const kept = told.map((event) => (event.kind === 'starting' ? event.edited?.text : undefined))
    expect(kept.slice(-16)).toEqual(texts.slice(-16))
    expect(kept.slice(0, -16)).toEqual(Array(24).fill(null))
  })

  test('and a run of three programs at their limit fits into one message', () => {
    const source = 'const text = "数据"\n'.repeat(HOME_LIMITS.source / 22)
    const programs = ['a', 'b', 'c'].map((program) => ({ program, language: 'ts', columns: 80, rows: 24, source }))
    expect(Buffer.byteLength(source)).toBeGreaterThan(HOME_LIMITS.source - 30)
    expect(Buffer.byteLength(JSON.stringify({ type: 'run', programs }))).toBeLessThan(MAX_FRAME)
  })
})
