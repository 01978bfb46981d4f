import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { axeFinds } from './axe.ts'
import { endServers, newReader, type Reader, Served } from './course.ts'
import { LabInPage } from './lab.ts'

const LESSONS = {
  'ports/numbers-on-the-desk': 'port-nobody',
  'ip/which-address-which-doorstep': 'ip-two-bells',
  'sockets/life-of-a-socket': 'socket-life',
  'bytes/characters-are-not-bytes': 'text-cut',
  'udp/the-datagram-that-vanished': 'udp-aligned',
  'tcp/three-packets-and-a-queue': 'tcp-client-sends',
  ...(whyNoOwnNetwork === null && {
    'osi/one-message-many-envelopes': 'udp-envelopes',
    'udp/promises-not-made': 'udp-bad-road',
    'tcp/what-the-kernel-does-for-you': 'tcp-bad-road',
    'compare/measure-do-not-recite': 'compare-price',
  }),
}
/** Those of several hosts. */
/** Those whose server does not end by itself. */
const SERVES_ON: readonly string[] = ['ip-two-bells']
const ON_HOSTS: readonly string[] = ['udp-bad-road', 'tcp-bad-road', 'udp-envelopes', 'compare-price']
const HOMES = ['/en/', '/zh/']
const WITH_LABS = Object.entries(LESSONS).flatMap(([path, lab]) =>
  HOMES.map((home) => [`${home}${path}/`, lab] as const),
)
/** The pages to look things up in. */
const BOOKS = ['errata', 'errors', 'glossary'].flatMap((book) => HOMES.map((home) => `${home}${book}/`))
const WITHOUT_LABS = [...HOMES, '/en/machine/', '/zh/machine/', ...BOOKS, '/en/no-such-page/', '/zh/no-such-page/']

// axe reads a whole lesson with all its labs.
vi.setConfig({ testTimeout: 90_000 })

let browser: Browser
let served: Served
let reader: Reader
let page: Page

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
})
afterEach(async () => {
  await reader.context.close()
  expect(reader.faults.filter((fault) => !/^404 .*no-such-page\/(\?|$)/.test(fault))).toEqual([])
})

/** The texts of all programs of a name in the catalog, without the last line's end. */
const programs = (name: string) =>
  globSync(`labs/catalog/*/${name}`, { cwd: COURSE }).map((path) =>
    readFileSync(join(COURSE, path), 'utf8').replace(/\n$/, ''),
  )

/** Runs all programs of a lab and waits until they have ended. */
async function runToTheEnd(id: string): Promise<void> {
  const lab = new LabInPage(page, id)
  await lab.runAll.click()
  const ends = SERVES_ON.includes(id) ? '[data-end="begins"]' : '[data-end]'
  await lab.root.locator(`${ends}:not([data-exit="0"])`).first().waitFor({ state: 'detached' })
}

describe('axe finds nothing, every link can be clicked, and 390 px hold all', () => {
  /** What axe finds on the page: in English in the light theme, in Chinese in the dark one. */
  async function look(path: string): Promise<void> {
    const colorScheme = path.startsWith('/zh/') ? 'dark' : 'light'
    await page.emulateMedia({ colorScheme })
    expect({ colorScheme, found: await axeFinds(page) }).toEqual({ colorScheme, found: [] })
  }

  /** Every link that can be seen is what is hit where it stands, and not something that covers it. */
  async function click(): Promise<void> {
    const { links, covered } = await page.evaluate(() => {
      const links = [...document.querySelectorAll('a:not(.skip)')].filter((link) => link.checkVisibility())
      const covered = links.filter((link) => {
        link.scrollIntoView({ block: 'center', behavior: 'instant' })
        // The first line of a link that is broken over two.
        const box = link.getClientRects()[0]
        if (box === undefined) return false
        const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
        return hit === null || !(link.contains(hit) || hit.contains(link))
      })
      scrollTo({ top: 0, behavior: 'instant' })
      return { links: links.length, covered: covered.map(({ outerHTML }) => outerHTML) }
    })
    expect(links).toBeGreaterThan(1)
    expect(covered).toEqual([])
  }

  /** The page is not wider than the window of a phone. */
  async function narrow(): Promise<void> {
    const size = page.viewportSize()
    await page.setViewportSize({ width: 390, height: 844 })
    expect(
      await page.evaluate(() => (document.scrollingElement?.scrollWidth ?? 0) - innerWidth),
      'px over 390',
    ).toBeLessThanOrEqual(0)
    if (size) await page.setViewportSize(size)
  }

  test.each(WITHOUT_LABS)('on %s', async (path) => {
    await page.goto(served.at(path))
    await look(path)
    await click()
    await narrow()
  })

  test.each(WITH_LABS.filter(([path]) => path.startsWith('/en/')))('on %s', async (path) => {
    await page.goto(served.at(path))
    await look(path)
    await click()
    await narrow()
  })

  test.each(WITH_LABS.filter(([path]) => path.startsWith('/zh/')))('on %s, when %s has run', async (path, lab) => {
    await page.goto(served.at(path))
    await click()
    await runToTheEnd(lab)
    await look(path)
    await narrow()
  })
})

