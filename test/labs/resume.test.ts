import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { Bench, type Page } from '../../labs/bench/bench.ts'
import { PlainNetwork } from '../../labs/bench/network/plain.ts'
import type { ControlEvent } from '../../labs/events.ts'
import { readLab } from '../../labs/lab.ts'
import { HOME_LIMITS } from '../../labs/limits.ts'
import { FLOW, type FromBench, PROTOCOL } from '../../labs/protocol.ts'
import { Catalog } from '../../labs/server/catalog.ts'
import { Door } from '../../labs/server/door.ts'
import { Invitation, newKey } from '../../labs/server/invitation.ts'
import type { Parts } from '../../labs/server/server.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { testParts } from '../helpers/parts.ts'
import { isThere, until } from '../helpers/processes.ts'
import { seeded } from '../helpers/random.ts'

const { grace } = HOME_LIMITS

const MB = 1e6

let course: TestCourse
const pages: BenchClient[] = []

beforeAll(async () => {
  course = await startCourse()
  await course.addLab('one', { print: { file: 'print.ts' }, echo: { file: 'echo.ts' } })
  await course.addLab('other', { print: { file: 'print.ts' } })
})
afterEach(() => Promise.all(pages.splice(0).map((page) => page.leave())))
afterAll(() => course.close())

async function open(): Promise<BenchClient> {
  const page = await BenchClient.open(course.port, 'one')
  pages.push(page)
  return page
}

/** Comes back to the bench of a page; what is told after event `after` is new to the page that comes. */
async function comeBack(from: BenchClient, after: number, lab = 'one'): Promise<BenchClient> {
  const page = await BenchClient.open(course.port, lab, { from, after })
  pages.push(page)
  return page
}

async function run(page: BenchClient, program: string): Promise<void> {
  page.run({ program, language: 'ts' })
  await page.until(() => page.text(program).endsWith('ready'))
}

function admitted(answer: Awaited<ReturnType<Door['admit']>>) {
  if ('kind' in answer) throw new Error(`Not let in: ${answer.kind}`)
  return answer
}

function expectWhole(output: Buffer, bytes: number): void {
  const printed = output.subarray('ready'.length)
  expect(printed).toHaveLength(bytes + 64)
  expect(createHash('sha256').update(printed.subarray(0, bytes)).digest('hex')).toBe(printed.subarray(bytes).toString())
}

describe('a connection that is cut', () => {
  test('twenty times in 6 MB loses nothing and tells nothing twice', async () => {
    const random = seeded(3)
    let page = await open()
    await run(page, 'print')
    page.type('print', String(6 * MB))
    const all = [page]
    for (let cut = 0; cut < 20; cut += 1) {
      const enough = random() * 2 * ((6 * MB) / 21)
      const before = page.received('print')
      page.acknowledges = random() < 0.8
      await page.until(() => page.received('print') >= Math.min(before + enough, before + FLOW.high / 2))
      await page.cut()
      page = await comeBack(page, page.last)
      expect(page.opened?.resumed).toBe(true)
      all.push(page)
    }
    page.acknowledge('print')
    expect(await page.exit('print')).toMatchObject({ code: 0 })

    expectWhole(Buffer.concat(all.map((one) => one.bytes('print'))), 6 * MB)
    const pieces = all.flatMap((one) => one.pieces)
    let offset = 0
    for (const piece of pieces) {
      expect(piece.offset).toBe(offset)
      offset += piece.length
    }
    const events = all.flatMap((one) => one.events)
    const numbers = all.flatMap((one) => one.numbers)
    expect(numbers).toEqual(numbers.map((_, i) => i + 1))
    expect(events.map(({ kind }) => kind)).toEqual(['starting', 'started', 'exited'])
  })

  test('leaves programs running', async () => {
    const page = await open()
    await run(page, 'echo')
    const pid = page.eventsOf('echo', 'started')[0]?.pid ?? 0
    await page.cut()
    const back = await comeBack(page, page.last)
    expect(isThere(pid)).toBe(true)
    back.type('echo', 'still here')
    await back.until(() => back.text('echo') === 'still here')
    expect(back.events).toEqual([])
  })

  test('tells what was printed meanwhile, and the end', async () => {
    const page = await open()
    await run(page, 'print')
    page.type('print', '1000')
    await page.cut()
    const pid = page.eventsOf('print', 'started')[0]?.pid ?? 0
    await until(() => !isThere(pid), 'the program has ended')
    const back = await comeBack(page, page.last)
    expect(await back.exit('print')).toMatchObject({ code: 0 })
    expectWhole(Buffer.concat([page.bytes('print'), back.bytes('print')]), 1000)
  })

  test('holds a flood, kills nothing, and lets it go on afterwards', async () => {
    const page = await open()
    await run(page, 'print')
    page.type('print', String(2 * MB))
    await page.cut()
    const other = await open()
    await run(other, 'echo')
    // The server answers others after it has taken all it takes of the flood.
    for (let i = 0; i < 30; i += 1) {
      other.type('echo', 'x')
      await other.until(() => other.received('echo') === 'ready'.length + i + 1)
    }
    const back = await comeBack(page, page.last)
    back.acknowledges = false
    await back.until(() => back.received('print') >= FLOW.high - page.received('print'))
    expect(back.eventsOf('print', 'exited')).toEqual([])
    back.acknowledges = true
    back.acknowledge('print')
    expect(await back.exit('print')).toMatchObject({ code: 0 })
    expectWhole(Buffer.concat([page.bytes('print'), back.bytes('print')]), 2 * MB)
  })
})

