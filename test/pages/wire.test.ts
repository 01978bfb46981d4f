import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { STORIES } from '../helpers/stories.ts'
import { axeFinds, COLOURS } from './axe.ts'
import type { Harness } from './harness/main.ts'
import { type HarnessServer, serveHarness } from './harness/serve.ts'

declare const window: { readonly harness: Harness } & typeof globalThis

let server: HarnessServer
let browser: Browser
let context: BrowserContext
let page: Page
let wire: Locator
let line: Locator
const faults: string[] = []

beforeAll(async () => {
  server = await serveHarness()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(async () => {
  faults.length = 0
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  page = await context.newPage()
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  wire = page.locator('[data-panel="wire"]')
  line = page.getByRole('slider')
})
afterEach(async () => {
  await context.close()
  expect(faults).toEqual([])
})

/** Opens the panels with a story. */
async function open(story: string, more = ''): Promise<void> {
  await page.goto(server.at(`story=${story}${more}`))
  await wire.locator('li').first().waitFor()
}

const names = () => wire.locator('li').evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')))
const now = () => wire.locator('li[aria-current="step"]')
const seen = (row: Locator) =>
  row.evaluate((element) => {
    const [own, list] = [element, element.closest('.evs') as Element].map((one) => one.getBoundingClientRect())
    return own !== undefined && list !== undefined && own.top >= list.top && own.bottom <= list.bottom
  })

describe('the wire panel', () => {
  test('draws each packet with its number and a name that tells all of it', async () => {
    await open('three-packets')
    const packets = wire.locator('[data-packet]')
    expect(await packets.count()).toBe(8)
    const third = wire.getByRole('listitem', {
      name: /^ACK, 10\.0\.0\.1:41066 to 10\.0\.0\.2:12824, seq 1, ack 1, server: ESTABLISHED/,
    })
    expect(await third.getAttribute('data-packet')).toBe('3')
  })

  test('says in the name of a lost packet that it is lost, in Chinese too', async () => {
    await open('troubles', '&lang=zh')
    expect(await wire.locator('[data-packet="1"]').getAttribute('aria-label')).toMatch(
      /^SYN，10\.0\.0\.1:41066 到 10\.0\.0\.2:12824，seq 0，丢失/,
    )
    expect(await wire.locator('[data-packet="1"] .arrow').innerText()).toMatch(/✕\s*丢失/)
  })

  test.each(Object.keys(STORIES))('reads aloud what it draws, and copies the same as text: %s', async (story) => {
    await open(story)
    await page.getByRole('button', { name: 'Copy as text' }).click()
    await wire.getByRole('status').filter({ hasText: 'Copied' }).waitFor()
    const text = await page.evaluate(() => navigator.clipboard.readText())
    const lines = text
      .trimEnd()
      .split('\n')
      .map((one) => one.split('\t'))
    expect(lines.map(([, , name]) => name)).toEqual(await names())
    expect(lines.every(([no, time]) => /^\d+(–\d+)?$/.test(no ?? '') && /^\d+\.\d{4} s$/.test(time ?? ''))).toBe(true)
    expect(await wire.locator('li > .vh').allTextContents()).toEqual(await names())
  })

  test('puts the lamp on the row of the moment, and gives no colour to what is later', async () => {
    await open('three-packets', '&at=9')
    await expect.poll(() => now().getAttribute('data-packet')).toBe('3')
    expect(await wire.locator('li.later').count()).toBe(16)
    await now().locator('.st').waitFor()
    const colour = (row: Locator) =>
      row
        .locator('.st')
        .first()
        .evaluate((tag) => getComputedStyle(tag).color)
    expect(
      await colour(
        wire
          .locator('li.later')
          .filter({ has: page.locator('.st') })
          .first(),
      ),
    ).toBe('rgb(107, 103, 94)')
    expect(await colour(now())).toBe('rgb(35, 79, 153)')
  })

  test('goes to the moment of a row that is pressed, and lights one that is pointed at', async () => {
    await open('three-packets')
    await wire.locator('[data-packet="2"]').click()
    await expect.poll(() => now().getAttribute('data-packet')).toBe('2')
    await expect.poll(() => line.getAttribute('aria-valuenow')).toBe('8')
    await wire.locator('[data-packet="4"]').hover()
    await wire.locator('[data-packet="4"].lit').waitFor()
    await expect.poll(() => now().getAttribute('data-packet')).toBe('2')
  })

  test('is one stop for the keyboard, and arrows, j and k, Home and End move along its rows', async () => {
    await open('three-packets', '&at=9')
    await now().focus()
    expect(await wire.locator('li[tabindex="0"]').count()).toBe(1)
    const focused = () => page.evaluate(() => Number((document.activeElement as HTMLElement).dataset.at))
    for (const [key, at] of [
      ['ArrowDown', 10],
      ['j', 11],
      ['ArrowUp', 10],
      ['k', 9],
      ['k', 8],
      ['Home', 1],
      ['ArrowUp', 1],
      ['End', 25],
      ['j', 25],
    ] as const) {
      await page.keyboard.press(key)
      expect([key, await focused()]).toEqual([key, at])
    }
    await expect.poll(() => now().getAttribute('data-at')).toBe('9')
    await page.keyboard.press('Enter')
    await expect.poll(() => line.getAttribute('aria-valuenow')).toBe('25')
    expect(await now().evaluate((row) => row === document.activeElement)).toBe(true)
    expect(await seen(now())).toBe(true)
  })

  test('tells a run of data in one row, and each of its packets when asked', async () => {
    await open('bulk')
    const run = wire.locator('li').filter({ hasText: '200 segments' })
    expect(await run.getAttribute('aria-label')).toContain('client to server: 200 segments, 289,600 bytes')
    expect(await wire.locator('[data-packet]').count()).toBeLessThan(8)
    await run.getByRole('button', { name: 'Show each of them' }).click()
    await wire.locator('[data-packet="4"]').waitFor()
    await wire.getByRole('button', { name: 'Show them as one' }).click()
    await wire.getByRole('button', { name: 'Show each of them' }).waitFor()
  })

  test('tells in one line what is of no program of the lab, and shows it when asked', async () => {
    await open('bulk')
    expect(await wire.locator('.background').innerText()).toBe('1 packet of other programs · show them')
    await wire.getByRole('button', { name: 'show them' }).click()
    await wire.locator('li').filter({ hasText: '201 segments' }).waitFor({ state: 'attached' })
  })

  test('has few rows in the page when there are thousands, and all can be reached', async () => {
    await open('three-packets')
    await page.evaluate(() => window.harness.show(window.harness.manyLost().story, null))
    await wire.locator('[data-packet="3000"]').waitFor()
    const rows = wire.locator('li')
    expect(await rows.count()).toBeLessThan(80)
    expect(await rows.last().getAttribute('aria-setsize')).toBe('3002')
    expect(await seen(now())).toBe(true)
    await now().focus()
    await page.keyboard.press('Home')
    await wire.locator('[data-at="1"]').waitFor()
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.at)).toBe('1')
    await wire.locator('.evs').evaluate((list) => list.scrollTo(0, list.scrollHeight / 2))
    await wire.locator('[data-packet="1500"]').waitFor()
    expect(await rows.count()).toBeLessThan(120)
  })

  test('follows now while a story grows, but not a reader who has scrolled away', async () => {
    await open('three-packets')
    const grow = (from: number, to: number) =>
      page.evaluate(
        async ([first, last]) => {
          for (let packets = first; packets <= last; packets += 50) {
            window.harness.show(window.harness.manyLost(packets).story, null)
            await new Promise(requestAnimationFrame)
          }
        },
        [from, to] as const,
      )
    await grow(50, 400)
    await wire.locator('[data-packet="400"]').waitFor()
    expect(await seen(wire.locator('[data-packet="400"]'))).toBe(true)
    await wire.locator('.evs').evaluate((list) => list.scrollTo(0, 0))
    await wire.locator('[data-at="1"]').waitFor()
    await grow(450, 600)
    expect(await wire.locator('.evs').evaluate((list) => list.scrollTop)).toBe(0)
  })

  test('draws a fresh arrow once, and at once for readers who want no motion', async () => {
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      await page.emulateMedia({ reducedMotion })
      await open('three-packets')
      const running = await page.evaluate(async () => {
        const { story } = window.harness.shown
        const until = (last: number) => ({ ...story, run: 2, steps: story.steps.slice(0, last) })
        window.harness.show(until(8), null)
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        window.harness.show(until(9), null)
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        const arrow = document.querySelector('[data-packet="3"] .arrow')
        return arrow
          ?.getAnimations()
          .map((one) => [(one as CSSAnimation).animationName, one.effect?.getTiming().duration])
      })
      expect(running).toEqual(reducedMotion === 'reduce' ? [] : [['wire-left', 220]])
    }
  })

  test('goes to scale, and says what is cut short', async () => {
    await open('three-packets')
    await wire.getByText('to scale').click()
    await wire.locator('.ruler').waitFor()
    expect(await wire.locator('.gap').first().innerText()).toBe('4.2 s pass, cut short here')
  })

  test('is saved as a picture that stands alone and has the story within', async () => {
    await open('troubles', '&title=Lab%2015a%20Lost')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as SVG' }).click(),
    ])
    expect(file.suggestedFilename()).toBe('both-ends-Lab-15a-Lost.svg')
    const svg = await readFile(await file.path(), 'utf8')
    expect(svg).not.toMatch(/href=|url\(|@import|var\(--/)
    const told = await page.evaluate((text) => {
      const picture = new DOMParser().parseFromString(text, 'image/svg+xml')
      return { root: picture.documentElement.tagName, desc: picture.querySelector('desc')?.textContent }
    }, svg)
    expect(told.root).toBe('svg')
    await page.getByRole('button', { name: 'Copy as text' }).click()
    await wire.getByRole('status').filter({ hasText: 'Copied' }).waitFor()
    expect(told.desc).toBe(await page.evaluate(() => navigator.clipboard.readText()))
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'as PNG' }).click(),
    ])
    const head = (await readFile(await png.path())).subarray(0, 24)
    expect(head.toString('latin1', 1, 4)).toBe('PNG')
    expect(head.readUInt32BE(16)).toBe(2 * 908)
  })

  test('stands between both pages where there is room, below them where there is less, and on a phone between them', async () => {
    await open('three-packets')
    const boxes = async () => {
      const all = await Promise.all(['.prog.B', '.wire', '.prog.A'].map((one) => page.locator(one).boundingBox()))
      return all.map((box) => ({ x: box?.x ?? 0, y: box?.y ?? 0, right: (box?.x ?? 0) + (box?.width ?? 0) }))
    }
    const [left, middle, right] = await boxes()
    expect(left?.right).toBeLessThanOrEqual((middle?.x ?? 0) + 1)
    expect(middle?.right).toBeLessThanOrEqual((right?.x ?? 0) + 1)
    await page.setViewportSize({ width: 1024, height: 900 })
    const [server, below, client] = await boxes()
    expect([server?.y, below?.x]).toEqual([client?.y, server?.x])
    expect(below?.y).toBeGreaterThan(client?.y ?? 0)
    await page.setViewportSize({ width: 390, height: 844 })
    const [first, second, third] = await boxes()
    expect([first?.y, second?.y, third?.y].toSorted((a = 0, b = 0) => a - b)).toEqual([first?.y, second?.y, third?.y])
    expect(await page.evaluate(() => (document.scrollingElement?.scrollWidth ?? 0) - innerWidth)).toBeLessThanOrEqual(0)
  })

  test('shows rows on a phone also of a run that is longer than a page', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(server.at('recording=ip-four-binds/ts-ts'))
    const list = wire.locator('.evs.long')
    await list.locator('li').first().waitFor()
    expect((await list.boundingBox())?.height).toBeGreaterThan(400)
  })
})

