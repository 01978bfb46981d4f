/** A run seen from all sides: code, wire, sockets and time line show the same moment. */
import type { Locator } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { INTERPRETERS } from '../helpers/shell-program.ts'
import { axeFindsInBothThemes } from './axe.ts'
import { LabInPage } from './lab.ts'
import { openCourse, page, reader, served, sharePage } from './opened.ts'
import { scriptsOf } from './pace.ts'

const UDP = '/en/udp/the-datagram-that-vanished/'
const TCP = '/en/tcp/three-packets-and-a-queue/'

// Each of these runs programs and then looks at a lab from many sides.
vi.setConfig({ testTimeout: 90_000 })

openCourse()

async function open(path: string, id: string): Promise<LabInPage> {
  await page.goto(served.at(path))
  return new LabInPage(page, id)
}

/** Runs lab 8a until the sender has ended and its story is told. */
async function datagram(): Promise<LabInPage> {
  const lab = await open(UDP, 'udp-as-found')
  await lab.runAll.click()
  await lab.program('send').exited(0)
  await lab.panel('timeline').getByText('The sending program ends').waitFor()
  return lab
}

/** Runs lab 12b in Python until both have ended and everything is told. */
async function handshake(path = TCP): Promise<LabInPage> {
  const lab = await open(path, 'tcp-client-sends')
  for (const name of ['server', 'client']) await lab.program(name).choose('py')
  await lab.runAll.click()
  await lab.program('server').exited(0)
  await lab.program('client').exited(0)
  await lab
    .packet(/^FIN, ACK/)
    .nth(1)
    .waitFor()
  await lab
    .panel('wire')
    .getByRole('listitem')
    .filter({ hasText: /exits|退出/ })
    .nth(1)
    .waitFor()
  return lab
}

/** The step a row of the wire tells: the number before it. */
async function stepOf(row: Locator): Promise<number> {
  return Number(/\d+/.exec(await row.locator('.no').innerText())?.[0])
}

const texts = (found: Locator) => found.allInnerTexts()

describe.skipIf(whyNoOwnNetwork !== null)('lab 8a', () => {
  test('answers on the first screen, with nothing pressed but Run, whether the datagram arrived', async () => {
    const lab = await open(UDP, 'udp-as-found')
    expect(await lab.panel('wire').isVisible()).toBe(false)
    expect(await lab.panel('timeline').isVisible()).toBe(false)
    const scroll = () => lab.root.evaluate((element) => element.scrollIntoView({ block: 'start', behavior: 'instant' }))
    await scroll()
    // What is asked before the lab comes to life with the first sign of a reader, grows by its buttons, and moves the lab.
    await page.getByText('Skip, just run').first().waitFor()
    await scroll()
    await lab.runAll.click()
    await lab.program('send').exited(0)
    const sent = lab.packet(/^UDP, 127\.0\.0\.1:\d+ to 127\.0\.0\.1:12821, 4 bytes, .*nobody at 12821/)
    const answer = lab.packet('ICMP port unreachable, 127.0.0.1 to 127.0.0.1')
    await sent.waitFor()
    await answer.waitFor()
    await lab.panel('timeline').getByText('The sending program ends').waitFor()
    const parts = [
      sent,
      answer,
      lab.runAll,
      lab.program('receive').panel,
      lab.program('send').panel,
      lab.slider,
      lab.panel('timeline').getByRole('status'),
    ]
    for (const part of parts) {
      const box = await part.boundingBox()
      expect(box?.y).toBeGreaterThanOrEqual(0)
      expect((box?.y ?? 0) + (box?.height ?? 1e4)).toBeLessThanOrEqual(800)
    }
    await lab.program('receive').state('running')
  })

  test('marks the line that waits, in Node by its event, and the line that sent by its event’s number', async () => {
    const lab = await datagram()
    const waits = lab.program('receive').box.locator('.ln.waits')
    expect(await texts(waits)).toEqual([
      expect.stringMatching(/once\(receiver, 'message'\)[\s\S]*waiting for 'message'/),
    ])
    const sent = lab.program('send').box.locator('.ln:visible', { hasText: 'sender.send(' })
    expect(await sent.innerText()).toMatch(/\d+\s*→/)
    await lab.program('receive').stop.click()
    await lab.program('receive').exited('SIGHUP')
    await waits.waitFor({ state: 'detached' })
  })

  test('says of UDP that it has no states', async () => {
    const lab = await datagram()
    await lab.toggle('sockets').click()
    await lab.panel('states').getByText('UDP knows no connection').waitFor()
    const row = lab.panel('sockets').getByRole('row').filter({ hasText: 'receive.ts' })
    expect(await row.innerText()).toMatch(/receive[\s\S]*UDP[\s\S]*UNCONN[\s\S]*127\.0\.0\.1:12822[\s\S]*any/)
  })
})

