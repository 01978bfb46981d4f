import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import en from '../../content/ui/en/lab.json' with { type: 'json' }
import zh from '../../content/ui/zh/lab.json' with { type: 'json' }
import { Vigil } from '../../labs/bench/vigil.ts'
import { HOME_LIMITS, type Limits } from '../../labs/limits.ts'
import { MAX_FRAME, PROTOCOL } from '../../labs/protocol.ts'
import { Rate } from '../../labs/server/rate.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { isThere, until } from '../helpers/processes.ts'
import { enter, insideOf } from '../helpers/readers.ts'

const LINUX = process.platform === 'linux'

let course: TestCourse

/** A course with these limits, and a lab of a program that waits, one that prints as fast as it can, and one that repeats. */
async function start(limits: Partial<Limits>): Promise<void> {
  course = await startCourse({ limits })
  await course.addLab('one', {
    ready: { file: 'ready.ts' },
    flood: { ts: `const line = 'x'.repeat(1023) + '\\n'\nfor (;;) process.stdout.write(line)` },
    measured: {
      ts: `process.stdin.on('data', (data) => process.stdout.write('x'.repeat(Number(data)), () => process.exit()))
        process.stdout.write('ready')`,
    },
    repeat: { ts: `process.stdin.on('data', (data) => process.stdout.write(data))\nconsole.log('ready')` },
  })
}
afterEach(() => course?.close())

describe('a rate', () => {
  let now = 0
  const count = (rate: Rate) => {
    let allowed = 0
    while (allowed < 1000 && rate.allows()) allowed += 1
    return allowed
  }

  test('allows so many at once, then so many a second, and never saves up more', () => {
    const rate = new Rate({ perSecond: 10, atOnce: 30 }, () => now)
    expect(count(rate)).toBe(30)
    now += 1000
    expect(count(rate)).toBe(10)
    now += 50
    expect(count(rate)).toBe(0)
    now += 50
    expect(count(rate)).toBe(1)
    now += 3_600_000
    expect(count(rate)).toBe(30)
  })
})

describe('a vigil', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  function keep(limits: Pick<Limits, 'idle' | 'age'>) {
    const ended: string[] = []
    return { ended, vigil: new Vigil(limits, (why) => ended.push(why)) }
  }

  test('ends what has been silent for its time, to the ms', () => {
    const { ended } = keep({ idle: 1000, age: 10_000 })
    vi.advanceTimersByTime(999)
    expect(ended).toEqual([])
    vi.advanceTimersByTime(1)
    expect(ended).toEqual(['idle'])
  })

  test('begins anew with everything that happens, and ends what is too old however busy it is', () => {
    const { ended, vigil } = keep({ idle: 1000, age: 10_000 })
    for (let i = 0; i < 11; i += 1) {
      vi.advanceTimersByTime(900)
      vigil.stir()
    }
    expect(ended).toEqual([])
    vi.advanceTimersByTime(100)
    expect(ended).toEqual(['too-old'])
  })

  test('ends nothing once it is closed', () => {
    const { ended, vigil } = keep({ idle: 1000, age: 10_000 })
    vigil.close()
    vi.advanceTimersByTime(100_000)
    expect(ended).toEqual([])
  })
})

