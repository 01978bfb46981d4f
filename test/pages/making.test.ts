import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { buildSite } from '../../labs/server/build.ts'
import { CourseServer } from '../../labs/server/server.ts'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { useMachinePorts } from '../helpers/machine-ports.ts'
import { testParts } from '../helpers/parts.ts'
import { isThere, until } from '../helpers/processes.ts'
import { copyCourse, EXTRA, endServers, lessonText, newReader, type Reader, removeCourse, Served } from './course.ts'
import { SearchInPage } from './finding.ts'
import { LabInPage } from './lab.ts'

/** A program that does not end when its terminal is hung up. */
const EDITED = "process.on('SIGHUP', () => {})\nconsole.log('edited')\nsetInterval(() => {}, 1000)\n"

// Pages are made while one waits for them, and a page server first meets all of its packages.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let browser: Browser
let reader: Reader

useMachinePorts()
beforeAll(async () => {
  folder = await copyCourse()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await endServers()
  await removeCourse(folder)
})
beforeEach(async () => {
  reader = await newReader(browser)
})
afterEach(() => reader.context.close())

describe('a course in the making', () => {
  test('is served by `npm run dev`; an edited program is shown and run without a restart; Ctrl-C leaves nothing', async () => {
    const served = await Served.start(folder, { file: 'dev.ts' })
    const page = await reader.context.newPage()
    await page.goto(served.at(`/en/${EXTRA.lesson}/`))
    // While it first meets its packages, the page server may load a page anew, and what was pressed is forgotten.
    await page.waitForLoadState('networkidle')
    await page.reload()
    await page.waitForLoadState('networkidle')
    const numbers = new LabInPage(page, EXTRA.lab).program('numbers')
    await numbers.run.click()
    await numbers.shows(/line \d/)
    await numbers.stop.click()
    await numbers.exited('SIGHUP')
    // Nothing was built here, so there is no index.
    const search = new SearchInPage(page)
    await page.locator('h1').click()
    await search.open()
    await search.type('socket')
    await search.says('There is no search index here.')
    await page.keyboard.press('Escape')
    const code = numbers.box.locator('[data-panel="code"]')
    await writeFile(join(folder, 'labs', 'catalog', EXTRA.lab, 'numbers.ts'), EDITED)
    await code.filter({ hasText: "console.log('edited')" }).waitFor({ state: 'attached' })
    // The page was loaded anew, and knows its bench again.
    await numbers.exited('SIGHUP')
    await numbers.run.click()
    await numbers.shows('edited')
    const { family } = served
    expect(family.length).toBeGreaterThanOrEqual(4)
    expect(await served.end()).toBe(0)
    await until(() => !family.some(isThere), 'all of its processes are gone', 5)
  })
})

describe('a lesson with mistakes', () => {
  const lesson = join('content', 'en', `${EXTRA.lesson}.mdx`)
  const sentences = [
    `${lesson}, line 11: <Lab> names the lab \`nope\`, which does not exist; there are `,
    `${lesson}, line 13: <Lab> has no attribute \`wrong\`; it has \`id\`, \`show\``,
  ]

  beforeAll(async () => {
    await cp(join(COURSE, 'dist'), join(folder, 'dist'), { recursive: true, preserveTimestamps: true })
    await writeFile(join(folder, lesson), lessonText('<Lab id="nope" />\n\n<Lab id="udp-aligned" wrong="x" />'))
  })

  test('stops a build, which names file and line and leaves the last good pages', async () => {
    const failed = await buildSite(folder, () => {}).catch((error: Error) => error.message)
    for (const sentence of sentences) expect(failed).toContain(sentence)
    expect(await readFile(join(folder, 'dist', 'en', 'index.html'), 'utf8')).toContain('</html>')
  })

  test('is told when the course starts, which goes on with the last good pages', async () => {
    const served = await Served.start(folder)
    for (const sentence of sentences) expect(served.printed).toContain(sentence)
    expect(served.printed).toContain('The pages of the last good build are shown instead.')
    const page = await reader.context.newPage()
    await page.goto(served.at('/en/udp/the-datagram-that-vanished/'))
    const lab = new LabInPage(page, 'udp-aligned')
    await lab.runAll.click()
    await lab.program('receive').shows('数据')
    expect(await served.end()).toBe(0)
  })

  test('ends the start of a course that has no good pages', async () => {
    await rm(join(folder, 'dist'), { recursive: true })
    const told = await Served.start(folder).catch((error: Error) => error.message)
    expect(told).toContain('The server ended with 1')
    expect(told).toContain(sentences[0])
  })
})

describe('a machine without Python', () => {
  test('says so at the Python program, and runs the one in TypeScript', async () => {
    const server = new CourseServer(await testParts(COURSE, 'plain', false))
    const port = await server.listen(0)
    const page = await reader.context.newPage()
    await page.goto(`http://127.0.0.1:${port}/en/udp/the-datagram-that-vanished/?key=${server.key}`)
    const lab = new LabInPage(page, 'udp-aligned')
    const [receive, send] = [lab.program('receive'), lab.program('send')]
    await receive.choose('py')
    const sentence = receive.box.getByText('python3 is missing here, so the Python program cannot run.')
    await sentence.waitFor()
    expect(await receive.run.isDisabled()).toBe(true)
    await receive.run.click({ force: true })
    await receive.state('ready')
    await send.choose('ts')
    await receive.choose('ts')
    await sentence.waitFor({ state: 'hidden' })
    await lab.runAll.click()
    await receive.shows('数据')
    await receive.exited(0)
    await send.exited(0)
    await server.close()
  })
})
