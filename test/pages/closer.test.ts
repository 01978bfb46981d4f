/** What a reader opens to look closer: the bytes of a packet, the faults of a wire, the reason of an error. */
import { readFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { axeFinds } from './axe.ts'
import { LabInPage } from './lab.ts'
import { openCourse, page, served } from './opened.ts'

vi.setConfig({ testTimeout: 120_000 })

const live = test.skipIf(whyNoOwnNetwork !== null)

openCourse()

live('the bytes of a datagram are 14 of link, 20 of IP, 8 of UDP and the program’s 4', async () => {
  await page.goto(served.at('/en/osi/one-message-many-envelopes/'))
  const lab = new LabInPage(page, 'udp-envelopes')
  await lab.runAll.click()
  await lab.program('receive').exited(0)
  // Its lesson opens the bytes with the first run.
  await lab.packet(/^UDP/).first().waitFor()
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
  expect(await axeFinds(page, ['[data-lab="udp-envelopes"]'])).toEqual([])
})

live('a character that two segments share is cut in the first and has its rest in the second', async () => {
  await page.goto(served.at('/en/bytes/characters-are-not-bytes/'))
  const lab = new LabInPage(page, 'text-cut')
  await lab.runAll.click()
  await lab.program('server').exited(0)
  const bytes = lab.panel('bytes')
  const payload = () =>
    bytes
      .locator('.ruler [role="row"]')
      .nth(1)
      .locator('.cell')
      .allInnerTexts()
      .then((cells) => cells.join(' '))
  await lab.panel('wire').locator('[data-packet]').filter({ hasText: 'PSH' }).first().click()
  /** Goes on to the packet that carries this, and tells what the row of a code book finds in it. */
  const read = async (hex: string, book: string) => {
    await vi.waitFor(async () => {
      if ((await payload()) === hex) return
      await bytes.getByRole('button', { name: 'Next packet' }).click()
      throw new Error(`No packet carries ${hex}`)
    }, 15_000)
    const row = bytes
      .locator('.ruler [role="row"]')
      .filter({ has: page.locator('.h', { hasText: book }) })
      .first()
    return row
      .locator('[data-glyph]')
      .evaluateAll((cells) => cells.map((cell) => `${cell.getAttribute('data-glyph')} ${cell.textContent}`))
  }
  expect(await read('e6 95 b0 e6 8d', 'UTF-8')).toEqual(['character 数', 'cut cut'])
  expect(await read('ae', 'UTF-8')).toEqual(['rest rest'])
  expect(await read('ca fd be', 'GBK')).toEqual(['character 数', 'cut cut'])
  expect(await read('dd', 'GBK')).toEqual(['rest rest'])
  expect(await read('ca fd 94 39 fc', 'GB 18030')).toEqual(['character 数', 'cut cut'])
  expect(await read('36', 'GB 18030')).toEqual(['rest rest'])
  expect(await axeFinds(page, ['[data-lab="text-cut"]'])).toEqual([])
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
  expect(await axeFinds(page, ['[data-lab="udp-bad-road"]'])).toEqual([])
})

live('a refused connection is explained beside the program, with the packet that refused it', async () => {
  await page.goto(served.at('/en/tcp/three-packets-and-a-queue/'))
  const lab = new LabInPage(page, 'tcp-as-found')
  for (const language of ['py', 'ts'] as const) {
    await lab.program('client').choose(language)
    await lab.program('client').run.click()
    await lab.program('client').exited(1)
    const note = lab.root.locator('[data-error-note="client"][data-error="ECONNREFUSED"]')
    await note.getByText('What to try').waitFor()
    const link = note.locator('[data-step]').first()
    const step = Number(await link.getAttribute('data-step'))
    await note.getByText(`In event ${step} the other kernel answered with RST`).waitFor()
    await link.click()
    await lab.at(step)
  }
  expect(await axeFinds(page, ['[data-lab="tcp-as-found"]'])).toEqual([])
})
