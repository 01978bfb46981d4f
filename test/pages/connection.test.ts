import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { useMachinePorts } from '../helpers/machine-ports.ts'
import { isThere, until } from '../helpers/processes.ts'
import { Cable } from './cable.ts'
import { copyCourse, EXTRA, endServers, newReader, type Reader, removeCourse, Served } from './course.ts'
import { LabInPage } from './lab.ts'

let folder: string
let browser: Browser
let served: Served
let reader: Reader
let page: Page

useMachinePorts()
beforeAll(async () => {
  folder = await copyCourse()
  served = await Served.start(folder, { network: 'plain' })
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
})
afterEach(async () => {
  await reader.context.close()
  // A browser tells each connection that could not be made or was cut.
  expect(reader.faults.filter((fault) => !/WebSocket|net::ERR_/.test(fault))).toEqual([])
})

const lesson = () => served.at(`/en/${EXTRA.lesson}/`)

/** Runs the program that prints numbered numbers. */
async function runNumbers(on: Page) {
  await on.goto(lesson())
  const lab = new LabInPage(on, EXTRA.lab)
  const numbers = lab.program('numbers')
  await numbers.run.click()
  await numbers.shows(/line \d/)
  return { lab, numbers, pid: await pidIn(numbers.copied) }
}

async function pidIn(copied: () => Promise<string>): Promise<number> {
  return Number(/pid=(\d+)/.exec(await copied())?.[1])
}

/** The numbers of the lines in a text, in their order. What is typed is echoed in between. */
function numbered(text: string): number[] {
  return [...text.matchAll(/(?<!last )line (\d+)$/gm)].map(([, number]) => Number(number))
}

/** The words that the program says it has read. */
function heardIn(text: string): (string | undefined)[] {
  return [...text.matchAll(/heard <(\w+)>/g)].map(([, word]) => word)
}

/** Resolves when the program has read a word, and leaves the keyboard to it. On the screen that passes within 0.2 s. */
async function hears(numbers: ReturnType<LabInPage['program']>, word: string): Promise<void> {
  await expect.poll(async () => heardIn(await numbers.copied()), { timeout: 15_000 }).toContain(word)
  await numbers.keyboard.focus()
}

/** 1 up to the number in the program's last line. */
function whole(text: string): number[] {
  const last = Number(/last line (\d+)$/m.exec(text)?.[1])
  return Array.from({ length: last }, (_, index) => index + 1)
}

describe('a connection that is cut', () => {
  test('is said to be lost, and comes back by itself with every line exactly once', async () => {
    const cable = await Cable.of(page)
    const { lab, numbers, pid } = await runNumbers(page)
    await lab.connection('live')
    for (let cut = 0; cut < 3; cut += 1) {
      await cable.cut()
      await lab.connection('lost')
      await lab.says('connection lost, trying again')
      await numbers.state('running')
      cable.mend()
      await lab.connection('live')
    }
    await numbers.keyboard.focus()
    await page.keyboard.type('end\n')
    await numbers.exited(0)
    await numbers.shows('last line')
    const text = await numbers.copied()
    expect(whole(text).length).toBeGreaterThan(20)
    expect(numbered(text)).toEqual(whole(text))
    expect(isThere(pid)).toBe(false)
  })

  test('delivers what was typed before, while and after it broke, each line exactly once', async () => {
    const cable = await Cable.of(page)
    const { lab, numbers } = await runNumbers(page)
    const cutAndMend = async (meanwhile: string) => {
      await cable.cut()
      await lab.connection('lost')
      await page.keyboard.type(meanwhile)
      cable.mend()
      await lab.connection('live')
    }
    await numbers.keyboard.focus()
    await page.keyboard.type('one\n')
    await hears(numbers, 'one')
    cable.lose('page')
    await page.keyboard.type('two\n')
    await cutAndMend('three\n')
    await hears(numbers, 'three')
    cable.lose('server')
    await page.keyboard.type('four\n')
    await cutAndMend('five\n')
    await page.keyboard.type('end\n')
    await numbers.exited(0)
    await numbers.shows('last line')
    expect(heardIn(await numbers.copied())).toEqual(['one', 'two', 'three', 'four', 'five'])
  })
})