describe('the time line', () => {
  const sentence = () => page.locator('.sentence').innerText()

  test('is a slider that says where it stands, and the sentence of the moment', async () => {
    await open('three-packets', '&at=9')
    expect(await line.getAttribute('aria-valuemax')).toBe('25')
    await expect.poll(() => line.getAttribute('aria-valuenow')).toBe('9')
    expect(await line.getAttribute('aria-valuetext')).toMatch(
      /^Event 9 of 25\. The client’s kernel sends the third packet/,
    )
    expect(await sentence()).toMatch(/^4\.2701 s/)
    await open('three-packets', '&at=9&lang=zh')
    expect(await line.getAttribute('aria-valuetext')).toMatch(/^第9个事件，共25个。客户端的内核自己发出第三个分组/)
  })

  test('moves by keys, by its buttons, and by a press on the line', async () => {
    await open('three-packets', '&at=9')
    await line.focus()
    for (const [key, at] of [
      ['ArrowRight', 10],
      ['ArrowLeft', 9],
      ['PageUp', 13],
      ['PageDown', 6],
      ['Home', 1],
      ['ArrowLeft', 1],
      ['End', 25],
    ] as const) {
      await page.keyboard.press(key)
      await page.locator(`[role="slider"][aria-valuenow="${at}"]`).waitFor()
    }
    await page.getByRole('button', { name: 'One event back' }).click()
    await page.locator('[aria-valuenow="24"]').waitFor()
    await page.getByRole('button', { name: 'To the first event' }).click()
    await page.locator('[aria-valuenow="1"]').waitFor()
    await page.getByRole('button', { name: 'One event forward' }).click()
    await page.locator('[aria-valuenow="2"]').waitFor()
    const box = await line.boundingBox()
    await line.click({ position: { x: (box?.width ?? 0) * 0.5, y: 10 } })
    await page.locator('[aria-valuenow="13"]').waitFor()
    await now().filter({ hasText: 'send()' }).waitFor()
  })

  test('stays with now until the reader moves, and goes back to it', async () => {
    await open('three-packets')
    const toNow = page.getByRole('button', { name: 'to now' })
    expect(await page.locator('.pos').innerText()).toBe('25 of 25 · now\nClose')
    await page.getByRole('button', { name: 'One event back' }).click()
    await toNow.waitFor()
    await toNow.click()
    await page.locator('[aria-valuenow="25"]').waitFor()
    expect(await toNow.isHidden()).toBe(true)
    expect(await page.evaluate(() => window.harness.at)).toBe(null)
    expect(await line.evaluate((slider) => slider === document.activeElement)).toBe(true)
  })

  test('plays from the beginning when it stands at the end, and space holds it', async () => {
    await open('three-packets')
    const moments = await line.evaluateHandle((slider) => {
      const values: number[] = []
      const look = () => values.push(Number(slider.ariaValueNow))
      new MutationObserver(look).observe(slider, { attributeFilter: ['aria-valuenow'] })
      return values
    })
    const reaches = (at: number) =>
      page.waitForFunction(([values, last]) => values.includes(last), [moments, at] as const)
    await page.getByLabel('Speed').selectOption('4')
    await page.getByRole('button', { name: 'Watch' }).click()
    await reaches(3)
    await line.focus()
    await page.keyboard.press(' ')
    await page.getByRole('button', { name: 'Watch' }).waitFor()
    const held = await moments.evaluate((values) => values.at(-1) ?? 0)
    await page.keyboard.press(' ')
    await reaches(held + 2)
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('button', { name: 'Watch' }).waitFor()
    const played = await moments.evaluate((values) => values.slice(0, -1))
    expect(played).toEqual(played.map((_, i) => i + 1))
  })
})

describe('axe finds nothing', () => {
  test.each([
    ['three-packets', 1440, 'en'],
    ['bulk', 1440, 'zh'],
    ['hops', 1024, 'en'],
    ['troubles', 390, 'zh'],
  ])('in %s at %i px, %s', { timeout: 120_000 }, async (story, width, lang) => {
    await page.setViewportSize({ width, height: 900 })
    await open(story, `&lang=${lang}&at=9`)
    for (const [theme, rules] of [['light'], ['dark', COLOURS]] as const) {
      await page.evaluate((name) => {
        document.documentElement.dataset.theme = name
      }, theme)
      expect({ theme, found: await axeFinds(page, ['.wire', '.moment'], rules) }).toEqual({ theme, found: [] })
    }
  })
})