describe.skipIf(whyNoOwnNetwork !== null || !INTERPRETERS.py)('lab 12b, once it has run', () => {
  let lab: LabInPage
  sharePage(async () => {
    lab = await handshake()
    await lab.toggle('sockets').click()
  })

  test('shows the handshake while both programs wait: lines, states, rows of the table, the queue', async () => {
    const client = /127\.0\.0\.1:(\d+) to 127\.0\.0\.1:12824/
    const syn = lab.packet(/^SYN, 127/)
    const [, port = ''] = client.exec((await syn.getAttribute('aria-label')) ?? '') ?? []
    await lab
      .packet(`^SYN, ACK, 127.0.0.1:12824 to 127.0.0.1:${port}`)
      .or(lab.packet(/^SYN, ACK/))
      .first()
      .waitFor()
    await syn.click()
    const at = await stepOf(syn)
    await lab.at(at)
    expect(await texts(lab.program('client').box.locator('.ln.waits'))).toEqual([
      expect.stringMatching(/connect\(\("127\.0\.0\.1", PORT\)\)[\s\S]*waiting in connect\(\)/),
    ])
    expect(await texts(lab.program('server').box.locator('.ln.waits'))).toEqual([
      expect.stringMatching(/server\.accept\(\)[\s\S]*waiting in accept\(\)/),
    ])
    await lab.panel('timeline').getByText('SYN').waitFor()
    const rows = lab.panel('sockets').locator('tbody tr')
    await rows
      .filter({ hasText: 'SYN-SENT' })
      .filter({ hasText: `127.0.0.1:${port}` })
      .waitFor()
    await rows.filter({ hasText: 'SYN-RECEIVED' }).filter({ hasText: 'no program yet' }).waitFor()
    const ack = lab.packet(/^ACK, 127\.0\.0\.1:\d+ to 127\.0\.0\.1:12824, seq 1, ack 1/).first()
    await ack.click()
    await lab.at(await stepOf(ack))
    await rows.filter({ hasText: 'LISTEN' }).filter({ hasText: 'of 128' }).waitFor()
    await rows.filter({ hasText: 'ESTABLISHED' }).filter({ hasText: 'no program yet' }).waitFor()
    const picture = lab.panel('states').getByRole('img')
    expect(await picture.getAttribute('aria-label')).toMatch(/client is in ESTABLISHED; before that .*SYN-SENT/)
    expect(await picture.getAttribute('aria-label')).toMatch(/server is in ESTABLISHED; before that .*SYN-RECEIVED/)
    expect(await picture.locator('.on text').allTextContents()).toEqual(['ESTABLISHED'])
  })

  test('tells at a line what it gave; the number beside it leads to that moment', async () => {
    const recv = lab.program('server').box.locator('.ln:visible', { hasText: 'connection.recv(1024)' })
    await recv.getByText('→ 4 bytes').waitFor()
    const number = recv.getByRole('button')
    const step = Number(await number.innerText())
    await number.click()
    await lab.at(step)
    expect(await recv.getAttribute('class')).toContain('lit')
    const listen = lab.program('server').box.locator('.ln:visible', { hasText: '.listen(' })
    await listen.locator('.ret').click()
    await lab.at(Number(await listen.getByRole('button').innerText()))
    await recv.locator('.ret.later').waitFor()
  })

  test('shows both terminals as they were at the moment, and lets them live on beneath', async () => {
    const server = lab.program('server')
    await lab.goTo(1)
    const past = server.panel.locator('.past')
    // A terminal draws only what can be seen of it.
    await past.scrollIntoViewIfNeeded()
    await server.panel.getByText('as it was at event 1').waitFor()
    await past.getByText('$ python3 server.py').waitFor()
    await expect.poll(() => past.innerText()).not.toContain('Waiting for a connection')
    const accept = lab.panel('wire').getByRole('listitem').filter({ hasText: 'accept() waits' })
    await accept.click()
    await past.scrollIntoViewIfNeeded()
    await past.getByText('Waiting for a connection on port 12824.').waitFor()
    expect(await past.innerText()).not.toContain('Received')
    await server.panel.getByRole('button', { name: 'to now' }).click()
    await past.waitFor({ state: 'detached' })
    await server.shows('Received 4 bytes: 数据')
    expect(await server.panel.locator('[data-past]').isVisible()).toBe(false)
  })

  test('is stepped through by keyboard: on the line, along the rows, and from the buttons of the lab', async () => {
    await lab.goTo(4)
    await page.keyboard.press('ArrowLeft')
    await lab.at(3)
    await lab.runAll.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await lab.at(5)
    const row = lab.packet(/^SYN, 127/)
    await row.focus()
    await page.keyboard.press('Enter')
    await lab.at(await stepOf(row))
    await lab.panel('timeline').getByRole('button', { name: 'to now' }).click()
    await lab.panel('timeline').getByText('now', { exact: true }).waitFor()
  })

  test('lights in every panel what the reader points at anywhere', async () => {
    await lab.goTo(2)
    const line = lab.program('client').box.locator('.ln:visible', { hasText: 'connection.connect(' })
    const syn = lab.packet(/^SYN, 127/)
    await line.hover()
    await lab.root.locator('[data-packet].lit').first().waitFor()
    expect(await line.getAttribute('class')).toContain('lit')
    await lab.at(2)
    await page.mouse.move(0, 0)
    await lab.root.locator('[data-packet].lit').first().waitFor({ state: 'detached' })
    await syn.hover()
    await lab.program('client').box.locator('.ln.lit', { hasText: 'connection.connect(' }).waitFor()
    await lab.panel('timeline').getByRole('button', { name: 'One event back' }).focus()
    await line.getByRole('button').focus()
    await lab.program('client').box.locator('.ln.lit', { hasText: 'connection.connect(' }).waitFor()
  })

  test('gives exactly the file when all lines are copied, whatever is marked beside them', async () => {
    await reader.context.grantPermissions(['clipboard-read'])
    const code = lab.program('server').box.locator('.code:visible')
    const before = await code.evaluate((element) =>
      [...element.querySelectorAll('.ln > code')].map(({ textContent }) => textContent).join('\n'),
    )
    expect(await code.locator('.ret').count()).toBeGreaterThan(4)
    await code.evaluate((element) => getSelection()?.selectAllChildren(element))
    await page.keyboard.press('Control+C')
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(before)
  })

  test('joins the lit row to the lit line by a thread', async () => {
    await lab.packet(/^SYN, 127/).click()
    await page.mouse.move(0, 0)
    const path = lab.root.locator('.thread path')
    await expect.poll(() => path.getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+H[\d.]+V[\d.]+H[\d.]+$/)
    await page.setViewportSize({ width: 900, height: 800 })
    await expect.poll(() => lab.root.locator('.thread').isVisible()).toBe(false)
  })
})

