/** What a reader opens to look closer: the bytes of a packet, the faults of a wire, the reason of an error. */
import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { endServers, newReader, type Reader, Served } from './course.ts'
import { LabInPage } from './lab.ts'

vi.setConfig({ testTimeout: 120_000 })

const live = test.skipIf(whyNoOwnNetwork !== null)

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

async function isAxeClean(lab: string): Promise<void> {
  expect((await new AxeBuilder({ page }).include(`[data-lab="${lab}"]`).analyze()).violations).toEqual([])
}

live('the bytes of a datagram are 14 of link, 20 of IP, 8 of UDP and the program’s 4', async () => {
  await page.goto(served.at('/en/udp/the-datagram-that-vanished/'))
  const lab = new LabInPage(page, 'udp-aligned')
  await lab.runAll.click()
  await lab.program('receive').exited(0)
  await lab.packet(/^UDP/).first().waitFor()
  await lab.toggle('bytes').click()
  const bytes = lab.panel('bytes')
  await lab.packet(/^UDP/).first().click()
  await bytes.locator('[data-byte="45"]').waitFor()
  expect(await bytes.locator('[data-byte]').count()).toBe(46)
  const sizes = await bytes.locator('.layers .size').allInnerTexts()
  expect(sizes).toEqual(['14 bytes', '20 bytes', '8 bytes', 'no bytes', 'no bytes', '4 bytes'])

  // A field lights its bytes, and says what it is.
  await bytes.locator('[data-field="udp.destinationPort"]').hover()
  expect(await bytes.locator('[data-byte].lit').evaluateAll((cells) => cells.map((cell) => cell.textContent))).toEqual([
    '32',
    '16',
  ])
  await bytes.getByText('Which socket at the other host gets the datagram.').waitFor()
  // A byte lights its field, in whatever layer that is.
  await bytes.locator('[data-byte="22"]').hover()
  expect(await bytes.locator('tr.lit').getAttribute('data-field')).toBe('ipv4.timeToLive')

  // The payload in four code books: GBK reads it, UTF-8 does not.
  const glyphs = (kind: string) => bytes.locator(`[data-glyph="${kind}"]`)
  expect(await glyphs('character').filter({ hasText: '数' }).count()).toBeGreaterThan(0)
  expect(await glyphs('bad').count()).toBeGreaterThan(0)
  await isAxeClean('udp-aligned')
})

live('bytes are marked by keyboard, and the packets of a run are a file that begins as pcapng', async () => {
  await page.goto(served.at('/en/udp/the-datagram-that-vanished/'))
  const lab = new LabInPage(page, 'udp-aligned')
  await lab.runAll.click()
  await lab.packet(/^UDP/).first().waitFor()
  await lab.toggle('bytes').click()
  const bytes = lab.panel('bytes')
  await bytes.locator('[data-byte="0"]').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await bytes.getByText('Marked: bytes 16 to 17, 2 bytes').waitFor()
  const download = page.waitForEvent('download')
  await bytes.getByRole('button', { name: 'Download capture' }).click()
  const file = await readFile(await (await download).path())
  expect((await download).suggestedFilename()).toBe('udp-aligned.pcapng')
  expect(file.readUInt32LE(0)).toBe(0x0a0d0d0a)
  expect(file.includes(Buffer.from([0xca, 0xfd, 0xbe, 0xdd]))).toBe(true)
})

live('a wire that is cut by hand swallows what is sent, and the cut is a step of the time line', async () => {
  await page.goto(served.at('/en/udp/promises-not-made/'))
  const lab = new LabInPage(page, 'udp-bad-road')
  await lab.toggle('faults').click()
  const faults = lab.panel('faults')
  const cut = faults.locator('[data-control="cut"]')
  await cut.waitFor()
  expect(await faults.locator('[data-control="loss"]').inputValue()).toBe('15')
  await cut.check()
  await lab.runAll.click()
  await lab.program('send').exited(0)
  await lab.packet(/^UDP/).first().waitFor()
  await lab
    .packet(/lost|cut/)
    .first()
    .waitFor()
  // As the lab has it again, for both directions.
  await faults.getByRole('button', { name: 'As the lab has it' }).click()
  await faults.locator('[data-control="cut"]:not(:checked)').waitFor()
  await isAxeClean('udp-bad-road')
})

live('a refused connection is explained beside the program, with the packet that refused it', async () => {
  await page.goto(served.at('/en/tcp/three-packets-and-a-queue/'))
  const lab = new LabInPage(page, 'tcp-as-found')
  for (const language of ['py', 'ts'] as const) {
    await lab.program('client').choose(language)
    await lab.program('client').run.click()
    await lab.program('client').exited(1)
    const note = lab.root.locator('[data-error-note="client"][data-error="ECONNREFUSED"]')
    await note.getByText('answered with RST').waitFor()
    await note.getByText('What to try').waitFor()
    const link = note.locator('[data-step]').first()
    const step = Number(await link.getAttribute('data-step'))
    await link.click()
    await lab.at(step)
  }
  await isAxeClean('tcp-as-found')
})
