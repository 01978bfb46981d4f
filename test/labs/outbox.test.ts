import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Outbox, type Receiver } from '../../labs/bench/outbox.ts'
import { type BenchEvent, decodeOutput, FLOW, type OutputEvent } from '../../labs/protocol.ts'
import { seeded } from '../helpers/random.ts'

const MS = 1e6
const READ = 4096
const SHARE = 20_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** An outbox with one program `a`, a clock moved by hand, and a page that notes all it is told. */
function setUp() {
  let now = 0
  const holds: boolean[] = []
  const outbox = new Outbox(() => now, SHARE)
  outbox.open('a', (held) => holds.push(held))
  const page = new NotingPage()
  return {
    outbox,
    holds,
    page,
    pass(ms: number) {
      now += ms * MS
      vi.advanceTimersByTime(ms)
    },
    print: (bytes: number | string | Uint8Array, run = 1) =>
      outbox.output('a', run, typeof bytes === 'number' ? Buffer.alloc(bytes, 'x') : Buffer.from(bytes)),
  }
}

class NotingPage implements Receiver {
  readonly events: BenchEvent[] = []
  waiting = 0
  tell(message: Parameters<Receiver['tell']>[0]): void {
    if (message.type === 'event') this.events.push(message.event)
  }
  output(frame: Uint8Array): void {
    const event = decodeOutput(frame, () => 'a')
    if (event) this.events.push(event)
  }
  get outputs(): OutputEvent[] {
    return this.events.filter((event) => event.kind === 'output')
  }
  get text(): string {
    return Buffer.concat(this.outputs.map(({ bytes }) => bytes)).toString()
  }
  get received(): number {
    return this.outputs.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
}

describe('an outbox', () => {
  test('numbers events from 1, marks them with its clock, and tells output before what came after it', () => {
    const { outbox, page, print, pass } = setUp()
    outbox.attach(page, 0)
    outbox.write({ kind: 'stopping', program: 'a', run: 1 })
    pass(1)
    for (let i = 0; i < 8; i += 1) print(READ)
    pass(2)
    outbox.write({ kind: 'exited', program: 'a', run: 1, code: 0, signal: null, stopped: false })
    expect(page.events.map(({ n }) => n)).toEqual(page.events.map((_, i) => i + 1))
    expect(page.events.at(0)).toMatchObject({ kind: 'stopping', n: 1, t: 0 })
    expect(page.events.at(1)).toMatchObject({ kind: 'output', t: 1 * MS, offset: 0 })
    expect(page.events.at(-1)).toMatchObject({ kind: 'exited', t: 3 * MS })
    expect(page.received).toBe(8 * READ)
    expect(outbox.last).toBe(page.events.length)
  })

  test('tells little output at once', () => {
    const { outbox, page, print } = setUp()
    outbox.attach(page, 0)
    for (const key of 'hello') print(key)
    expect(page.outputs.map(({ bytes, offset }) => [bytes.length, offset])).toEqual([0, 1, 2, 3, 4].map((i) => [1, i]))
  })

  test('gathers much output, for 4 ms or into frames of some 64 KB', () => {
    const { outbox, page, print, pass } = setUp()
    outbox.attach(page, 0)
    for (let i = 0; i < 40; i += 1) print(READ)
    expect(page.outputs.map(({ bytes }) => bytes.length / READ)).toEqual([1, 1, 16, 16])
    pass(4)
    expect(page.outputs.map(({ bytes }) => bytes.length / READ)).toEqual([1, 1, 16, 16, 6])
  })

  test('keeps the output of two runs apart and counts the offset over both', () => {
    const { outbox, page, print, pass } = setUp()
    outbox.attach(page, 0)
    for (let i = 0; i < 5; i += 1) print(READ, 1)
    print('new', 2)
    pass(4)
    expect(page.outputs.at(-2)).toMatchObject({ run: 1 })
    expect(page.outputs.at(-1)).toMatchObject({ run: 2, offset: 5 * READ })
    expect(page.text.slice(-4)).toBe('xnew')
  })
})

describe('flow control', () => {
  test('holds a program once at the high mark and lets it go once at the low one', () => {
    const { outbox, page, holds, print } = setUp()
    outbox.attach(page, 0)
    print(FLOW.high - 1)
    expect(holds).toEqual([])
    print(1)
    print(READ)
    expect(holds).toEqual([true])
    expect(outbox.isHeld('a')).toBe(true)
    outbox.acknowledge('a', FLOW.high + READ - FLOW.low - 1)
    expect(holds).toEqual([true])
    outbox.acknowledge('a', FLOW.high + READ - FLOW.low)
    expect(holds).toEqual([true, false])
    expect(outbox.isHeld('a')).toBe(false)
  })

  test('does not believe an acknowledgement of what was never printed, nor one that goes back', () => {
    const { outbox, page, holds, print } = setUp()
    outbox.attach(page, 0)
    outbox.acknowledge('a', 2 ** 50)
    print(FLOW.high)
    expect(holds).toEqual([true])
    outbox.acknowledge('a', FLOW.high)
    outbox.acknowledge('a', 0)
    expect(holds).toEqual([true, false])
  })

  test('holds a program whose page is away, and lets it go when a page has parsed what waited', () => {
    const { outbox, page, holds, print } = setUp()
    print(FLOW.high)
    expect(holds).toEqual([true])
    outbox.attach(page, 0)
    expect(holds).toEqual([true])
    expect(page.received).toBe(FLOW.high)
    outbox.acknowledge('a', FLOW.high)
    expect(holds).toEqual([true, false])
  })

  test('gathers the many small pieces of a program whose page does not acknowledge', () => {
    const { outbox, page, holds, print, pass } = setUp()
    outbox.attach(page, 0)
    const text = Array.from({ length: 60_000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('')
    for (const letter of text) {
      print(letter)
      pass(1)
    }
    expect(page.outputs.length).toBeLessThan(300)
    outbox.acknowledge('a', page.received)
    expect(page.outputs.length).toBeLessThan(300)
    expect(page.text).toBe(text)
    expect(holds).toEqual([])
  })
})

describe('a page that comes back', () => {
  test('is told exactly what it missed, in order', () => {
    const { outbox, print } = setUp()
    const random = seeded(2)
    const everything = createHash('sha256')
    const told = createHash('sha256')
    const numbers: number[] = []
    let page = new NotingPage()
    const collect = () => {
      for (const event of page.events) {
        numbers.push(event.n)
        if (event.kind === 'output') told.update(event.bytes)
      }
      const parsed = page.outputs.at(-1)
      if (parsed) outbox.acknowledge('a', parsed.offset + parsed.bytes.length)
    }
    outbox.attach(page, 0)
    for (let i = 0; i < 2000; i += 1) {
      const bytes = Buffer.from(Array.from({ length: 1 + random() * 300 }, () => random() * 256))
      everything.update(bytes)
      print(bytes)
      if (random() < 0.1) outbox.write({ kind: 'stopping', program: 'a', run: 1 })
      const chance = random()
      if (chance < 0.3) outbox.detach()
      else if (chance < 0.6) {
        collect()
        page = new NotingPage()
        outbox.attach(page, numbers.at(-1) ?? 0)
      }
    }
    collect()
    page = new NotingPage()
    outbox.attach(page, numbers.at(-1) ?? 0)
    collect()
    expect(numbers).toEqual(Array.from({ length: outbox.last }, (_, i) => i + 1))
    expect(told.digest('hex')).toBe(everything.digest('hex'))
  })

  test('with nothing is told what is kept and one gap for what is not; both together are everything', () => {
    const { outbox, page, print, pass } = setUp()
    outbox.attach(page, 0)
    outbox.write({ kind: 'starting', program: 'a', run: 1, language: 'ts', columns: 80, rows: 24 })
    for (let i = 0; i < 100; i += 1) {
      print(READ)
      pass(10)
      outbox.acknowledge('a', page.received)
    }
    const fresh = new NotingPage()
    outbox.attach(fresh, 0)
    const gaps = fresh.events.filter((event) => event.kind === 'gap')
    expect(gaps).toHaveLength(1)
    const [gap] = gaps
    expect(gap).toMatchObject({ program: 'a', from: 0, to: fresh.outputs[0]?.offset })
    expect((gap?.to ?? 0) + fresh.received).toBe(100 * READ)
    expect(fresh.received).toBeGreaterThanOrEqual(64 * 1024)
    expect(fresh.received).toBeLessThanOrEqual(2 * 64 * 1024 + READ)
    expect(fresh.events.map(({ n }) => n)).toEqual(fresh.events.map(({ n }) => n).sort((a, b) => a - b))
    expect(fresh.events[0]).toMatchObject({ kind: 'starting' })
    expect(fresh.events.map(({ t }) => t)).toEqual(fresh.events.map(({ t }) => t).sort((a, b) => a - b))
  })

  test('is not told of a gap in what it had before', () => {
    const { outbox, page, print, pass } = setUp()
    outbox.attach(page, 0)
    for (let i = 0; i < 100; i += 1) {
      print(READ)
      pass(10)
      outbox.acknowledge('a', page.received)
    }
    const back = new NotingPage()
    outbox.attach(back, page.events.at(-3)?.n ?? 0)
    expect(back.events.map(({ kind }) => kind)).toEqual(['output', 'output'])
  })

  test('loses nothing that no page has parsed', () => {
    const { outbox, page, print, pass } = setUp()
    outbox.attach(page, 0)
    const pieces = Math.floor(FLOW.high / READ)
    for (let i = 0; i < pieces; i += 1) {
      print(READ)
      pass(10)
    }
    const fresh = new NotingPage()
    outbox.attach(fresh, 0)
    expect(fresh.events.filter(({ kind }) => kind === 'gap')).toEqual([])
    expect(fresh.received).toBe(pieces * READ)
  })
})