describe('a program in the page', () => {
  test('gives exactly its file when all of its lines are selected and copied', async () => {
    await reader.context.grantPermissions(['clipboard-read'])
    await page.goto(served.at('/en/udp/the-datagram-that-vanished/'))
    const code = page.locator('[data-program="receive"] [data-panel="code"][data-language="ts"]').first()
    await code.evaluate((element) => getSelection()?.selectAllChildren(element))
    await page.keyboard.press('Control+C')
    expect(programs('receive.ts')).toContain(await page.evaluate(() => navigator.clipboard.readText()))
  })
})

describe('without JavaScript', () => {
  beforeEach(async () => {
    await reader.context.close()
    reader = await newReader(browser, { javaScriptEnabled: false })
    page = await reader.context.newPage()
  })

  test('the printed address offers both languages', async () => {
    await page.goto(served.at('/'))
    await page.getByRole('link', { name: '中文' }).click()
    await page.waitForURL('**/zh/')
  })

  // The Chinese ones are built of the same parts; one of them shows that.
  const bare = WITH_LABS.filter(([path], place) => path.startsWith('/en/') || place === 1)

  test.each(bare)('the lesson %s is complete, with both programs of %s in both languages', async (path, id) => {
    await page.goto(served.at(path))
    const lab = page.locator(`[data-lab="${id}"]`)
    expect(await lab.getByRole('heading', { level: 3 }).textContent()).toMatch(/^(Lab |实验)\d+[a-z]\S/)
    for (const box of await lab.locator('[data-end]').all()) {
      const name = await box.getAttribute('data-program')
      for (const [language, ending, command] of [
        ['Python', 'py', 'python3'],
        ['TypeScript', 'ts', 'node_modules/.bin/node'],
      ] as const) {
        await box.getByRole('radio', { name: language }).check({ force: true })
        const code = box.getByRole('region', { name: new RegExp(`^${name}\\.${ending}\\b`) })
        expect(programs(`${name}.${ending}`)).toContain(await code.textContent())
        expect(await box.getByRole('heading').innerText()).toContain(`${name}.${ending}`)
        const typed = await box.locator('.command').innerText()
        if (ON_HOSTS.includes(id)) {
          // Its hosts are made by the page: no shell of the reader's own is on one of them.
          expect(typed).toBe(`${ending === 'py' ? 'python3' : 'node'} ${name}.${ending}`)
          continue
        }
        const shell = new RegExp(`^\\S+ (labs/catalog/[a-z-]+/${name}\\.${ending})$`)
        const [line = '', file = ''] = shell.exec(typed) ?? []
        expect(line.startsWith(`${command} `) && existsSync(join(COURSE, file))).toBe(true)
      }
    }
    expect(await lab.getByRole('button').count()).toBe(0)
    const why = ON_HOSTS.includes(id)
      ? /run on hosts of their own|要在几台主机上运行/
      : /in a shell of yours|你自己的终端/
    await lab.getByText(why).waitFor()
  })
})

describe('the built pages', () => {
  /** Addresses and texts, read when the server has built them. */
  const pages = new Map<string, string>()
  beforeAll(() => {
    const dist = join(COURSE, 'dist')
    for (const file of globSync('**/*.html', { cwd: dist })) {
      pages.set(`/${file.replace(/index\.html$/, '')}`, readFileSync(join(dist, file), 'utf8'))
    }
  })
  const linksIn = (html: string) =>
    [...html.matchAll(/\s(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'))

  test('have links and files that all lead somewhere', async () => {
    expect(pages.size).toBeGreaterThanOrEqual(8)
    const broken: string[] = []
    const statuses = new Map<string, number>()
    let seen = 0
    for (const [path, html] of pages) {
      for (const link of linksIn(html)) {
        const url = new URL(link, served.at(path))
        if (url.origin !== new URL(served.at('/')).origin) continue
        seen += 1
        const target = url.hash && pages.get(url.pathname)
        const { pathname } = url
        const known = statuses.get(pathname)
        const status = known ?? (await fetch(url, { method: 'HEAD', redirect: 'manual' })).status
        statuses.set(pathname, status)
        if (status !== 200) broken.push(`${path}: ${link} gives ${status}`)
        else if (target && !target.includes(` id="${decodeURIComponent(url.hash.slice(1))}"`)) {
          broken.push(`${path}: ${link} names nothing`)
        }
      }
    }
    expect(seen).toBeGreaterThan(50)
    expect(broken).toEqual([])
  })

  test('load nothing from elsewhere', () => {
    for (const html of pages.values()) {
      expect(html).not.toMatch(/(?:src="|@import |url\()(?:https?:)?\/\//)
      expect([...html.matchAll(/<link[^>]*>/g)].filter(([tag]) => /href="https?:/.test(tag))).toEqual([])
    }
  })
})
