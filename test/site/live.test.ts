import { beforeEach, describe, expect, test } from 'vitest'
import type { ControlEvent } from '../../labs/events.ts'
import { BEAT, type Input, MAX_FRAME, MAX_INPUT, PROTOCOL, type ToBench } from '../../labs/protocol.ts'
import { WINDOW } from '../../site/bench/input-queue.ts'
import type { Entering, Invitation } from '../../site/bench/invitation.ts'
import type { Socket } from '../../site/bench/line.ts'
import { FIRST_TRIES, LiveSource, PAUSES } from '../../site/bench/live.ts'
import type { BenchMemory } from '../../site/bench/memory.ts'
import type { News } from '../../site/bench/source.ts'
import { MemoryServer } from '../helpers/bench-in-memory.ts'
import { HandClock, settled } from '../helpers/hand-clock.ts'

const RUN = [{ program: 'receive', language: 'ts', columns: 80, rows: 24 }] as const
const bytes = (text: string) => new TextEncoder().encode(text)

/** What a tab remembers, shared by the pages it loads one after the other. */
class Tab implements BenchMemory {
  bench: string | null = null
  /** Benches that another tab holds. */
  readonly taken = new Set<string>()
  readonly held = new Set<string>()
  recall = () => this.bench
  keep = (bench: string) => {
    this.bench = bench
  }
  leaving = () => {}
  forget = () => {
    this.bench = null
  }
  claim = async (bench: string) => {
    if (this.taken.has(bench)) return null
    this.held.add(bench)
    return () => void this.held.delete(bench)
  }
}

let clock: HandClock
let server: MemoryServer
let tab: Tab
let right: Right

beforeEach(() => {
  clock = new HandClock()
  server = new MemoryServer(() => clock.now())
  tab = new Tab()
  right = new Right()
})

/** A reader's right to run: what the page has, and what the server says of it. */
class Right implements Invitation {
  held: string | null = 'pass'
  isRight: boolean | null = true
  entering = Promise.withResolvers<Entering>()
  pass = () => this.held
  isInvited = async () => (server.up ? this.isRight : null)
  enter = () => this.entering.promise

  constructor() {
    this.entering.resolve('no-key')
  }
}

/** A connection of which nothing is ever heard. */
const SILENT: Socket = {
  binaryType: 'blob',
  onopen: null,
  onmessage: null,
  onclose: null,
  send: () => {},
  close: () => {},
}

/** A page at the server, and everything it was told. */
function page(connect = server.connect) {
  const source = new LiveSource('udp-aligned', { connect, clock, memory: tab, invitation: right })
  const news: News[] = []
  source.onNews((item) => news.push(item))
  const events = () => news.flatMap((item) => (item.kind === 'event' ? [item] : []))
  return {
    source,
    news,
    events,
    connection: () => news.findLast((item) => item.kind === 'connection')?.connection ?? 'idle',
    output: () => {
      const pieces = events().flatMap(({ event }) => (event.kind === 'output' ? [Buffer.from(event.bytes)] : []))
      return Buffer.concat(pieces).toString()
    },
  }
}

/** A page at whose bench `receive` runs. */
async function running() {
  const at = page()
  at.source.run(RUN)
  await settled()
  return at
}

const heard = <Type extends (ToBench | Input)['type']>(type: Type) =>
  server.bench.heard.filter((message): message is Extract<ToBench | Input, { type: Type }> => message.type === type)

