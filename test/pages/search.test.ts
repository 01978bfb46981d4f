/** The search on the course's own server: both languages, its own policy, no other host, and plain words where it cannot be. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { endServers, newReader, type Reader, Served } from './course.ts'
import { SearchInPage } from './finding.ts'

const LESSON = { en: '/en/udp/the-datagram-that-vanished/', zh: '/zh/udp/the-datagram-that-vanished/' }

let browser: Browser
let served: Served
let reader: Reader
let page: Page
let search: SearchInPage
/** The paths that were asked for, and hosts other than the course's. */
let asked: string[]

beforeAll(async () => {
  served = await Served.start(COURSE)
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await endServers()
})
beforeEach(async () => {
  reader = await newReader(browser)
  page = await reader.context.newPage()
  search = new SearchInPage(page)
  asked = []
  page.on('request', (request) => {
    const { host, pathname } = new URL(request.url())
    asked.push(host === `127.0.0.1:${served.port}` ? pathname : request.url())
  })
})
afterEach(() => reader.context.close())

describe('the search', () => {
  test.each([
    ['en', ['socket', 'three-way handshake', 'ECONNREFUSED'], 'three-way handshake', '套接字', /Found in/],
    ['zh', ['套接字', '三次握手', '粘包', '报文段', '队头阻塞', 'ECONNREFUSED'], '三次握手', 'mojibake', /找到/],
  ] as const)(
    'finds pages, headings and terms in %s, and no page of the other language',
    async (lang, words, term, foreign, found) => {
      await page.goto(served.at(LESSON[lang]))
      await page.waitForLoadState('networkidle')
      expect(asked.filter((path) => /pagefind|dialog/.test(path))).toEqual([])
      await search.open()
      for (const word of words) {
        await search.type(word)
        await search.says(found)
        const paths = await search.found()
        expect(paths.length, word).toBeGreaterThan(0)
        expect(paths.filter((path) => !path.startsWith(`/${lang}/`))).toEqual([])
        const texts = await search.dialog.locator('[data-search-hits]').innerText()
        expect(texts.toLowerCase(), word).toContain(word.toLowerCase())
      }
      // A term is found by its name in the other language too, in its own glossary.
      await search.type(foreign)
      await search.link(lang === 'en' ? 'socket' : '乱码').waitFor()
      expect((await search.found()).filter((path) => !path.startsWith(`/${lang}/`))).toEqual([])

      await search.type(term)
      await search.link(term).click()
      await page.waitForURL(`**/${lang}/glossary/#handshake`)
      await page.locator('#handshake', { hasText: 'SYN' }).waitFor()
      expect(reader.faults).toEqual([])
      expect(asked.filter((path) => !path.startsWith('/'))).toEqual([])
    },
  )

  test('is gone through by keyboard alone, leads to a heading of the very page, and gives the focus back', async () => {
    await page.goto(served.at('/en/errors/'))
    await page.getByRole('button', { name: 'Search', exact: true }).press('Enter')
    await search.type('EADDRINUSE')
    await search.link('EADDRINUSE').waitFor()
    await search.dialog.getByRole('searchbox').press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    expect(await search.dialog.getByRole('searchbox').evaluate((field) => field === document.activeElement)).toBe(true)
    await search.link('EADDRINUSE').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/en/errors/#EADDRINUSE')
    await search.dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Search', exact: true }).press('Enter')
    await search.dialog.waitFor()
    await page.keyboard.press('Escape')
    await search.dialog.waitFor({ state: 'hidden' })
    expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-search-open'))).toBe(true)
    expect(reader.faults).toEqual([])
  })

  test('says so where nothing has the words, where there is no index, and where nobody answers', async () => {
    await page.goto(served.at(LESSON.en))
    await search.open()
    await search.type('zyzzyva')
    await search.says('Nothing here has “zyzzyva”.')
    expect(await search.found()).toEqual([])
    expect(reader.faults).toEqual([])

    await page.route('**/pagefind/**', (route) => route.fulfill({ status: 404, body: '' }))
    await page.goto(served.at(LESSON.zh))
    await search.open()
    await search.type('端口')
    await search.says('这里没有搜索索引')
    await page.unroute('**/pagefind/**')
    await page.route('**/pagefind/**', (route) => route.abort())
    await search.type('端口号')
    await search.says('服务器没有回应')
    // What could not be had is asked for again.
    await page.unroute('**/pagefind/**')
    await search.type('端口')
    await search.says(/找到\d+处。/)
  })

  test('leaves the sign to whoever types it: in a terminal and in an editor', async () => {
    await page.goto(served.at(LESSON.en))
    const box = page.locator('[data-lab="udp-aligned"] [data-program="send"]')
    await box.getByRole('button', { name: 'Edit send' }).click()
    await box.locator('.cm-content:visible').press('/')
    await box.locator('.cm-line', { hasText: '/' }).first().waitFor()
    expect(await search.dialog.isVisible()).toBe(false)
    expect(reader.faults).toEqual([])
  })

  test.each(['en', 'zh'] as const)('in %s has nothing that axe finds, and 390 px hold it', async (lang) => {
    await page.emulateMedia({ colorScheme: lang === 'en' ? 'light' : 'dark' })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(served.at(LESSON[lang]))
    await search.open()
    await search.type(lang === 'en' ? 'port' : '端口')
    await search.says(/\d/)
    const { violations } = await new AxeBuilder({ page }).include('dialog[data-search]').analyze()
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([])
    const overhang = await search.dialog.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)
    expect(overhang).toBeLessThanOrEqual(0)
  })

  test('has an index of nothing that a reader is to find out', () => {
    const index = join(COURSE, 'dist', 'pagefind')
    expect(existsSync(join(index, 'pagefind.js'))).toBe(true)
    expect(existsSync(join(index, 'pagefind-ui.js'))).toBe(false)
    const { languages } = JSON.parse(readFileSync(join(index, 'pagefind-entry.json'), 'utf8'))
    expect(Object.keys(languages).sort()).toEqual(['en', 'zh-hans'])
  })
})