describe('a page', () => {
  test('that is loaded again shows what ran before, and the program goes on', async () => {
    const { numbers, pid } = await runNumbers(page)
    await page.reload()
    await numbers.state('running')
    await numbers.shows(/line \d/)
    expect(await pidIn(numbers.copied)).toBe(pid)
    await numbers.keyboard.focus()
    await page.keyboard.type('hello\n')
    await hears(numbers, 'hello')
    await page.keyboard.type('end\n')
    await numbers.exited(0)
    await numbers.shows('last line')
    const text = await numbers.copied()
    expect(numbered(text)).toEqual(whole(text))
  })

  test('has a bench of its own beside another, also as a duplicate of it', async () => {
    const { numbers, pid } = await runNumbers(page)
    const second = await reader.context.newPage()
    const { numbers: others, pid: otherPid } = await runNumbers(second)
    expect(otherPid).not.toBe(pid)
    // A page that a page opens begins with a copy of what its tab remembers.
    const [third] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate((address) => void window.open(address), lesson()),
    ])
    const copied = new LabInPage(third, EXTRA.lab)
    await copied.program('numbers').run.click()
    await copied.program('numbers').shows(/line \d/)
    expect([pid, otherPid]).not.toContain(await pidIn(copied.program('numbers').copied))
    await others.stop.click()
    await others.exited('SIGHUP')
    await numbers.state('running')
    expect(isThere(pid)).toBe(true)
  })

  test('that is left and returned to at once finds its program running', async () => {
    const { numbers, pid } = await runNumbers(page)
    await page.goto(served.at('/en/'))
    await page.goBack()
    await numbers.state('running')
    await numbers.shows(/line \d/)
    expect(await pidIn(numbers.copied)).toBe(pid)
  })

  test('that is left takes its programs with it after seconds', async () => {
    const { pid } = await runNumbers(page)
    await page.goto(served.at('/en/'))
    const left = performance.now()
    expect(isThere(pid)).toBe(true)
    await until(() => !isThere(pid), 'the program is gone', 15)
    expect(performance.now() - left).toBeGreaterThan(5000)
  })
})

/** Opens the link of the server in another tab. */
async function enterElsewhere(): Promise<void> {
  const tab = await reader.context.newPage()
  await tab.goto(served.at('/en/'))
  await tab.waitForURL(served.without('/en/'))
  await tab.close()
}

describe('a server', () => {
  test('that is stopped says so in the page, and a new one at the same port runs the lab for its own link', async () => {
    const { lab, numbers, pid } = await runNumbers(page)
    const { port } = served
    expect(await served.end()).toBe(0)
    expect(isThere(pid)).toBe(false)
    await lab.connection('ended')
    await lab.says('The bench ended because the course was stopped. In the course’s folder, run npm start')
    await numbers.state('exited')
    await numbers.run.click()
    await lab.connection('unreachable')
    await lab.says('The lab server is not reachable, so nothing can run here now.')
    await numbers.state('exited')
    served = await Served.start(folder, { port, network: 'plain' })
    await numbers.run.click()
    await lab.complains('it was not opened by the link of this start of the course')
    await lab.connection('ended')
    await enterElsewhere()
    await numbers.run.click()
    await lab.connection('live')
    await numbers.state('running')
    await numbers.shows(/line \d/)
    await numbers.stop.click()
    await numbers.exited('SIGHUP')
  })

  test('that is killed is missed in the page, which tells of the new link when there is another server', async () => {
    const { lab, numbers, pid } = await runNumbers(page)
    const { port } = served
    expect(await served.end('SIGKILL')).toBe('SIGKILL')
    await lab.connection('lost')
    await lab.says('connection lost, trying again')
    served = await Served.start(folder, { port, network: 'plain' })
    await lab.connection('ended')
    await lab.complains('In this browser, open the link that npm start printed last')
    await numbers.state('exited')
    await numbers.says('ended with its bench')
    await until(() => !isThere(pid), 'the program is gone')
    await enterElsewhere()
    await numbers.run.click()
    await numbers.state('running')
    await numbers.stop.click()
    await numbers.exited('SIGHUP')
  })
})
