/** The course without its server: the built files on any web server, at the root of it and below a path. */
import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { type StaticServer, serveStatic } from '../helpers/static-server.ts'
import { axeFindsInBothThemes } from './axe.ts'
import { newReader, ownEnvironment, type Reader } from './course.ts'
import { SearchInPage } from './finding.ts'
import { LabInPage } from './lab.ts'

/** The lessons that have labs, and the labs in them. */
const LESSONS = globSync('content/en/**/*.mdx', { cwd: COURSE }).flatMap((file) => {
  const labs = [...readFileSync(join(COURSE, file), 'utf8').matchAll(/<Lab id="([^"]+)"/g)].map(([, id = '']) => id)
  return labs.length > 0 ? [[file.replace(/^content\/en\/|\.mdx$/g, ''), labs] as const] : []
})
const UDP = '/en/udp/the-datagram-that-vanished/'

let browser: Browser
let folder: string
let reader: Reader
let page: Page
const servers: StaticServer[] = []
/** Addresses that pages asked for elsewhere than at their own server. */
let strangers: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'both-ends-static-'))
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await Promise.all(servers.map((server) => server.close()))
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  strangers = []
  reader = await newReader(browser, { acceptDownloads: true })
  await reader.context.route('**/*', (route) => {
    const url = route.request().url()
    if (/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(url)) return route.continue()
    strangers.push(url)
    return route.abort()
  })
  page = await reader.context.newPage()
})
afterEach(async () => {
  await reader.context.close()
  expect(reader.faults).toEqual([])
  expect(strangers).toEqual([])
})

/** The pages as `npm run build -- --base=…` makes them. */
async function build(base: string): Promise<string> {
  const out = join(folder, base.replaceAll('/', '') || 'root')
  const npm = join(COURSE, 'node_modules', '.bin')
  const env = { ...ownEnvironment(), OUT: out, PATH: `${npm}:${process.env.PATH}` }
  const { build } = JSON.parse(await readFile(join(COURSE, 'package.json'), 'utf8')).scripts
  await promisify(execFile)('/bin/sh', ['-c', `${build} --base=${base}`], { cwd: COURSE, env })
  return out
}

/** What is recorded of a lab, by mixture: the file and the day. */
const recorded = (lab: string, mixture: string) => {
  const file = join(COURSE, 'labs', 'catalog', lab, 'recordings', `${mixture}.jsonl`)
  const text = readFileSync(file, 'utf8')
  return { file, text, date: new Date(JSON.parse(text.split('\n')[0] ?? '').recorded) }
}
const day = (date: Date, lang = 'en-GB') => date.toLocaleDateString(lang, { dateStyle: 'long', timeZone: 'UTC' })

async function open(server: StaticServer, path = UDP, id = 'udp-aligned'): Promise<LabInPage> {
  await page.goto(server.at(path))
  const lab = new LabInPage(page, id)
  await lab.connection('recorded')
  return lab
}

/** Plays the recording of the lab and leaps to its end, if it is not there by then. */
async function hurryThrough(lab: LabInPage): Promise<void> {
  await lab.play.click()
  const leap = lab.toEnd.click({ timeout: 2000 }).catch(() => {})
  await playedOut(lab)
  await leap
}

/** Resolves when the lab has played all of its recording. */
async function playedOut(lab: LabInPage): Promise<void> {
  await lab.root.locator('[data-end]:not([data-state="exited"])').first().waitFor({ state: 'detached' })
  await lab.toEnd.waitFor({ state: 'hidden' })
}

