/** Two thousand packets a second: the page keeps up, says what it let go, and goes on answering its reader. */
import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { KEPT } from '../../site/bench/evidence.ts'
import { startBrowser } from '../helpers/browser.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { childrenOf } from '../helpers/processes.ts'
import { copyCourse, DATAGRAMS, endServers, newReader, type Reader, removeCourse, Served } from './course.ts'
import { LabInPage } from './lab.ts'

/** Ticks of the clock by which the kernel counts processor time, in ms. */
const TICK = 10

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

/** Processor time that the threads have used which run pages of this process's browsers, in ms. */
function pageTime(): number {
  const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)])
  const pages = below(process.pid).filter((pid) => command(pid).includes('--type=renderer'))
  return pages.reduce((sum, pid) => {
    const [, , ...fields] = (readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ')
    return sum + (Number(fields[9]) + Number(fields[10])) * TICK
  }, 0)
}

function command(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

test.skipIf(whyNoOwnNetwork !== null)(
  'a run of 8,000 datagrams is told while it happens',
  { timeout: 180_000 },
  async () => {
    const page = await reader.context.newPage()
    page.setDefaultTimeout(60_000)
    await page.goto(served.at(`/en/${DATAGRAMS.lesson}/`))
    const lab = new LabInPage(page, DATAGRAMS.lab)
    const [caught, sprinkle] = [lab.program('catch'), lab.program('sprinkle')]
    await lab.toggle('sockets').click()
    await lab.runAll.click()
    await sprinkle.shows('sending')
    const before = { page: pageTime(), now: performance.now() }
    await page.evaluate(() => {
      document.body.dataset.frames = '0'
      const count = () => {
        document.body.dataset.frames = String(Number(document.body.dataset.frames) + 1)
        requestAnimationFrame(count)
      }
      requestAnimationFrame(count)
    })
    await sprinkle.shows('sent 8000')
    const seconds = (performance.now() - before.now) / 1000
    const frames = Number(await page.locator('body').getAttribute('data-frames'))
    const busy = (pageTime() - before.page) / 1000 / seconds
    const told = `${(frames / seconds).toFixed(0)} frames a second; the page was busy for ${Math.round(busy * 100)} %`
    console.log(`${told} of ${seconds.toFixed(1)} s`)
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