describe('a page that comes with nothing', () => {
  test('is told what is kept, and one gap for what is not', async () => {
    const page = await open()
    await run(page, 'echo')
    await run(page, 'print')
    page.type('print', String(MB))
    await page.exit('print')
    const everything = page.bytes('print')
    await page.cut()

    const fresh = await comeBack(page, 0)
    await fresh.until(() => fresh.last === page.last)
    expect(fresh.opened).toMatchObject({ resumed: true, last: page.last })
    const gaps = fresh.eventsOf('print', 'gap')
    expect(gaps).toHaveLength(1)
    const to = gaps[0]?.to ?? 0
    expect(gaps[0]?.from).toBe(0)
    expect(to + fresh.received('print')).toBe(everything.length)
    expect(fresh.bytes('print').equals(everything.subarray(to))).toBe(true)
    expect(fresh.received('print')).toBeGreaterThanOrEqual(64 * 1024)
    expect(fresh.pieces.find(({ program }) => program === 'print')?.offset).toBe(to)

    expect(fresh.eventsOf('echo', 'gap')).toEqual([])
    expect(fresh.text('echo')).toBe('ready')
    const control = ({ events }: BenchClient) => events.filter(({ kind }) => kind !== 'gap')
    expect(control(fresh)).toEqual(control(page))
  })

  test('that another page had not parsed is told it once more', async () => {
    const page = await open()
    page.acknowledges = false
    await run(page, 'print')
    page.type('print', '100000')
    await page.exit('print')
    await page.cut()
    const fresh = await comeBack(page, 0)
    await fresh.until(() => fresh.last === page.last)
    expect(fresh.eventsOf('print', 'gap')).toEqual([])
    expect(fresh.bytes('print').equals(page.bytes('print'))).toBe(true)
  })
})