describe('a connection', () => {
  test('that says nothing is told so and closed', async () => {
    await start({ openWithin: 300 })
    const silent = await BenchClient.connect(course.port)
    const open = await BenchClient.open(course.port, 'one')
    await silent.until(() => silent.closed)
    expect(silent.troubles).toEqual([{ kind: 'opened-too-late', seconds: 0.3 }])
    expect(silent.closeCode).toBe(1008)
    expect(open.closed).toBe(false)
  })

  test('above their number is told so and closed, and one that leaves makes room', async () => {
    await start({ connections: 2 })
    const first = await BenchClient.open(course.port, 'one')
    const second = await BenchClient.connect(course.port)
    const third = await BenchClient.connect(course.port)
    await third.until(() => third.closed)
    expect(third.troubles).toEqual([{ kind: 'too-many-connections', limit: 2 }])
    expect([first.closed, second.closed]).toEqual([false, false])
    expect((await insideOf(course.port)).connections).toBe(2)
    await second.cut()
    const fourth = await BenchClient.open(course.port, 'one')
    expect(fourth.opened).toBeDefined()
  })

  test('that sends too many messages is told so and closed; its bench waits for it, and others go on', async () => {
    await start({ messages: { perSecond: 50, atOnce: 100 } })
    const [page, other] = await Promise.all([1, 2].map(() => BenchClient.open(course.port, 'one')))
    if (!page || !other) throw new Error('Two pages were opened.')
    page.run({ program: 'ready', language: 'ts' })
    await page.until(() => page.text('ready').includes('ready'))
    for (let i = 0; i < 200; i += 1) page.say({ type: 'resize', program: 'ready', columns: 80, rows: 24 })
    await page.until(() => page.closed)
    expect(page.troubles).toEqual([{ kind: 'too-many-messages', limit: 50 }])
    expect(page.closeCode).toBe(1008)
    const back = await BenchClient.open(course.port, 'one', { from: page, after: page.last })
    expect(back.opened).toMatchObject({ resumed: true, bench: page.opened?.bench })
    expect(other.closed).toBe(false)
  })

  test('that sends a large message is told so and closed; what is larger still is not even read', async () => {
    await start({})
    const page = await BenchClient.open(course.port, 'one')
    page.sayRaw(Buffer.alloc(MAX_FRAME + 1))
    await page.until(() => page.closed)
    expect(page.troubles).toEqual([{ kind: 'message-too-large', limit: MAX_FRAME }])
    expect(page.closeCode).toBe(1009)
    const other = await BenchClient.open(course.port, 'one')
    other.sayRaw(Buffer.alloc(1024 * 1024))
    await other.until(() => other.closed)
    expect(other.closeCode).toBe(1009)
  })

  test('of a page that prints letter by letter and acknowledges each is far from the limit at home', async () => {
    await start({})
    const page = await BenchClient.open(course.port, 'one')
    page.run({ program: 'repeat', language: 'ts' })
    await page.until(() => page.text('repeat').includes('ready'))
    const text = `${'letters '.repeat(500)}\n`
    for (const letter of text) page.type('repeat', letter)
    await page.until(() => page.text('repeat').split('letters').length > 1000)
    expect(page.troubles).toEqual([])
    expect(page.closed).toBe(false)
  })

  test.runIf(LINUX)('of a page that has vanished without a word is missed within ten seconds', async () => {
    await start({})
    const page = await BenchClient.open(course.port, 'one')
    const other = await BenchClient.open(course.port, 'one')
    page.pause()
    const began = performance.now()
    let connections = 2
    while (connections === 2 && performance.now() - began < 15_000) {
      await pause(50)
      connections = (await insideOf(course.port)).connections
    }
    expect(connections).toBe(1)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(other.closed).toBe(false)
    page.resume()
  })
})

describe('a reader', () => {
  test('may have so many benches, and all together so many; each limit says which it is', async () => {
    await start({ benches: 3, benchesPerReader: 2 })
    const mine = await enter(course.port)
    const open = async (reader = mine) => {
      const page = await BenchClient.connect(course.port, reader)
      page.say({ type: 'open', protocol: PROTOCOL, lab: 'one' })
      await page.until(() => page.opened !== undefined || page.closed)
      return page
    }
    const all = await Promise.all([open(), open(), open(), open()])
    expect(all.filter(({ opened }) => opened)).toHaveLength(2)
    const refused = all.filter(({ opened }) => !opened)
    expect(refused.map(({ troubles }) => troubles)).toEqual(Array(2).fill([{ kind: 'too-many-of-yours', limit: 2 }]))
    const [other, late] = [await open(await enter(course.port)), await open(await enter(course.port))]
    expect(other.opened).toBeDefined()
    expect(late.troubles).toEqual([{ kind: 'too-many-benches', limit: 3 }])
    // To return to one's own is always possible.
    const [first] = all.filter(({ opened }) => opened)
    if (!first) throw new Error('One was opened.')
    await first.cut()
    const back = await BenchClient.open(course.port, 'one', { from: first, after: 0 })
    expect(back.opened?.resumed).toBe(true)
    expect(await insideOf(course.port)).toMatchObject({ benches: 3, yours: 0 })
  })
})