/** Numbers between 0 and 1 that look random and are the same every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

describe('opening', () => {
  test('a lab that nobody has used connects to nothing', async () => {
    const { source, connection } = page()
    source.resume()
    source.retry()
    await clock.advance(60_000)
    expect(server.dials).toEqual([])
    expect(connection()).toBe('idle')
  })

  test('the first message opens a bench for the lab, and the run that was asked for follows once', async () => {
    const { connection } = await running()
    expect(connection()).toBe('live')
    expect(server.bench.heard).toEqual([
      { type: 'open', protocol: PROTOCOL, lab: 'udp-aligned', pass: 'pass' },
      { type: 'run', programs: RUN },
    ])
  })

  test(`a server that does not answer is unreachable after ${FIRST_TRIES} tries, and is left alone`, async () => {
    server.up = false
    const { connection } = await running()
    expect(connection()).toBe('connecting')
    await clock.advance(60_000)
    expect(connection()).toBe('unreachable')
    expect(server.dials).toHaveLength(FIRST_TRIES)
  })

  test('after that a press tries again, and starts only what it asks for', async () => {
    server.up = false
    const { source, connection } = await running()
    await clock.advance(60_000)
    server.up = true
    source.run([{ ...RUN[0], program: 'send' }])
    await settled()
    expect(connection()).toBe('live')
    expect(heard('run').map(({ programs }) => programs.map(({ program }) => program))).toEqual([['send']])
  })

  test('a bench that is refused ends the connection with the reason, and is not asked for again', async () => {
    server.refusal = { type: 'trouble', trouble: { kind: 'too-many-benches', limit: 64 } }
    const { news, connection } = await running()
    await clock.advance(60_000)
    expect(news).toContainEqual({ kind: 'trouble', trouble: { kind: 'too-many-benches', limit: 64 } })
    expect(connection()).toBe('ended')
    expect(server.dials).toHaveLength(1)
  })

  test('a bench of another version is left with the reason', async () => {
    const { source, news, connection } = page()
    const opened = { type: 'opened', protocol: PROTOCOL + 1, bench: 'b', resumed: false, last: 0, taken: {} } as const
    server.refusal = { ...opened, folder: '/', interpreters: { ts: 'v26', py: null }, network: 'own' }
    source.open()
    await settled()
    const trouble = { kind: 'other-version', server: PROTOCOL + 1, page: PROTOCOL }
    expect(news).toContainEqual({ kind: 'trouble', trouble })
    expect(connection()).toBe('ended')
  })

  test('a connection that never opens is given up like one that is refused', async () => {
    const { source, connection } = page(() => SILENT)
    source.open()
    await clock.advance(BEAT.missing + 60_000)
    expect(connection()).toBe('unreachable')
  })
})

describe('a connection that is cut', () => {
  test('is told as lost, then as live', async () => {
    const { connection } = await running()
    server.wire.cut()
    await settled()
    expect(connection()).toBe('lost')
    await clock.advance(0)
    expect(connection()).toBe('live')
  })

  test('resumes after the last event that arrived', async () => {
    const { output, events } = await running()
    server.bench.print('receive', 'before ')
    await settled()
    const { last } = server.bench
    server.wire.cut()
    server.bench.print('receive', 'meanwhile ')
    await clock.advance(0)
    server.bench.print('receive', 'after')
    await settled()
    expect(heard('open').at(-1)?.resume).toEqual({ bench: 'bench-1', after: last })
    expect(output()).toBe('before meanwhile after')
    expect(events().every(({ replayed }) => !replayed)).toBe(true)
  })

  test('is tried again after growing pauses, without end', async () => {
    await running()
    server.up = false
    const from = server.dials.length
    server.wire.cut()
    await clock.advance(20_000)
    const at = server.dials.slice(from)
    const pauses = at.map((when, i) => when - (at[i - 1] ?? 0))
    expect(pauses.slice(0, 8)).toEqual([...PAUSES, PAUSES.at(-1), PAUSES.at(-1)])
    expect(at.at(-1)).toBeGreaterThan(15_000)
  })

  test('is tried at once when there is reason to hope', async () => {
    const { source, connection } = await running()
    server.up = false
    server.wire.cut()
    await clock.advance(10_000)
    server.up = true
    const tries = server.dials.length
    source.retry()
    await settled()
    expect(connection()).toBe('live')
    expect(server.dials).toHaveLength(tries + 1)
  })

  test('twenty cuts at random places lose no event and repeat none', async () => {
    const { events, output, source } = await running()
    const random = dice(7)
    let wrote = ''
    let cuts = 0
    server.lasts = () => (cuts < 20 ? Math.floor(random() * 12) : Number.POSITIVE_INFINITY)
    server.wire.lasts = 3
    for (let line = 0; cuts < 20 || line < 400; line += 1) {
      wrote += `line ${line} 数据\n`
      server.bench.print('receive', `line ${line} 数据\n`)
      if (line % 9 === 0) server.bench.exit('receive')
      if (line % 9 === 0) server.bench.start('receive')
      if (random() < 0.3) source.ack('receive', 1)
      const dials = server.dials.length
      await clock.advance(300)
      cuts += server.dials.length - dials
    }
    await clock.advance(10_000)
    expect(cuts).toBeGreaterThanOrEqual(20)
    expect(output()).toBe(wrote)
    expect(events().map(({ event }) => event.n)).toEqual(server.bench.log.map(({ n }) => n))
  })

  test('is noticed when the server has been silent for too long, and not before', async () => {
    const { connection } = await running()
    await clock.advance(BEAT.missing - 1)
    server.bench.tell({ type: 'beat' })
    await settled()
    await clock.advance(BEAT.missing - 1)
    expect(connection()).toBe('live')
    server.up = false
    await clock.advance(1)
    expect(connection()).toBe('lost')
  })

  test('leaves what the terminal has parsed known to the bench', async () => {
    const { source } = await running()
    server.wire.cut()
    source.ack('receive', 4096)
    await clock.advance(0)
    expect(heard('ack')).toEqual([{ type: 'ack', program: 'receive', offset: 4096 }])
  })

  test('lets a stop that was asked for meanwhile through, and a run', async () => {
    const { source } = await running()
    server.wire.cut()
    await settled()
    server.up = false
    source.stop(['receive'])
    source.run([{ ...RUN[0], program: 'send' }])
    await settled()
    server.up = true
    await clock.advance(10_000)
    expect(heard('stop')).toEqual([{ type: 'stop', programs: ['receive'] }])
    expect(
      heard('run')
        .at(-1)
        ?.programs.map(({ program }) => program),
    ).toEqual(['send'])
  })
})

describe('input', () => {
  test('over twenty cuts every byte arrives once and in order', async () => {
    const { source } = await running()
    const random = dice(11)
    let typed = ''
    let cuts = 0
    server.lasts = () => (cuts < 20 ? 2 + Math.floor(random() * 6) : Number.POSITIVE_INFINITY)
    server.wire.lasts = 4
    for (let line = 0; cuts < 20 || line < 200; line += 1) {
      typed += `typed ${line}\n`
      // A program that does not read at once: the bench has what the page does not know to be taken.
      server.bench.takes = random() < 0.5
      source.input('receive', bytes(`typed ${line}\n`))
      const dials = server.dials.length
      await clock.advance(200)
      cuts += server.dials.length - dials
    }
    await clock.advance(10_000)
    expect(Buffer.from(server.bench.typed.get(1) ?? []).toString()).toBe(typed)
    // Something was sent again, else this shows nothing.
    expect(server.bench.numbers.length).toBeGreaterThan(new Set(server.bench.numbers).size)
  })

  test('a number is never given to other bytes', async () => {
    const { source } = await running()
    for (const text of ['a', 'b', 'c']) source.input('receive', bytes(text))
    await settled()
    expect(server.bench.numbers).toEqual([1, 2, 3])
  })

  test('what was typed into a run that ended meanwhile is not sent', async () => {
    const { source } = await running()
    server.bench.takes = false
    source.input('receive', bytes('sent'))
    await settled()
    server.wire.cut()
    server.bench.exit('receive')
    source.input('receive', bytes('kept'))
    await clock.advance(0)
    source.input('receive', bytes('late'))
    await settled()
    expect(heard('input')).toHaveLength(1)
  })

  test('what is typed before this page has heard of an end that has been is not sent', async () => {
    const { source } = await running()
    server.wire.cut()
    server.bench.exit('receive')
    source.onNews((item) => item.kind === 'opened' && source.input('receive', bytes('too early to know')))
    await clock.advance(0)
    expect(heard('input')).toEqual([])
  })

  test('a second run does not get what was typed into the first', async () => {
    const { source } = await running()
    server.wire.cut()
    source.input('receive', bytes('for the first'))
    server.bench.exit('receive')
    server.bench.start('receive')
    await clock.advance(0)
    source.input('receive', bytes('for the second'))
    await settled()
    expect(Buffer.from(server.bench.typed.get(2) ?? []).toString()).toBe('for the second')
    expect(server.bench.typed.has(1)).toBe(false)
  })

  test('what the bench has is not sent again, what it has not is', async () => {
    const { source } = await running()
    source.input('receive', bytes('had'))
    await settled()
    server.wire.lasts = 0
    source.input('receive', bytes(' lost'))
    await clock.advance(0)
    expect(Buffer.from(server.bench.typed.get(1) ?? []).toString()).toBe('had lost')
    expect(server.bench.numbers).toEqual([1, 2])
  })

  test('of a large paste only a window is on its way, in pieces', async () => {
    const { source } = await running()
    server.bench.takes = false
    const paste = new Uint8Array(3 * WINDOW).map((_, i) => i)
    source.input('receive', paste)
    await settled()
    const sizes = () => heard('input').map((input) => input.bytes.length)
    expect(Math.max(...sizes())).toBe(MAX_INPUT)
    expect(sizes().reduce((a, b) => a + b)).toBe(WINDOW)
    server.bench.take('receive')
    await settled()
    expect(sizes().reduce((a, b) => a + b)).toBe(2 * WINDOW)
    server.bench.takes = true
    server.bench.take('receive')
    await settled()
    expect(Uint8Array.from(server.bench.typed.get(1) ?? [])).toEqual(paste)
  })

  test('more than a page should hoard is refused in words', async () => {
    const { source, news } = await running()
    server.bench.takes = false
    const size = 9 * 1024 * 1024
    source.input('receive', new Uint8Array(size))
    const trouble = { kind: 'input-full', program: 'receive', bytes: size }
    expect(news).toContainEqual({ kind: 'trouble', trouble })
  })
})

describe('a page that is loaded again', () => {
  test('asks for everything the bench remembers, and tells it as replayed up to the present', async () => {
    const before = await running()
    server.bench.print('receive', 'old')
    await settled()
    before.source.leave()
    const now = page()
    now.source.resume()
    await settled()
    server.bench.print('receive', ' new')
    await settled()
    expect(heard('open').at(-1)?.resume).toEqual({ bench: 'bench-1', after: 0 })
    const output = now.events().filter(({ event }) => event.kind === 'output')
    expect(output.map(({ replayed }) => replayed)).toEqual([true, false])
    expect(now.output()).toBe('old new')
  })

  test('uses no number that the page before may have used', async () => {
    const before = await running()
    server.bench.takes = false
    for (let i = 0; i < 300; i += 1) before.source.input('receive', bytes('x'))
    await settled()
    before.source.leave()
    const now = page()
    now.source.resume()
    await settled()
    now.source.input('receive', bytes('new'))
    await settled()
    expect(new Set(server.bench.numbers).size).toBe(301)
    expect(Buffer.from(server.bench.typed.get(1) ?? []).toString()).toBe(`${'x'.repeat(300)}new`)
  })

  test('tells running programs the size its terminals have', async () => {
    ;(await running()).source.leave()
    const now = page()
    now.source.resume()
    now.source.resize('receive', { columns: 80, rows: 24 })
    await settled()
    expect(heard('resize')).toEqual([{ type: 'resize', program: 'receive', columns: 80, rows: 24 }])
  })

  test('is told when its bench is gone, and gets nothing of the old one', async () => {
    tab.bench = 'bench-of-yesterday'
    const { source, news, connection } = page()
    source.resume()
    await settled()
    expect(connection()).toBe('live')
    expect(news).toContainEqual(expect.objectContaining({ kind: 'opened', instead: true }))
    expect(tab.bench).toBe('bench-1')
  })

  test('leaves a bench alone that another tab holds', async () => {
    tab.bench = 'bench-of-another'
    tab.taken.add('bench-of-another')
    const { source, connection } = page()
    source.resume()
    await settled()
    expect(connection()).toBe('idle')
    expect(server.dials).toEqual([])
    source.run(RUN)
    await settled()
    expect(server.bench.id).toBe('bench-1')
    expect(heard('open').map(({ resume }) => resume)).toEqual([undefined])
  })

  test('gives a press its bench although the one it remembers belongs to another tab', async () => {
    tab.bench = 'bench-of-another'
    tab.taken.add('bench-of-another')
    const { source, connection } = page()
    source.resume()
    source.open()
    await settled()
    expect(connection()).toBe('live')
    expect(heard('open').map(({ resume }) => resume)).toEqual([undefined])
  })
})

describe('a reader', () => {
  const refused = { kind: 'trouble', trouble: { kind: 'not-invited' } }

  test('who is just entering is connected when that is done, with the pass that it gave', async () => {
    right = Object.assign(new Right(), { held: null, entering: Promise.withResolvers<Entering>() })
    const { source, connection } = page()
    source.run(RUN)
    await settled()
    expect(server.dials).toEqual([])
    expect(connection()).toBe('connecting')
    right.held = 'a new one'
    right.entering.resolve('entered')
    await settled()
    expect(heard('open')).toMatchObject([{ pass: 'a new one' }])
    expect(connection()).toBe('live')
  })

  test('who is not let in is told so at once, and the server is left alone', async () => {
    right.isInvited = async () => false
    server.up = false
    const { news, connection } = await running()
    await clock.advance(60_000)
    expect(news).toContainEqual(refused)
    expect(connection()).toBe('ended')
    expect(server.dials).toHaveLength(1)
  })

  test('who never entered and whom nobody answers is told that nobody does', async () => {
    right.held = null
    server.up = false
    const { news, connection } = await running()
    await clock.advance(60_000)
    expect(connection()).toBe('unreachable')
    expect(news).not.toContainEqual(refused)
  })

  test('whose server was started anew is told so, and runs again after entering by its new link', async () => {
    const { source, news, connection } = await running()
    right.isInvited = async () => false
    server.up = false
    server.wire.cut()
    await clock.advance(0)
    expect(news.flatMap((item) => (item.kind === 'connection' ? [item.connection] : []))).toEqual([
      'connecting',
      'live',
      'lost',
      'ended',
    ])
    expect(news).toContainEqual(refused)
    server.up = true
    right.held = 'of the new start'
    source.run(RUN)
    await settled()
    expect(connection()).toBe('live')
    expect(heard('open').at(-1)).toMatchObject({ pass: 'of the new start' })
  })

  test('who leaves while the server is asked hears nothing of it', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    right.isInvited = () => promise
    server.up = false
    const { source, news, connection } = await running()
    source.leave()
    resolve(false)
    await settled()
    expect(connection()).toBe('idle')
    expect(news).not.toContainEqual(refused)
  })
})

describe('edited texts', () => {
  test('that fill more than one message are not sent, and the longest is named with what it may have', async () => {
    const { source, news } = page()
    const run = (length: number) =>
      source.run([
        { ...RUN[0], program: 'send', source: 'short' },
        { ...RUN[0], source: '长'.repeat(length) },
      ])
    run(MAX_FRAME / 3)
    const told = news.flatMap((item) => (item.kind === 'trouble' ? [item.trouble] : []))
    const bytes = 3 * Math.floor(MAX_FRAME / 3)
    expect(told[0]).toMatchObject({ kind: 'source-too-large', program: 'receive', bytes })
    const { limit } = told[0] as { limit: number }
    run(Math.floor(limit / 3))
    await settled()
    expect(heard('run')).toHaveLength(1)
    expect(heard('run')[0]?.programs.map((one) => one.source?.length)).toEqual([5, Math.floor(limit / 3)])
  })
})

describe('a page that is left', () => {
  test('says so, closes, and lets the bench go', async () => {
    const { source } = await running()
    expect(tab.held).toEqual(new Set(['bench-1']))
    source.leave()
    expect(tab.held).toEqual(new Set())
    await clock.advance(60_000)
    expect(server.dials).toHaveLength(1)
  })

  test('returns to where it was', async () => {
    const { source, output, connection } = await running()
    server.bench.print('receive', 'a')
    await settled()
    source.leave()
    server.bench.print('receive', 'b')
    source.resume()
    await settled()
    expect(connection()).toBe('live')
    expect(output()).toBe('ab')
    expect(heard('open').at(-1)?.resume?.after).toBeGreaterThan(0)
  })

  test('finds its bench taken over when another tab has it by then', async () => {
    const { source, news, connection } = await running()
    source.leave()
    tab.taken.add('bench-1')
    source.resume()
    await settled()
    expect(news).toContainEqual({ kind: 'closed', ending: 'taken-over' })
    expect(connection()).toBe('ended')
  })
})

describe('a bench that ends', () => {
  test('is not asked for again; the next press gets a new one', async () => {
    const { source, connection } = await running()
    server.bench.tell({ type: 'closed', ending: 'idle' })
    await clock.advance(60_000)
    expect(connection()).toBe('ended')
    expect(server.dials).toHaveLength(1)
    source.run(RUN)
    await settled()
    expect(server.benches).toHaveLength(2)
    expect(heard('open').map(({ resume }) => resume)).toEqual([undefined])
  })

  test('takes its input with it when the server comes back without it', async () => {
    const { source, news } = await running()
    server.wire.cut()
    source.input('receive', bytes('for the old one'))
    server.benches[0] = Object.assign(server.bench, { id: 'gone' })
    await clock.advance(0)
    expect(news.filter((item) => item.kind === 'opened' && item.instead)).toHaveLength(1)
    source.run(RUN)
    await settled()
    expect(server.benches).toHaveLength(2)
    expect(server.bench.numbers).toEqual([])
    expect(heard('run')).toHaveLength(1)
  })
})

describe('the size of a terminal', () => {
  test('that changed while its program was starting is told when it has started', async () => {
    const { source } = page()
    source.run(RUN)
    source.resize('receive', { columns: 100, rows: 30 })
    await settled()
    expect(heard('resize')).toEqual([{ type: 'resize', program: 'receive', columns: 100, rows: 30 }])
  })

  test('that is the one the program was started with is not told', async () => {
    const { source } = await running()
    source.resize('receive', { columns: 80, rows: 24 })
    await settled()
    expect(heard('resize')).toEqual([])
  })

  test('that changed while nobody was connected is told afterwards', async () => {
    const { source } = await running()
    server.wire.cut()
    source.resize('receive', { columns: 40, rows: 10 })
    await clock.advance(0)
    expect(heard('resize')).toEqual([{ type: 'resize', program: 'receive', columns: 40, rows: 10 }])
  })
})

test('an event that is told twice by the bench reaches the page once', async () => {
  const { events } = await running()
  const event = server.bench.log[0] as ControlEvent
  server.bench.tell({ type: 'events', events: [event, event] })
  await settled()
  expect(events().filter(({ event: { n } }) => n === event.n)).toHaveLength(1)
})
