import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Outbox, type Receiver } from '../../labs/bench/outbox.ts'
import { type BenchEvent, type FrameEvent, type Happening, isObserved, type OutputEvent } from '../../labs/events.ts'
import type { SeenFrame } from '../../labs/instruments/observer.ts'
import { decodeFrames, decodeOutput, FLOW } from '../../labs/protocol.ts'
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
  /** How many messages it got that tell what instruments saw. */
  messages = 0
  tell(message: Parameters<Receiver['tell']>[0]): void {
    if (message.type !== 'events') return
    this.events.push(...message.events)
    if (message.events.some((event) => isObserved(event))) this.messages += 1
  }
  output(frame: Uint8Array): void {
    const event = decodeOutput(frame, () => 'a')
    if (event) this.events.push(event)
    const frames = decodeFrames(frame)
    if (frames) {
      this.events.push(...frames)
      this.messages += 1
    }
  }
  get frames(): FrameEvent[] {
    return this.events.filter((event) => event.kind === 'frame')
  }
  get numbers(): number[] {
    return this.events.map(({ n }) => n)
  }
  of<Kind extends BenchEvent['kind']>(kind: Kind): Extract<BenchEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<BenchEvent, { kind: Kind }> => event.kind === kind)
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

/** Frames that are told apart by their time: t, t + 1 … */
function seen(count: number, t = 0, bytes = 100): SeenFrame[] {
  return Array.from({ length: count }, (_, i) => {
    const frame = { wire: null, from: 0, fate: 'delivered', handedOn: t + i, length: bytes } as const
    return { ...frame, t: t + i, bytes: Uint8Array.from({ length: bytes }, () => (t + i) % 256) }
  })
}

const call = (number: number): Happening => ({
  kind: 'call',
  program: 'a',
  run: 1,
  call: number,
  name: 'send',
  deed: 'send',
  args: '',
  bytes: 1,
  line: 7,
  socket: null,
})

const row = (id: string, receiveQueue = 0) =>
  ({
    id,
    protocol: 'tcp',
    state: 'LISTEN',
    local: null,
    remote: null,
    receiveQueue,
    sendQueue: 5,
    owner: null,
  }) as const

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