describe.each(['/', '/course/'])('below %s', (base) => {
  let server: StaticServer
  let built: string
  let pages: Map<string, string>

  beforeAll(async () => {
    built = base === '/' ? join(COURSE, 'dist') : await build(base)
    server = await serveStatic(built, base)
    servers.push(server)
    const files = globSync('**/*.html', { cwd: built })
    pages = new Map(
      files.map((file) => [`/${file.replace(/index\.html$/, '')}`, readFileSync(join(built, file), 'utf8')]),
    )
  })
  afterEach(() => expect(server.missed).toEqual([]))

  test('every link and every file lies there', async () => {
    const broken: string[] = []
    const statuses = new Map<string, number>()
    let seen = 0
    for (const [path, html] of pages) {
      for (const [, link = ''] of html.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
        const url = new URL(link.replaceAll('&amp;', '&'), server.at(path))
        if (url.origin !== new URL(server.at('/')).origin) continue
        seen += 1
        const { pathname } = url
        const status = statuses.get(pathname) ?? (await fetch(url)).status
        statuses.set(pathname, status)
        if (status !== 200) broken.push(`${path}: ${link}`)
      }
    }
    expect(seen).toBeGreaterThan(50)
    expect(broken).toEqual([])
  })

  test('a reader comes from its first address to a lesson, by clicking, in both languages', async () => {
    await page.goto(server.at('/'))
    await page.waitForURL('**/en/')
    await page.getByRole('link', { name: 'The datagram that vanished' }).click()
    await page.getByRole('link', { name: '中文' }).click()
    const lab = new LabInPage(page, 'udp-aligned')
    await lab.connection('recorded')
    await lab.play.click()
    await lab.program('receive').shows('数据')
    await page.getByRole('link', { name: '本机' }).first().click()
    await page.locator('this-machine[data-state="absent"]').waitFor()
  })

  // What follows makes no difference between the two, and is looked at where more can go wrong.
  if (base !== '/') {
    test('a program can be edited; what would run it says where it can be run, and the recording shows its own text', async () => {
      const lab = await open(server)
      const { box } = lab.program('send')
      const editor = box.locator('.cm-content:visible')
      await box.getByRole('button', { name: 'Edit send' }).click()
      await editor.press('ControlOrMeta+Home')
      await page.keyboard.insertText('// mine\n')
      const notes = box.locator('.own-notes')
      await notes.filter({ hasText: 'does not run here. Here every lab plays a run that was recorded' }).waitFor()
      await editor.press('ControlOrMeta+Enter')
      await lab.complains(/^Your version cannot run here: .*npm ci && npm start/)
      await hurryThrough(lab)
      await box.locator('.own-state', { hasText: 'your version, not the text that was run' }).waitFor()
      await box.getByRole('button', { name: 'Done editing send' }).click()
      await box.locator('.own-state', { hasText: /^the text that was run$/ }).waitFor()
      await box.locator('.code:visible .ln .ret').first().waitFor()
      await page.reload()
      await box.locator('.cm-line', { hasText: '// mine' }).waitFor()
    })

    test.each(LESSONS)(
      'each lab of %s plays its recording to its end: %j',
      async (path, ids) => {
        await page.goto(server.at(`/en/${path}/`))
        for (const id of ids) {
          const lab = new LabInPage(page, id)
          await lab.connection('recorded')
          expect(await lab.root.getAttribute('data-source')).toBe('recorded')
          await hurryThrough(lab)
          for (const box of await lab.root.locator('[data-end]').all()) {
            const program = lab.program((await box.getAttribute('data-program')) ?? '')
            await program.shows(/exited with code|ended by/)
          }
        }
      },
      90_000,
    )

    test('a reader finds words in both languages, and is led to where they stand', async () => {
      const search = new SearchInPage(page)
      for (const [lang, word, term] of [
        ['en', 'datagram', 'datagram'],
        ['zh', '套接字', '套接字'],
      ] as const) {
        await page.goto(server.at(`/${lang}/`))
        await search.open()
        await search.type(word)
        await search.says(/\d/)
        const below = new URL(server.at(`/${lang}/`)).pathname
        expect((await search.found()).filter((path) => !path.startsWith(below))).toEqual([])
        await search.link(term).click()
        await page.waitForURL(server.at(`/${lang}/glossary/#${lang === 'en' ? 'datagram' : 'socket'}`))
      }
    })

    test('an address that leads nowhere is told in both languages, its own first', async () => {
      for (const [path, first, second] of [
        ['/en/nothing/', 'There is no page here', '这里没有页面'],
        ['/zh/nothing/', '这里没有页面', 'There is no page here'],
      ] as const) {
        // As such a web server answers: with the one page it has for it, at whatever address.
        await page.route(server.at(path), async (route) => route.fulfill({ path: join(built, '404.html') }))
        await page.goto(server.at(path))
        await page.locator('h1').first().filter({ hasText: first }).waitFor()
        expect(await page.locator('h1').allInnerTexts()).toEqual([first, second])
        await page.getByRole('link', { name: path.startsWith('/en') ? 'Course map' : '课程地图' }).click()
        await page.waitForURL(server.at(path.slice(0, 4)))
      }
    })

    test('the page This machine plays the recorded addresses of another', async () => {
      await page.goto(server.at('/en/machine/'))
      const lab = new LabInPage(page, 'own-addresses')
      await lab.connection('recorded')
      await lab.play.click()
      await lab.program('addresses').shows('inet 127.0.0.1/8')
    })
  }
})

