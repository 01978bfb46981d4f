import { describe, expect, test } from 'vitest'
import type { BenchEvent, Happening, SocketRow } from '../../labs/events.ts'
import { Evidence, KEPT } from '../../site/bench/evidence.ts'

class Told {
  readonly evidence = new Evidence()
  #n = 0

  happen(happening: Happening, t = this.#n + 1): this {
    this.#n += 1
    this.evidence.add({ n: this.#n, t, ...happening } as BenchEvent)
    return this
  }

  starting(program: string, run: number): this {
    return this.happen({ kind: 'starting', program, run, language: 'py', columns: 80, rows: 24 })
  }

  edited(program: string, run: number, text: string): this {
    const size = { columns: 80, rows: 24 }
    return this.happen({ kind: 'starting', program, run, language: 'py', ...size, edited: { text } })
  }

  exited(program: string, run: number): this {
    return this.happen({ kind: 'exited', program, run, code: 0, signal: null, stopped: false })
  }

  frames(count: number): this {
    for (let i = 0; i < count; i += 1) {
      this.#n += 1
      const bytes = new Uint8Array()
      const rest = { wire: null, from: 0, fate: 'delivered', handedOn: null, length: 60, bytes } as const
      this.evidence.add({ kind: 'frame', n: this.#n, t: this.#n, ...rest })
    }
    return this
  }

  call(run: number, call: number): this {
    const told = { program: 'send', run, call, socket: null, line: 1 }
    return this.happen({ kind: 'call', name: 'send', deed: 'send', args: '', bytes: 4, ...told })
  }

  returns(run: number, call: number): this {
    const told = { program: 'send', run, call, socket: null, line: 1, value: '4', error: null }
    return this.happen({ kind: 'return', bytes: 4, peer: null, accepted: null, ...told })
  }

  table(host: string, rows: readonly SocketRow[], gone: readonly string[] = []): this {
    return this.happen({ kind: 'sockets', host, rows, gone })
  }

  of<Kind extends BenchEvent['kind']>(kind: Kind): Extract<BenchEvent, { kind: Kind }>[] {
    return this.evidence.events.filter((event) => event.kind === kind) as Extract<BenchEvent, { kind: Kind }>[]
  }
}

const row = (id: string, receiveQueue = 0): SocketRow => ({
  id,
  protocol: 'udp',
  state: 'UNCONN',
  local: null,
  remote: null,
  receiveQueue,
  sendQueue: 0,
  owner: null,
})

describe('evidence', () => {
  test('is everything that happened, in order, without what terminals printed', () => {
    const told = new Told().starting('send', 1).call(1, 1).frames(2).returns(1, 1).exited('send', 1)
    told.evidence.add({ kind: 'output', n: 9, t: 9, program: 'send', run: 1, offset: 0, bytes: new Uint8Array(4) })
    expect(told.evidence.events.map(({ kind }) => kind)).toEqual([
      'starting',
      'call',
      'frame',
      'frame',
      'return',
      'exited',
    ])
  })

  test('keeps the first and the latest frames of a run, and tells how many it let go between them, and when', () => {
    const told = new Told().starting('send', 1).frames(2 * KEPT + 500)
    const frames = told.of('frame')
    expect(frames).toHaveLength(2 * KEPT)
    expect(frames[KEPT - 1]?.n).toBe(1 + KEPT)
    expect(frames[KEPT]?.n).toBe(1 + KEPT + 501)
    expect(told.of('missing')).toMatchObject([
      { what: 'packets', count: 500, since: 2 + KEPT, until: 1 + KEPT + 500, why: 'let-go' },
    ])
    const kinds = told.evidence.events.map(({ kind }) => kind)
    expect(kinds.indexOf('missing')).toBe(kinds.indexOf('frame') + KEPT)
  })

  test('lets calls go together with what they gave, also when that comes later', () => {
    const told = new Told().starting('send', 1)
    const count = 2 * KEPT + 10
    for (let call = 1; call <= count; call += 1) {
      told.call(1, call)
      if (call !== KEPT + 3) told.returns(1, call)
    }
    told.returns(1, KEPT + 3)
    const calls = told.of('call').map(({ call }) => call)
    expect(calls).toHaveLength(2 * KEPT)
    expect(told.of('return').map(({ call }) => call)).toEqual(calls)
    expect(told.of('missing')).toMatchObject([{ what: 'calls', count: 10 }])
  })

  test('lets no socket be lost with the changes of tables it lets go', () => {
    const told = new Told().starting('send', 1).table('a', [row('early')])
    for (let i = 1; i < KEPT; i += 1) told.table('a', [row('x', i)])
    told
      .table('a', [row('middle')])
      .table('b', [row('other')])
      .table('a', [], ['early'])
    for (let i = 0; i < KEPT; i += 1) told.table('a', [row('x', i)])
    const tables = new Map<string, Set<string>>()
    for (const { host, rows, gone } of told.of('sockets')) {
      const table = tables.get(host) ?? new Set()
      tables.set(host, table)
      for (const { id } of rows) table.add(id)
      for (const id of gone) table.delete(id)
    }
    expect(told.of('missing')).toMatchObject([{ what: 'sockets', count: 2 }])
    expect([...(tables.get('a') ?? [])].sort()).toEqual(['middle', 'x'])
    expect([...(tables.get('b') ?? [])]).toEqual(['other'])
  })

  test('keeps a table whole that was told whole', () => {
    const told = new Told().table('a', [row('old')])
    told.happen({ kind: 'sockets', host: 'a', rows: [row('new')], gone: [], whole: true })
    told.table('a', [row('x')]).starting('send', 1)
    expect(told.of('sockets')).toMatchObject([{ rows: [{ id: 'new' }, { id: 'x' }], whole: true }])
  })

  test('of an instrument’s progress and of counters is the latest only', () => {
    const told = new Told()
    for (const upTo of [5, 7, 9]) told.happen({ kind: 'upto', instrument: 'calls', upTo })
    told.happen({ kind: 'upto', instrument: 'packets', upTo: 3 })
    told.happen({ kind: 'counters', host: 'a', counters: { a: 1, b: 1 } })
    told.happen({ kind: 'counters', host: 'a', counters: { b: 2 } })
    expect(told.of('upto').map(({ upTo }) => upTo)).toEqual([9, 3])
    expect(told.of('counters').map(({ counters }) => counters)).toEqual([{ a: 1, b: 2 }])
  })

  test('of another bench begins with nothing', () => {
    const told = new Told().starting('send', 1).frames(3)
    told.evidence.restart()
    expect(told.evidence.events).toEqual([])
    expect(told.starting('send', 1).evidence.events).toHaveLength(1)
  })
})

describe('a new run', () => {
  test('begins with the programs and the tables there are, without the frames and calls of the one before', () => {
    const told = new Told()
      .table('a', [row('old'), row('stays')])
      .starting('send', 1)
      .call(1, 1)
      .frames(3)
      .table('a', [row('stays', 7)], ['old'])
      .happen({ kind: 'blind', instrument: 'packets', detail: 'no' })
      .exited('send', 1)
      .starting('send', 2)
    expect(told.evidence.events.map(({ kind }) => kind)).toEqual(['starting', 'sockets', 'blind', 'exited', 'starting'])
    expect(told.of('sockets')).toMatchObject([{ rows: [{ id: 'stays', receiveQueue: 7 }], gone: [] }])
  })

  test('counts anew what is let go', () => {
    const told = new Told()
      .starting('send', 1)
      .frames(2 * KEPT + 1)
      .exited('send', 1)
      .starting('send', 2)
      .frames(2)
    expect(told.of('missing')).toEqual([])
    expect(told.of('frame')).toHaveLength(2)
  })

  test('does not begin while a program runs, nor with a shell', () => {
    const told = new Told().starting('receive', 1).frames(2).starting('send', 2).exited('send', 2).starting('send', 3)
    expect(told.of('frame')).toHaveLength(2)
    told.exited('send', 3).exited('receive', 1).starting('shell@here', 4)
    expect(told.of('frame')).toHaveLength(2)
    told.starting('send', 5)
    expect(told.of('frame')).toHaveLength(0)
  })

  test('keeps the texts that were run in this run, and of earlier ones that there were any', () => {
    const told = new Told().edited('send', 1, 'a').exited('send', 1).edited('receive', 2, 'b').edited('send', 3, 'c')
    expect(told.of('starting').map(({ edited }) => edited)).toEqual([{ text: null }, { text: 'b' }, { text: 'c' }])
  })
})