describe('a second page', () => {
  test('takes the bench over, and the first is told', async () => {
    const first = await open()
    await run(first, 'echo')
    const second = await comeBack(first, first.last)
    await first.until(() => first.closed)
    expect(first.told.at(-1)).toEqual({ type: 'closed', ending: 'taken-over' })
    second.type('echo', 'mine')
    await second.until(() => second.text('echo') === 'mine')
    expect(first.text('echo')).toBe('ready')
  })

  test('that asks for a bench nobody knows gets a new one, and is told so', async () => {
    const page = await open()
    const bench = page.opened?.bench ?? ''
    const stranger = await BenchClient.connect(course.port)
    pages.push(stranger)
    stranger.say({ type: 'open', protocol: PROTOCOL, lab: 'one', resume: { bench: 'f'.repeat(32), after: 7 } })
    await stranger.until(() => stranger.opened !== undefined)
    // The only event is that packets are not seen here.
    expect(stranger.opened).toMatchObject({ resumed: false, last: 1 })
    expect(stranger.opened?.bench).not.toBe(bench)
    expect(page.closed).toBe(false)
  })

  test('that asks for a bench of another lab gets a new one', async () => {
    const page = await open()
    const elsewhere = await comeBack(page, 0, 'other')
    expect(elsewhere.opened).toMatchObject({ resumed: false })
    elsewhere.run({ program: 'echo', language: 'ts' })
    await elsewhere.until(() => elsewhere.troubles.length === 1)
    expect(elsewhere.troubles).toEqual([{ kind: 'unknown-program', program: 'echo' }])
  })

  test('that asks for a bench which is about to end gets a new one', async () => {
    await course.addLab('slow-to-end', { stubborn: { file: 'stubborn.ts' } })
    const invitation = new Invitation(newKey())
    const reader = invitation.newReader()
    const door = new Door(new Catalog(course.folder), await testParts(course.folder), invitation)
    const opening = { type: 'open', protocol: PROTOCOL, lab: 'slow-to-end', pass: invitation.passOf(reader) } as const
    const { bench } = admitted(await door.admit(reader, opening))
    const events: ControlEvent[] = []
    const page: Page = {
      tell: (message) => void (message.type === 'events' && events.push(...message.events)),
      waiting: 0,
      output: () => {},
      close: () => {},
    }
    bench.attach(page, 0)
    void bench.run([{ program: 'stubborn', language: 'ts', columns: 80, rows: 24 }])
    await until(() => events.some(({ kind }) => kind === 'started'), 'the program has started')
    const again = { ...opening, resume: { bench: bench.id, after: 0 } }
    expect(admitted(await door.admit(reader, again))).toEqual({ bench, resumed: true })
    const closed = bench.close('left')
    const { bench: other, resumed } = admitted(await door.admit(reader, again))
    expect(resumed).toBe(false)
    expect(other.id).not.toBe(bench.id)
    await closed
    await door.close('server-stopping')
  })

  test('has a bench of its own when it asks for none', async () => {
    const [first, second] = [await open(), await open()]
    await Promise.all([run(first, 'echo'), run(second, 'echo')])
    first.type('echo', 'first')
    second.type('echo', 'second')
    await first.until(() => first.text('echo') === 'readyfirst')
    await second.until(() => second.text('echo') === 'readysecond')
  })
})

describe('a page that is left', () => {
  test('leaves programs running for its grace, and no longer', async () => {
    const page = await open()
    const away = await open()
    await Promise.all([run(page, 'echo'), run(away, 'echo')])
    const pid = page.eventsOf('echo', 'started')[0]?.pid ?? 0
    const vanished = away.eventsOf('echo', 'started')[0]?.pid ?? 0
    await Promise.all([page.leave(), away.cut()])
    const left = performance.now()
    await until(() => !isThere(pid), 'the program of a left page has ended')
    const after = performance.now() - left
    expect(after).toBeGreaterThan(grace.left - 500)
    expect(after).toBeLessThan(grace.left + 3000)
    expect(isThere(vanished)).toBe(true)
    const back = await comeBack(page, page.last)
    expect(back.opened?.resumed).toBe(false)
    const found = await comeBack(away, away.last)
    expect(found.opened?.resumed).toBe(true)
  })
})

describe('a bench without a page', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  const lab = readLab('one', { number: '1', programs: [{ name: 'print', end: 'waits' }] })
  let parts: Parts
  beforeAll(async () => {
    parts = await testParts('/nowhere')
  })

  function setUp() {
    const closed = vi.fn()
    const told: FromBench[] = []
    const page: Page = { tell: (message) => void told.push(message), waiting: 0, output: () => {}, close: () => {} }
    const bench = new Bench('b', lab, new PlainNetwork(parts.folder, parts.policy), parts, closed)
    bench.attach(page, 0)
    return { bench, page, closed, told }
  }

  test.each(['left', 'vanished'] as const)('ends when the grace of one that %s is over', async (why) => {
    const { bench, page, closed } = setUp()
    bench.detach(page, why)
    await vi.advanceTimersByTimeAsync(grace[why] - 1)
    expect(closed).not.toHaveBeenCalled()
    expect(bench.isClosing).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(closed).toHaveBeenCalledOnce()
    expect(bench.isClosing).toBe(true)
  })

  test('does not end when a page is there in time', async () => {
    const { bench, page, closed } = setUp()
    bench.detach(page, 'vanished')
    await vi.advanceTimersByTimeAsync(grace.vanished - 1)
    bench.attach({ ...page }, 0)
    await vi.advanceTimersByTimeAsync(grace.vanished)
    expect(closed).not.toHaveBeenCalled()
  })

  test('is not ended by a page that was there before the present one', async () => {
    const { bench, page, closed, told } = setUp()
    bench.attach({ ...page }, 0)
    expect(told.filter(({ type }) => type === 'closed')).toEqual([{ type: 'closed', ending: 'taken-over' }])
    bench.detach(page, 'left')
    await vi.advanceTimersByTimeAsync(grace.vanished)
    expect(closed).not.toHaveBeenCalled()
  })
})