describe('observations', () => {
  test('keep the time their observer gave them, and are numbered as they come', () => {
    const { outbox, page, pass } = setUp()
    outbox.attach(page, 0)
    pass(5)
    outbox.write({ kind: 'waits', program: 'a', run: 1, syscall: 'read' }, 3 * MS)
    outbox.write({ kind: 'settled' })
    expect(page.events).toMatchObject([
      { n: 1, t: 3 * MS, kind: 'waits' },
      { n: 2, t: 5 * MS, kind: 'settled' },
    ])
  })

  test('that are frames are gathered for 8 ms, or into messages of some 64 KB, and told before what comes after', () => {
    const { outbox, page, print, pass } = setUp()
    outbox.attach(page, 0)
    outbox.frames(seen(3))
    outbox.frames(seen(2, 3))
    expect(page.frames).toEqual([])
    print('x')
    expect(page.events.map(({ kind }) => kind)).toEqual(['output'])
    pass(8)
    expect(page.messages).toBe(1)
    expect(page.frames).toEqual(seen(5).map((frame, i) => ({ kind: 'frame', n: 2 + i, ...frame })))
    outbox.frames(seen(1, 5))
    outbox.write({ kind: 'settled' })
    expect(page.events.slice(-2)).toMatchObject([{ kind: 'frame', t: 5 }, { kind: 'settled' }])
    outbox.frames(seen(100, 6, 1500))
    expect(page.frames.length).toBeGreaterThan(80)
    pass(8)
    expect(page.frames).toHaveLength(106)
    expect(page.numbers).toEqual(page.numbers.map((_, i) => i + 1))
  })

  test('that are calls are gathered with the frames, which they do not part, and told before them in one message', () => {
    const { outbox, page, pass } = setUp()
    outbox.attach(page, 0)
    for (let i = 0; i < 5; i += 1) {
      outbox.write(call(i))
      outbox.frames(seen(1, i))
    }
    outbox.write({ kind: 'upto', instrument: 'packets', upTo: 5 })
    expect(page.events).toEqual([])
    pass(8)
    expect(page.messages).toBe(3)
    const kinds = [...Array(5).fill('call'), ...Array(5).fill('frame'), 'upto']
    expect(page.events.map(({ kind }) => kind)).toEqual(kinds)
    expect(page.numbers).toEqual(page.numbers.map((_, i) => i + 1))
    for (let i = 0; i < 256; i += 1) outbox.write(call(i))
    expect(page.of('call')).toHaveLength(261)
    expect(page.messages).toBe(4)
  })

  test('are kept in a share of their own: a flood of them pushes out neither control nor output', () => {
    const { outbox, print, pass } = setUp()
    outbox.write({ kind: 'starting', program: 'a', run: 1, language: 'ts', columns: 80, rows: 24 })
    outbox.write({ kind: 'blind', instrument: 'sockets', detail: '' })
    print('hello')
    for (let i = 0; i < 1000; i += 1) {
      outbox.frames(seen(20, 20 * i))
      outbox.write(call(i))
      pass(1)
    }
    const page = new NotingPage()
    outbox.attach(page, 0)
    expect(page.events.slice(0, 2).map(({ kind }) => kind)).toEqual(['starting', 'blind'])
    expect(page.text).toBe('hello')
    const size = page.frames.reduce((sum, { bytes }) => sum + bytes.length + 36, 0)
    expect(size).toBeGreaterThan(SHARE / 2)
    expect(size).toBeLessThan(2 * SHARE + 3000)
    const [packets, calls] = ['packets', 'calls'].map((what) => page.of('missing').find((told) => told.what === what))
    expect(packets).toMatchObject({ why: 'let-go', since: 0 })
    expect((packets?.count ?? 0) + page.frames.length).toBe(20_000)
    expect((packets?.until ?? 0) + 1).toBe(page.frames[0]?.t)
    expect((calls?.count ?? 0) + page.of('call').length).toBe(1000)
    expect(page.of('missing')).toHaveLength(2)
    expect(page.numbers).toEqual([...page.numbers].sort((a, b) => a - b))
  })

  test('that a page missed are told to it exactly, and of those that are let go their exact number', () => {
    const { outbox, pass } = setUp()
    const random = seeded(4)
    const full = new NotingPage()
    outbox.attach(full, 0)
    const told = { packets: 0, calls: 0 }
    for (let i = 0; i < 600; i += 1) {
      const chance = random()
      if (chance < 0.5) outbox.frames(seen(1 + Math.floor(random() * 10), i))
      else if (chance < 0.9) outbox.write(call(i))
      else outbox.write({ kind: 'missing', what: 'packets', count: 7, since: i, until: i, why: 'not-seen' })
      if (random() < 0.7) pass(4)
      if (i % 20 !== 0) continue
      outbox.attach(full, Number.POSITIVE_INFINITY)
      const after = Math.floor(random() * (outbox.last + 1))
      const page = new NotingPage()
      outbox.attach(page, after)
      outbox.attach(full, Number.POSITIVE_INFINITY)
      const missed = full.events.filter(({ n }) => n > after)
      const kept = page.events.filter(({ kind }) => kind === 'frame' || kind === 'call')
      const byNumber = new Map(missed.map((event) => [event.n, event]))
      expect(kept).toEqual(kept.map(({ n }) => byNumber.get(n)))
      for (const [what, kind] of [
        ['packets', 'frame'],
        ['calls', 'call'],
      ] as const) {
        const letGo = page.of('missing').filter((one) => one.what === what && one.why === 'let-go')
        const count = letGo.reduce((sum, one) => sum + one.count, 0)
        expect(count + kept.filter((event) => event.kind === kind).length).toBe(
          missed.filter((event) => event.kind === kind).length,
        )
        told[what] += count
      }
      const notSeen = (events: BenchEvent[]) =>
        events.reduce((sum, one) => sum + (one.kind === 'missing' && one.why === 'not-seen' ? one.count : 0), 0)
      expect(notSeen(page.events)).toBe(notSeen(missed))
    }
    expect(full.numbers).toEqual(full.numbers.map((_, i) => i + 1))
    expect(told.packets).toBeGreaterThan(0)
    expect(told.calls).toBeGreaterThan(0)
  })

  test('that were a state are known when they are let go: the table, the counters, the waiting', () => {
    const { outbox, pass } = setUp()
    const sockets = (rows: ReturnType<typeof row>[], gone: string[] = []) =>
      outbox.write({ kind: 'sockets', host: 'a', rows, gone })
    sockets([row('1'), row('2')])
    sockets([row('2', 1), row('3')], ['1'])
    outbox.write({ kind: 'counters', host: 'a', counters: { one: 1, two: 1 } })
    outbox.write({ kind: 'counters', host: 'a', counters: { two: 2 } })
    outbox.write({ kind: 'waits', program: 'a', run: 1, syscall: 'read' })
    outbox.write({ kind: 'waits', program: 'a', run: 1, syscall: 'accept4' })
    pass(8)
    const { last } = outbox
    for (let i = 0; i < 1000; i += 1) outbox.write(call(i))
    sockets([row('4')], ['2'])
    pass(1)
    const page = new NotingPage()
    outbox.attach(page, 0)
    expect(page.of('sockets')).toMatchObject([
      { n: 2, rows: [row('2', 1), row('3')], gone: [], whole: true },
      { rows: [row('4')], gone: ['2'] },
    ])
    expect(page.of('counters')).toMatchObject([{ n: 4, counters: { one: 1, two: 2 } }])
    expect(page.of('waits')).toMatchObject([{ n: 6, syscall: 'accept4' }])
    const knows = new NotingPage()
    outbox.attach(knows, last)
    expect([knows.of('sockets').length, knows.of('counters').length, knows.of('waits').length]).toEqual([1, 0, 0])
  })
})