describe('a bench', () => {
  test('at which nothing is said or printed is ended, and its page is told why', async () => {
    await start({ idle: 1500 })
    const page = await BenchClient.open(course.port, 'one')
    page.run({ program: 'ready', language: 'ts' })
    await page.until(() => page.closed)
    expect(page.told.at(-1)).toEqual({ type: 'closed', ending: 'idle' })
    expect(page.eventsOf('ready', 'exited')).toHaveLength(1)
    for (const { pid } of page.eventsOf('ready', 'started')) expect(isThere(pid)).toBe(false)
  })

  test('at which somebody types is not idle, nor is one that prints; but none grows older than it may', async () => {
    await start({ idle: 2000, age: 5000 })
    const [typing, printing] = await Promise.all([1, 2].map(() => BenchClient.open(course.port, 'one')))
    if (!typing || !printing) throw new Error('Two pages were opened.')
    const began = performance.now()
    printing.run({ program: 'flood', language: 'ts' })
    const typist = setInterval(() => typing.say({ type: 'resize', program: 'ready', columns: 80, rows: 24 }), 100)
    await Promise.all([typing, printing].map((page) => page.until(() => page.closed)))
    clearInterval(typist)
    expect(performance.now() - began).toBeGreaterThan(4500)
    for (const page of [typing, printing]) expect(page.told.at(-1)).toEqual({ type: 'closed', ending: 'too-old' })
  })
})

describe('a run', () => {
  const output = 4 * 1024 ** 2

  test('that prints more than it may is stopped, says so, and can be started again', async () => {
    await start({ output })
    const page = await BenchClient.open(course.port, 'one')
    for (const times of [1, 2]) {
      page.run({ program: 'flood', language: 'ts' })
      await page.until(() => page.eventsOf('flood', 'exited').length === times)
      expect(page.eventsOf('flood', 'notice').at(-1)).toMatchObject({
        run: times,
        trouble: { kind: 'too-much-output', program: 'flood', megabytes: 4 },
      })
      expect(page.eventsOf('flood', 'notice')).toHaveLength(times)
      // Nobody pressed Stop.
      expect(page.eventsOf('flood', 'stopping')).toEqual([])
      expect(page.eventsOf('flood', 'exited').at(-1)).toMatchObject({ stopped: false })
      const pid = page.eventsOf('flood', 'started').at(-1)?.pid ?? 0
      await until(() => !isThere(pid), 'the program is gone', 2)
    }
    expect(page.received('flood')).toBeGreaterThan(2 * output)
    expect(page.received('flood')).toBeLessThan(4 * output)
  })

  test('that prints just as much as it may is left alone', async () => {
    await start({ output })
    const page = await BenchClient.open(course.port, 'one')
    page.run({ program: 'measured', language: 'ts' })
    await page.until(() => page.text('measured').includes('ready'))
    // What is typed is echoed first.
    const echo = `${output - 'ready'.length - `${output - 100}\r\n`.length}`
    page.type('measured', `${echo}\n`)
    expect(await page.exit('measured')).toMatchObject({ code: 0 })
    expect(page.received('measured')).toBe(output)
    expect(page.eventsOf('measured', 'notice')).toEqual([])
  })
})

test('the sentences name the times that are kept at home', () => {
  const minutes = String(HOME_LIMITS.idle / 60_000)
  const hours = String(HOME_LIMITS.age / 3_600_000)
  for (const words of [en, zh]) {
    expect(words['ending.idle']).toMatch(new RegExp(`\\b${minutes}( minutes|分钟)`))
    expect(words['ending.too-old']).toMatch(new RegExp(`\\b${hours}( hours|小时)|[^\\d]${hours}小时`))
  }
})
