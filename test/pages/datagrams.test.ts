/** Two thousand packets a second: the page keeps up, says what it let go, and goes on answering its reader. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { KEPT } from '../../site/bench/evidence.ts'
import { startBrowser } from '../helpers/browser.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { copyCourse, DATAGRAMS, endServers, newReader, type Reader, removeCourse, Served } from './course.ts'
import { sprinkle } from './pace.ts'

let folder: string
let browser: Browser
let served: Served
let reader: Reader

beforeAll(async () => {
  folder = await copyCourse(DATAGRAMS)
  served = await Served.start(folder)
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
afterEach(async () => {
  await reader.context.close()
  expect(reader.faults).toEqual([])
})

test.skipIf(whyNoOwnNetwork !== null)(
  'a run of 8,000 datagrams is told while it happens',
  { timeout: 180_000 },
  async () => {
    const page = await reader.context.newPage()
    page.setDefaultTimeout(60_000)
    const { lab, pace } = await sprinkle(page, served)
    const caught = lab.program('catch')
    console.log(`${pace.framesPerSecond.toFixed(0)} frames a second; a key is seen after ${pace.key.toFixed(0)} ms`)
    await caught.exited(0)
    await caught.shows(/caught \d+ in all/)
    // What was let go is said, and everything that was kept can be reached.
    await lab
      .panel('wire')
      .getByText(/missing|not kept|let go/i)
      .first()
      .waitFor()
    const last = Number(await lab.slider.getAttribute('aria-valuemax'))
    expect(last).toBeGreaterThan(KEPT)
    await lab.slider.press('Home')
    await lab.at(1)
    await page.keyboard.press('PageUp')
    await lab.at(Number(await lab.panel('timeline').locator('[data-chapter="talk"]').getAttribute('data-from')))
  },
)