describe('a page that does not read', () => {
  test('is told no more frames and calls than a bound, and how many it was not told', () => {
    const { outbox, page, print, pass } = setUp()
    outbox.attach(page, 0)
    page.waiting = 4 * SHARE + 1
    for (let i = 0; i < 50; i += 1) {
      outbox.frames(seen(10, 10 * i))
      outbox.write(call(i), 1000 + i)
      pass(4)
    }
    outbox.write({ kind: 'sockets', host: 'a', rows: [row('1')], gone: [] })
    pass(8)
    print('told')
    expect(page.events.map(({ kind }) => kind)).toEqual(['sockets', 'output'])
    page.waiting = 2 * SHARE
    pass(1000)
    expect(page.events).toHaveLength(2)
    page.waiting = SHARE
    pass(100)
    expect(page.events.slice(2)).toMatchObject([
      { kind: 'missing', what: 'packets', count: 500, since: 0, until: 499, why: 'let-go' },
      { kind: 'missing', what: 'calls', count: 50, since: 1000, until: 1049, why: 'let-go' },
    ])
    outbox.frames(seen(1, 1000))
    pass(8)
    expect(page.frames).toHaveLength(1)
    const other = new NotingPage()
    outbox.attach(other, 0)
    expect(other.events).toEqual(page.events)
  })

  test('and goes away leaves the frames that come then to the next', () => {
    const { outbox, page, pass } = setUp()
    outbox.attach(page, 0)
    page.waiting = 4 * SHARE + 1
    outbox.frames(seen(10))
    outbox.detach()
    outbox.frames(seen(10, 10))
    pass(4)
    const next = new NotingPage()
    outbox.attach(next, 0)
    expect(next.of('missing')).toMatchObject([{ what: 'packets', count: 10 }])
    expect(next.frames.map(({ t }) => t)).toEqual(seen(10, 10).map(({ t }) => t))
  })
})
