/** A reader holds a program before its calls, and lets one after the other through. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { endServers, newReader, type Reader, Served } from './course.ts'
import { LabInPage } from './lab.ts'

const PATH = '/en/tcp/three-packets-and-a-queue/'

vi.setConfig({ testTimeout: 120_000 })

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
  expect(reader.faults).toEqual([])
})

test('the server is held before each call and released by hand; the client connects before accept', async () => {
  await page.goto(served.at(PATH))
  const lab = new LabInPage(page, 'tcp-client-sends')
  for (const name of ['server', 'client']) await lab.program(name).choose('py')
  const server = lab.program('server')
  const hold = server.box.locator('[data-hold]')
  const release = server.box.locator('[data-release]')
  expect(await hold.getAttribute('aria-pressed')).toBe('false')
  expect(await release.isVisible()).toBe(false)
  await hold.click()
  await server.box.locator('[data-hold][aria-pressed="true"]').waitFor()
  await lab.runAll.click()
  const sentence = lab.panel('timeline')
  for (const call of ['socket()', 'setsockopt()', 'bind()', 'listen()']) {
    await sentence.getByText(`is held by hand before ${call}`).waitFor()
    await server.says('held before a call')
    await server.box
      .locator('.ret.waiting')
      .filter({ hasText: `held before ${call}` })
      .waitFor()
    await release.click()
  }
  await server.box.locator('.ret.waiting').filter({ hasText: 'held before accept()' }).waitFor()
  await lab.program('client').exited(0)
  const row = lab.panel('wire').getByRole('listitem').filter({ hasText: 'held before accept()' })
  await row.waitFor()
  expect((await new AxeBuilder({ page }).include('[data-lab="tcp-client-sends"]').analyze()).violations).toEqual([])

  await page.reload()
  await server.says('held before a call')
  await release.focus()
  await page.keyboard.press('Enter')
  await server.shows('Connected from port')
  await hold.click()
  await server.exited(0)
  expect(await release.isVisible()).toBe(false)
})