describe.skipIf(whyNoOwnNetwork !== null || !INTERPRETERS.py)('lab 12b', () => {
  test('tells its story again after a reload', async () => {
    const lab = await handshake()
    await page.reload()
    await lab.packet(/^SYN, 127/).waitFor()
    await lab.slider.waitFor()
  })

  test.each([
    ['en', TCP],
    ['zh', TCP.replace('/en/', '/zh/')],
  ])('has nothing that axe finds, with every panel open, in both themes (%s)', async (_, path) => {
    const lab = await handshake(path)
    await lab.toggle('sockets').click()
    await lab.toggle('shell').click()
    await lab.goTo(12)
    expect(await axeFindsInBothThemes(page, ['[data-lab="tcp-client-sends"]'])).toEqual([])
  })

  test('on a phone stands in the order server, wire, client, and nothing is wider than the window', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    const lab = await handshake()
    await lab.toggle('sockets').click()
    const tops = await Promise.all(
      [lab.program('server').box, lab.panel('wire'), lab.program('client').box, lab.panel('sockets')].map((part) =>
        part.evaluate((element) => element.getBoundingClientRect().top + scrollY),
      ),
    )
    expect(tops).toEqual([...tops].sort((one, other) => one - other))
    expect(await page.evaluate(() => (document.scrollingElement?.scrollWidth ?? 0) - innerWidth)).toBeLessThanOrEqual(0)
  })
})