describe('a lab on a static site', () => {
  let server: StaticServer

  beforeAll(async () => {
    server = await serveStatic(join(COURSE, 'dist'))
    servers.push(server)
  })
  afterEach(() => expect(server.missed).toEqual([]))

  test.each([
    [
      'en',
      'en-GB',
      (date: string) => `recorded, ${date}`,
      'ready to play',
      /^Here every lab plays a run .*npm ci && npm start/,
    ],
    ['zh', 'zh-Hans', (date: string) => `运行记录，${date}`, '可以回放', /^在这里，每个实验回放.*npm ci && npm start/],
  ] as const)(
    'says in %s that it is recorded, and when, and how one runs it',
    async (lang, locale, label, ready, note) => {
      const lab = await open(server, UDP.replace('en', lang))
      await lab.says(ready)
      const { date } = recorded('udp-aligned', 'ts-ts')
      expect(await lab.root.locator('[data-source-label]').innerText()).toBe(label(day(date, locale)))
      const notes = page.locator('[data-none]:visible')
      expect(await notes.allInnerTexts()).toEqual([expect.stringMatching(note)])
      expect(await lab.root.getByRole('alert').isVisible()).toBe(false)
      expect(await page.getByText('not reachable').isVisible()).toBe(false)
    },
  )

  test('offers nothing that would need a server: no run of one program, no shell, no paste', async () => {
    const lab = await open(server)
    const { run } = lab.program('receive')
    expect(await run.isVisible()).toBe(false)
    expect(await lab.runAll.isVisible()).toBe(false)
    expect(await lab.root.locator('[data-toggle="shell"]').isVisible()).toBe(false)
    await lab.play.click()
    await playedOut(lab)
    expect(await lab.program('receive').box.locator('[data-paste]').getAttribute('aria-disabled')).toBe('true')
    expect(await lab.program('receive').panel.innerText()).toContain('takes no input')
  })

  test('plays what its reader has chosen at the two ends, there and in the next lesson', async () => {
    const lab = await open(server)
    await lab.program('receive').choose('py')
    await lab.program('send').choose('ts')
    const asked = page.waitForRequest('**/recordings/**')
    await lab.play.click()
    expect(new URL((await asked).url()).pathname).toBe('/recordings/udp-aligned/py-ts.jsonl')
    await lab.program('receive').shows('$ python3 receive.py')
    await lab.program('send').shows('$ node send.ts')
    await playedOut(lab)
  })

  test('asks for a recording when it is played, and not before', async () => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    const lab = await open(server)
    expect(asked.filter((path) => /recordings|terminal/.test(path))).toEqual([])
    await lab.play.click()
    await playedOut(lab)
    expect(asked.filter((path) => path.includes('/recordings/'))).toHaveLength(1)
  })

  test('can be stopped, taken to its end, and played again from its beginning', async () => {
    const lab = await open(server, UDP, 'udp-as-found')
    await lab.play.click()
    await lab.program('receive').shows('Waiting for a datagram')
    await lab.root.getByRole('button', { name: 'Stop', exact: true }).click()
    await lab.says('receive was running when the recording ended')
    await lab.play.click()
    await lab.toEnd.click()
    await lab.says(/receive was ended by Stop; send exited with code 0/)
    const { panel } = lab.program('receive')
    expect((await panel.locator('.xterm-rows').innerText()).match(/\$ node receive\.ts/g)).toHaveLength(1)
    await lab.root.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'hidden' })
    expect(await lab.play.isEnabled()).toBe(true)
  })

  test('says that a silence is shorter here than it was', async () => {
    const lab = await open(server, UDP, 'udp-as-found')
    await lab.play.click()
    await lab.says(/nothing happens for \d+\.\d seconds, shown in one/)
  })

  test('keeps its place on a phone, in both themes, with nothing that axe finds', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    const lab = await open(server)
    await lab.play.click()
    await playedOut(lab)
    await lab.root.getByText('Save or open a run').click()
    const overhang = await page.evaluate(() => (document.scrollingElement?.scrollWidth ?? 0) - innerWidth)
    expect(overhang).toBeLessThanOrEqual(0)
    expect(await axeFindsInBothThemes(page, ['[data-lab="udp-aligned"]'])).toEqual([])
  }, 90_000)

  test('says plainly that its recording could not be fetched, and plays it the next time', async () => {
    const lab = await open(server)
    await page.route('**/recordings/**', (route) => route.fulfill({ body: '<p>Log in first</p>' }))
    await lab.play.click()
    await lab.complains('This file is not a recording of the course')
    await page.unroute('**/recordings/**')
    await lab.play.click()
    await playedOut(lab)
    expect(await lab.root.getByRole('alert').isVisible()).toBe(false)
  })

  test('is saved as a file that opens as the same run, there and nowhere else', async () => {
    const lab = await open(server)
    await lab.play.click()
    await playedOut(lab)
    await lab.root.getByText('Save or open a run').click()
    const download = page.waitForEvent('download')
    await lab.root.getByRole('button', { name: 'Save this run' }).click()
    const saved = await download
    const { text, date } = recorded('udp-aligned', 'ts-ts')
    expect(saved.suggestedFilename()).toBe(`both-ends_udp-aligned_ts-ts_${date.toISOString().slice(0, 10)}.jsonl`)
    expect(readFileSync(await saved.path(), 'utf8')).toBe(text)

    await openFile(lab, 'mine.jsonl', text.replace(/"recorded":"[^"]*"/, '"recorded":"2025-12-24T18:00:00Z"'))
    await lab.root.getByText('recorded, 24 December 2025 · from a file').waitFor()
    await playedOut(lab)
    await lab.root.getByRole('button', { name: 'Back to the course’s recording' }).click()
    await lab.says('ready to play')
    expect(await lab.root.locator('[data-source-label]').innerText()).toBe(`recorded, ${day(date)}`)

    await openFile(new LabInPage(page, 'udp-as-found'), 'mine.jsonl', text)
    await new LabInPage(page, 'udp-as-found').complains(
      'This is a recording of another lab, udp-aligned. Open it there.',
    )
  })

  test('tells in plain words why a file is not opened, and goes on as before', async () => {
    const { text } = recorded('udp-aligned', 'ts-ts')
    const refused: readonly (readonly [what: string, words: RegExp, text: string])[] = [
      ['cut', /cut off before its end/, text.slice(0, -100)],
      ['foreign', /not a recording of the course/, '{"log":{"version":"1.2"}}\n'],
      ['newer', /of version 99, and this page knows versions up to/, text.replace('"version":1', '"version":99')],
      [
        'damaged',
        /Line 3 of this recording cannot be right: `program` must be one of/,
        text.replace(/("started","program":)"receive"/, '$1"constructor"'),
      ],
      ['endless', /has 1\d\d MB, more than any run/, text + 'x'.repeat(110 * 1024 * 1024)],
    ]
    const lab = await open(server)
    for (const [what, words, changed] of refused) {
      await openFile(lab, `${what}.jsonl`, changed)
      await lab.complains(words)
    }
    await lab.play.click()
    await playedOut(lab)
    await lab.program('receive').shows('数据')
    expect(await lab.root.getByRole('alert').isVisible()).toBe(false)
  })
})

/** Gives a file to the lab, as its reader's choice in the browser's own dialogue. */
async function openFile(lab: LabInPage, name: string, text: string): Promise<void> {
  const path = join(folder, name)
  await writeFile(path, text)
  if (!(await lab.root.getByRole('button', { name: 'Open a run …' }).isVisible())) {
    await lab.root.getByText('Save or open a run').click()
  }
  const chooser = page.waitForEvent('filechooser')
  await lab.root.getByRole('button', { name: 'Open a run …' }).click()
  await (await chooser).setFiles(path)
}
