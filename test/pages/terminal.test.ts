import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { copyCourse, EXTRA, endServers, newReader, type Reader, removeCourse, Served } from './course.ts'
import { LabInPage, type ProgramInPage } from './lab.ts'

let folder: string
let browser: Browser
let served: Served
let reader: Reader
let page: Page
let lab: LabInPage
let numbers: ProgramInPage
let megabytes: ProgramInPage

beforeAll(async () => {
  folder = await copyCourse()
  served = await Served.start(folder)
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await endServers()
  await removeCourse(folder)
})
beforeEach(async () => {
  reader = await newReader(browser, { permissions: ['clipboard-read', 'clipboard-write'] })
  page = await reader.context.newPage()
  await page.goto(served.at(`/en/${EXTRA.lesson}/`))
  lab = new LabInPage(page, EXTRA.lab)
  numbers = lab.program('numbers')
  megabytes = lab.program('megabytes')
})
afterEach(async () => {
  await reader.context.close()
  expect(reader.faults).toEqual([])
})

describe('a flood', () => {
  test('of 20 MB freezes nothing and ends with its last line', async () => {
    await page.evaluate(() => {
      let before = performance.now()
      const look = () => {
        const now = performance.now()
        const longest = Number(document.body.dataset.longest ?? 0)
        document.body.dataset.longest = String(Math.max(longest, now - before))
        before = now
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    const began = performance.now()
    await megabytes.run.click()
    await megabytes.exited(0)
    await megabytes.shows('the last line')
    const seconds = (performance.now() - began) / 1000
    const longest = Number(await page.locator('body').getAttribute('data-longest'))
    console.log(`20 MB in ${seconds.toFixed(1)} s; the longest pause between two frames was ${Math.round(longest)} ms`)
    expect(longest).toBeGreaterThan(0)
    expect(longest).toBeLessThan(500)
    expect((await megabytes.copied()).split('\n').at(-2)).toBe('— exited with code 0')
  })

  test('is ended by Stop, while another program of the lab goes on', async () => {
    await numbers.run.click()
    await numbers.state('running')
    await megabytes.run.click()
    await megabytes.shows(/\d{4}\.{9}/)
    await megabytes.stop.click()
    await megabytes.exited('SIGHUP')
    await megabytes.says('ended by Stop')
    await numbers.state('running')
    await numbers.keyboard.focus()
    await page.keyboard.type('still there\n')
    await numbers.shows('heard <still there>')
  })

  test('is ended by Ctrl-C', async () => {
    await megabytes.run.click()
    await megabytes.shows(/\d{4}\.{9}/)
    await megabytes.keyboard.focus()
    await page.keyboard.press('Control+C')
    await megabytes.exited('SIGINT')
    await megabytes.says('ended by signal SIGINT')
  })
})

describe('the keyboard alone', () => {
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement
      const program = element?.closest<HTMLElement>('[data-program]')?.dataset.program
      return `${program ?? ''} ${element?.getAttribute('aria-label') ?? element?.textContent?.trim()}`.trim()
    })
  /** Presses Tab until the focus is there. @returns all places on the way. */
  async function tabTo(name: string): Promise<string[]> {
    const way: string[] = []
    while (way.at(-1) !== name) {
      if (way.length > 60) throw new Error(`Tab does not lead to ${name}: ${way.join(' | ')}`)
      await page.keyboard.press('Tab')
      way.push(await focused())
    }
    return way
  }

  test('reaches Run, types into the program, and leaves the terminal for the controls around it', async () => {
    const way = await tabTo('numbers Run numbers')
    expect(way[0]).toBe('To the text')
    expect(way).toContain('Run all')
    await page.keyboard.press('Enter')
    await numbers.state('running')
    expect(await focused()).toBe('numbers Stop numbers')
    await numbers.shows(/line \d/)
    expect(await tabTo('numbers Terminal of numbers')).toEqual([
      'numbers Hold numbers before each of its calls',
      'numbers Edit numbers',
      'numbers numbers.ts, lab 0a',
      'numbers Copy command',
      'numbers Copy',
      'numbers Paste',
      'numbers Full screen',
      'numbers Terminal of numbers',
    ])
    await page.keyboard.type('typed\n')
    await numbers.shows('heard <typed>')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('numbers Terminal of numbers')
    await page.keyboard.press('Control+Shift+ArrowDown')
    // What comes next is the row of the wire at which the lab stands.
    expect(await focused()).toMatch(/^numbers: /)
    await page.keyboard.press('Shift+Tab')
    expect(await focused()).toBe('numbers Terminal of numbers')
    await page.keyboard.press('Control+Shift+ArrowUp')
    expect(await focused()).toBe('numbers Full screen')
  })

  test('gives Ctrl-C to the program where nothing is selected, and copies where something is', async () => {
    await numbers.run.click()
    await numbers.shows(/line \d/)
    await numbers.panel.locator('.xterm-screen').dblclick({ position: { x: 12, y: 24 } })
    await page.keyboard.press('Control+C')
    await page.waitForFunction(async () => (await navigator.clipboard.readText()) === 'line')
    await numbers.state('running')
    await page.keyboard.press('Control+C')
    await numbers.exited('SIGINT')
  })
})

describe('a terminal', () => {
  test('begins with the command it runs, which is copied for a shell of one’s own', async () => {
    await lab.root.getByRole('button', { name: 'Copy command' }).first().click()
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
    expect(await clipboard()).toBe(`node_modules/.bin/node labs/catalog/${EXTRA.lab}/numbers.ts`)
    await numbers.run.click()
    await numbers.shows(/line \d/)
    expect(await numbers.copied()).toMatch(/^\$ node numbers\.ts\npid=\d+\nline 1\nline 2\n/)
    await numbers.panel.locator('[data-copy-command]').click()
    expect(await clipboard()).toBe(`cd '${folder}' && node_modules/.bin/node labs/catalog/${EXTRA.lab}/numbers.ts`)
  })

  test('takes what is pasted, by key and by button', async () => {
    await numbers.run.click()
    await numbers.state('running')
    await numbers.shows(/line \d/)
    // What it heard may have left the rows that can be seen.
    const hears = (words: string) => expect.poll(() => numbers.copied(), { timeout: 15_000 }).toContain(words)
    await page.evaluate(() => navigator.clipboard.writeText('by key 数据\n'))
    await numbers.keyboard.focus()
    await page.keyboard.press('Control+V')
    await hears('heard <by key 数据>')
    await page.evaluate(() => navigator.clipboard.writeText('by button\n'))
    await numbers.panel.getByRole('button', { name: 'Paste' }).click()
    await hears('heard <by button>')
  })

  test('has text of another size where the reader asks for it, on every page', async () => {
    const size = (program: ProgramInPage) =>
      program.panel.locator('.xterm-rows').evaluate((rows) => Number.parseFloat(getComputedStyle(rows).fontSize))
    await numbers.run.click()
    await numbers.shows(/line \d/)
    const before = await size(numbers)
    await lab.root.getByText('Terminal settings').click()
    await lab.root.getByRole('button', { name: 'Larger text' }).click()
    await lab.root.getByRole('button', { name: 'Larger text' }).click()
    expect(await size(numbers)).toBe(before + 2)
    await page.reload()
    await numbers.shows(/line \d/)
    expect(await size(numbers)).toBe(before + 2)
  })

  test('fills the screen and leaves it', async () => {
    await numbers.run.click()
    await numbers.shows(/line \d/)
    await numbers.panel.getByRole('button', { name: 'Full screen' }).click()
    const back = numbers.panel.getByRole('button', { name: 'Leave full screen' })
    await back.waitFor()
    const box = await numbers.panel.boundingBox()
    expect(box).toMatchObject({ x: 0, y: 0, width: 1280, height: 800 })
    await page.keyboard.type('large\n')
    await numbers.shows('heard <large>')
    await back.click()
    await numbers.panel.getByRole('button', { name: 'Full screen' }).waitFor()
    expect((await numbers.panel.boundingBox())?.height).toBeLessThan(500)
  })

  test('is read aloud where the reader asks for it', async () => {
    await numbers.run.click()
    await numbers.shows(/line \d/)
    expect(await numbers.panel.ariaSnapshot()).not.toMatch(/line \d/)
    await lab.root.getByText('Terminal settings').click()
    await lab.root.getByRole('checkbox', { name: 'Screen reader mode' }).check()
    await numbers.panel
      .getByRole('listitem')
      .filter({ hasText: /line \d/ })
      .first()
      .waitFor()
    expect(await numbers.panel.ariaSnapshot()).toMatch(/line \d/)
  })
})