describe('a panel', () => {
  const isOpen = (lab: LabInPage) => lab.root.getAttribute('data-open')

  test('that the author does not show is one press away, before and after a run', async () => {
    const lab = await open(TCP, 'tcp-both-send')
    const code = lab.program('server').box.locator('[data-panel="code"]:visible')
    expect(await isOpen(lab)).toBe('terminal')
    expect(await code.count()).toBe(0)
    await lab.toggle('code').click()
    await code.waitFor()
    expect(await lab.toggle('code').getAttribute('aria-pressed')).toBe('true')
    await lab.toggle('code').click()
    expect(await code.count()).toBe(0)
    await lab.toggle('wire').click()
    expect(await lab.panel('wire').isVisible()).toBe(true)
  })

  test('once opened stays open for its reader: after a reload, in another lab, in another lesson', async () => {
    const lab = await open(UDP, 'udp-as-found')
    expect(await isOpen(lab)).toBe('code terminal')
    await lab.toggle('sockets').click()
    await page.reload()
    expect(await isOpen(lab)).toBe('code terminal')
    await lab.runAll.click()
    await lab.program('send').exited(0)
    expect(await isOpen(lab)).toBe('code terminal wire sockets')
    const other = await open(TCP, 'tcp-both-send')
    await other.runAll.click()
    await other.program('client').exited(0)
    expect(await isOpen(other)).toBe('terminal wire sockets')
    await other.toggle('sockets').click()
    const third = await open(TCP, 'tcp-server-sends')
    await third.runAll.click()
    await third.program('client').exited(0)
    expect(await isOpen(third)).toBe('code terminal wire')
  })

  test('says how it is read when it is first met, and not again', async () => {
    const lab = await open(UDP, 'udp-aligned')
    await lab.runAll.click()
    await lab.program('send').exited(0)
    await lab.panel('wire').getByText('Time goes down').waitFor()
    await lab.panel('timeline').getByText('Drag, or press').waitFor()
    await lab.program('receive').box.getByText('What the program prints.').waitFor()
    await page.reload()
    await lab.runAll.click()
    await lab.program('send').exited(0)
    await lab.slider.waitFor()
    expect(await lab.root.getByText('Time goes down').count()).toBe(0)
    expect(await lab.root.getByText('Drag, or press').count()).toBe(0)
  })
})

test('a lesson loads no more than 20 KB of its own script, compressed, before a lab is started', async () => {
  const sizes = await scriptsOf(page, served.at(TCP))
  const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1024
  console.log(`${sizes.length} scripts of ${kilobytes.toFixed(1)} KB before a lab is started`)
  expect(sizes.length).toBeGreaterThan(2)
  expect(kilobytes).toBeLessThan(20)
})
