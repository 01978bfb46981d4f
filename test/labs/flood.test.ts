import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FLOW } from '../../labs/protocol.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { memoryOf, processorTimeOf, until } from '../helpers/processes.ts'

const MB = 1e6
const LINUX = process.platform === 'linux'

/** What may be on its way beside what is not acknowledged: one read, and what the terminal itself holds. */
const ON_ITS_WAY = 64 * 1024

let course: TestCourse

beforeAll(async () => {
  course = await startCourse({ apart: true })
  await course.addLab('flood', { print: { file: 'print.ts' } })
  await course.addLab('echo', { echo: { file: 'echo.ts' } })
})
afterAll(() => course.close())

/** A page whose program has begun to print this many bytes. */
async function flood(bytes: number, acknowledges = true): Promise<BenchClient> {
  const page = await BenchClient.open(course.port, 'flood')
  page.acknowledges = acknowledges
  page.run({ program: 'print', language: 'ts' })
  await page.until(() => page.text('print') === 'ready')
  page.acknowledge('print')
  page.type('print', `${bytes}`)
  return page
}

async function openEcho(): Promise<BenchClient> {
  const page = await BenchClient.open(course.port, 'echo')
  page.run({ program: 'echo', language: 'ts' })
  await page.until(() => page.text('echo') === 'ready')
  return page
}

/** Types letters one by one, each when the one before has come back. */
async function typeAndHear(page: BenchClient, letters: number): Promise<void> {
  for (let i = 0; i < letters; i += 1) {
    const before = page.received('echo')
    page.type('echo', 'x')
    await page.until(() => page.received('echo') > before)
  }
}

/** Checks that the output is what was printed: the program's own hash of it stands at the end. */
function expectWhole(page: BenchClient, bytes: number): void {
  const output = page.bytes('print').subarray('ready'.length)
  expect(output).toHaveLength(bytes + 64)
  expect(createHash('sha256').update(output.subarray(0, bytes)).digest('hex')).toBe(output.subarray(bytes).toString())
}

/** Resolves when a program is held: it uses no processor time while another page has a hundred answers. */
async function untilHeld(page: BenchClient, other: BenchClient): Promise<void> {
  const pid = page.eventsOf('print', 'started').at(-1)?.pid ?? 0
  for (let before = -1, used = 0; used !== before; ) {
    before = used
    await typeAndHear(other, 100)
    used = processorTimeOf(pid)
  }
}

describe('a program that prints 20 MB', () => {
  test('is told whole and unchanged, piece after piece', async () => {
    const page = await flood(20 * MB)
    expect(await page.exit('print')).toMatchObject({ code: 0 })
    expectWhole(page, 20 * MB)
    let offset = 0
    for (const piece of page.pieces) {
      expect(piece.offset).toBe(offset)
      offset += piece.length
    }
    const numbers = page.numbers.toSorted((a, b) => a - b)
    expect(numbers).toEqual(numbers.map((_, i) => i + 1))
    await page.leave()
  })

  test.runIf(LINUX)('costs the server little time and little memory', async () => {
    const memory = memoryOf(course.pid)
    const time = processorTimeOf(course.pid)
    const page = await flood(20 * MB)
    let most = 0
    await page.until(() => {
      most = Math.max(most, memoryOf(course.pid))
      return page.eventsOf('print', 'exited').length > 0
    })
    expect(most - memory).toBeLessThan(25 * MB)
    expect(processorTimeOf(course.pid) - time).toBeLessThan(3000)
    await page.leave()
  })

  test('lets another bench answer meanwhile', async () => {
    const echo = await openEcho()
    const page = await flood(20 * MB)
    await page.until(() => page.received('print') > MB)
    await typeAndHear(echo, 20)
    expect(page.eventsOf('print', 'exited')).toEqual([])
    expect(page.received('print')).toBeLessThan(20 * MB)
    await Promise.all([page.leave(), echo.leave()])
  })
})

describe('a page that acknowledges nothing', () => {
  test.runIf(LINUX)('gets so much and no more, then all the rest when it does', async () => {
    const echo = await openEcho()
    const page = await flood(3 * MB, false)
    await page.until(() => page.received('print') >= FLOW.high)
    await untilHeld(page, echo)
    const before = page.received('print')
    expect(before).toBeLessThanOrEqual(FLOW.high + ON_ITS_WAY)
    await typeAndHear(echo, 30)
    expect(page.received('print')).toBe(before)

    page.acknowledges = true
    page.acknowledge('print')
    expect(await page.exit('print')).toMatchObject({ code: 0 })
    expectWhole(page, 3 * MB)
    await Promise.all([page.leave(), echo.leave()])
  })

  test('loses nothing when the program ends before it does, six at a time', async () => {
    const bytes = FLOW.high + 4096
    const pages = await Promise.all(Array.from({ length: 6 }, () => flood(bytes, false)))
    for (const page of pages) {
      expect(await page.exit('print')).toMatchObject({ code: 0 })
      expectWhole(page, bytes)
      await page.leave()
    }
  })

  test.runIf(LINUX)('has the next run begin held, and go on when it has caught up', async () => {
    const echo = await openEcho()
    const page = await flood(FLOW.high + 4096, false)
    await page.exit('print')
    const before = page.received('print')
    page.run({ program: 'print', language: 'ts' })
    await page.until(() => page.eventsOf('print', 'started').length === 2)
    await untilHeld(page, echo)
    expect(page.received('print')).toBe(before)
    page.acknowledges = true
    page.acknowledge('print')
    await page.until(() => page.received('print') === before + 'ready'.length)
    await Promise.all([page.leave(), echo.leave()])
  })
})

describe.runIf(LINUX)('a page that stops reading', () => {
  test('does not make the server grow, and loses nothing', async () => {
    const echo = await openEcho()
    // One before, so that what is measured is not the first use of anything.
    await (await flood(4 * MB)).exit('print')
    const page = await flood(8 * MB)
    await page.until(() => page.received('print') > MB)
    const memory = memoryOf(course.pid)
    page.pause()
    await untilHeld(page, echo)
    expect(memoryOf(course.pid) - memory).toBeLessThan(4 * FLOW.high + 2 * MB)
    page.resume()
    expect(await page.exit('print')).toMatchObject({ code: 0 })
    expectWhole(page, 8 * MB)
    await Promise.all([page.leave(), echo.leave()])
  })
})

test('Ctrl-C ends a program in the middle of a flood', async () => {
  await course.addLab('endless', { print: { ts: `for (;;) console.log('on and on')` } })
  const page = await BenchClient.open(course.port, 'endless')
  page.run({ program: 'print', language: 'ts' })
  await page.until(() => page.received('print') > MB / 10)
  page.type('print', '\x03')
  expect(await page.exit('print')).toMatchObject({ code: null, signal: 'SIGINT', stopped: false })
  await page.leave()
  await until(() => page.closed, 'the page is gone')
})
