import { describe, expect, test } from 'vitest'
import type { BenchEvent, Happening, SocketRow } from '../../labs/events.ts'
import { NO_FAULTS } from '../../labs/faults.ts'
import { readRecording, writeRecording } from '../../labs/recording.ts'
import { lastRun } from '../../labs/recording-take.ts'
import { HEADER, KNOWN } from '../helpers/recorded.ts'

/** Events at these times, numbered in this order. */
const told = (...happenings: (readonly [t: number, happening: Happening])[]): BenchEvent[] =>
  happenings.map(([t, happening], index) => ({ ...happening, t, n: index + 1 }))
const starting = (program: string, run: number): Happening => ({
  kind: 'starting',
  program,
  run,
  language: program.startsWith('shell@') ? 'sh' : 'ts',
  columns: 80,
  rows: 24,
})
const exited = (program: string, run: number): Happening => ({
  kind: 'exited',
  program,
  run,
  code: 0,
  signal: null,
  stopped: false,
})
const row = (id: string): SocketRow => ({
  id,
  protocol: 'tcp',
  state: 'LISTEN',
  local: null,
  remote: null,
  receiveQueue: 0,
  sendQueue: 0,
  owner: null,
})
const sockets = (rows: string[], gone: string[] = []): Happening => ({
  kind: 'sockets',
  host: 'a',
  rows: rows.map(row),
  gone,
})
const upto = (upTo: number): Happening => ({ kind: 'upto', instrument: 'packets', upTo })
const shown = (events: readonly BenchEvent[]) => events.map(({ n, t, kind }) => `${n} ${t} ${kind}`)

describe('what is kept of a run', () => {
  test('begins when a program is started while none was running, and counts time and events from there', () => {
    const events = told(
      [10, starting('receive', 1)],
      [20, exited('receive', 1)],
      [100, starting('receive', 2)],
      [110, starting('send', 3)],
      [120, exited('send', 3)],
      [130, starting('send', 4)],
    )
    expect(shown(lastRun(events))).toEqual(['1 0 starting', '2 10 starting', '3 20 exited', '4 30 starting'])
  })

  test('is nothing while no program was started', () => {
    expect(lastRun(told([1, sockets(['x'])], [2, starting('shell@a', 1)]))).toEqual([])
  })

  test('begins with the sockets, faults, counters and blindness that there were', () => {
    const faults = (from: string | null, loss: number): Happening => {
      return { kind: 'faults', wire: 0, from, faults: { ...NO_FAULTS, loss } }
    }
    const events = told(
      [1, { kind: 'blind', instrument: 'calls', detail: 'none' }],
      [2, sockets(['x', 'y'])],
      [3, sockets(['z'], ['x'])],
      [4, faults('a', 0.1)],
      [5, faults(null, 0.2)],
      [6, { kind: 'seed', seed: 1 }],
      [7, { kind: 'counters', host: 'a', counters: { sent: 1, lost: 0 } }],
      [8, { kind: 'counters', host: 'a', counters: { sent: 2 } }],
      [50, starting('receive', 1)],
    )
    const [blind, fault, seed, table, counters, first, ...rest] = lastRun(events)
    expect(blind).toMatchObject({ kind: 'blind', t: 0 })
    expect(fault).toMatchObject({ kind: 'faults', from: null, faults: { loss: 0.2 } })
    expect(seed).toMatchObject({ kind: 'seed' })
    expect(table).toMatchObject({ kind: 'sockets', t: 0, rows: [{ id: 'y' }, { id: 'z' }] })
    expect(counters).toMatchObject({ counters: { sent: 2, lost: 0 } })
    expect(first).toMatchObject({ kind: 'starting', t: 0, n: 6 })
    expect(rest).toEqual([])
  })

  test('leaves out what an instrument told late of the run before, but not what came of it', () => {
    const frame = { kind: 'frame', wire: null, from: 0, fate: 'delivered', handedOn: null, length: 60 } as const
    const late = { ...frame, t: 90, n: 3, bytes: new Uint8Array(60) }
    const own = { ...frame, t: 105, n: 4, handedOn: 106, bytes: new Uint8Array(60) }
    const events = [...told([20, exited('send', 1)], [100, starting('send', 2)]), late, own]
    const [, kept, ...rest] = lastRun(events)
    expect(kept).toMatchObject({ kind: 'frame', t: 5, handedOn: 6 })
    expect(rest).toEqual([])
    const table = told([100, starting('send', 2)], [99, sockets(['old'])], [130, sockets([], ['old'])])
    expect(shown(lastRun(table))).toEqual(['1 0 sockets', '2 0 starting', '3 30 sockets'])
  })

  test('holds nothing that a shell printed, nor that there was one', () => {
    const secret = {
      kind: 'output',
      program: 'shell@a',
      run: 2,
      n: 3,
      t: 30,
      offset: 0,
      bytes: new Uint8Array(9),
    } as const
    const events = [
      ...told([10, starting('send', 1)], [20, starting('shell@a', 2)]),
      secret,
      ...told([40, exited('shell@a', 2)]),
    ]
    expect(shown(lastRun(events))).toEqual(['1 0 starting'])
  })

  test('does not begin anew because a shell is open', () => {
    const events = told(
      [5, starting('shell@a', 1)],
      [10, starting('send', 2)],
      [20, exited('send', 2)],
      [30, starting('send', 3)],
    )
    expect(shown(lastRun(events))).toEqual(['1 0 starting'])
  })

  test('has the last word of an instrument on how far it came, before each settling and at the end', () => {
    const events = told(
      [10, starting('send', 1)],
      [11, upto(11)],
      [12, upto(12)],
      [13, exited('send', 1)],
      [14, upto(14)],
      [15, { kind: 'settled' }],
      [16, upto(16)],
      [17, upto(17)],
    )
    const kept = lastRun(events)
    expect(kept.flatMap((event) => (event.kind === 'upto' ? [event.upTo] : []))).toEqual([4, 7])
  })

  test('has nobody’s addresses where a view of the machine told some, also where its output came in pieces', () => {
    const line = new TextEncoder().encode('    inet 192.168.178.23/24 brd 192.168.178.255 scope global — 数据\n')
    const piece = (from: number, to?: number): BenchEvent => {
      const bytes = line.slice(from, to)
      return { kind: 'output', program: 'addresses', run: 1, n: from + 2, t: from + 20, offset: from, bytes }
    }
    const cut = line.length - 3
    const kept = lastRun([...told([10, starting('addresses', 1)]), piece(0, 18), piece(18, cut), piece(cut)])
    const [, output, ...rest] = kept
    const text = output?.kind === 'output' ? new TextDecoder().decode(output.bytes) : ''
    expect(text).toBe('    inet 192.0.2.1/24 brd 192.0.2.255 scope global — 数据\n')
    expect(output?.t).toBe(10)
    expect(rest).toEqual([])
  })

  test('can be written and read', () => {
    const events = lastRun(
      told([2, sockets(['x'])], [10, starting('send', 1)], [11, upto(11)], [13, exited('send', 1)]),
    )
    expect(readRecording(writeRecording(HEADER, events), KNOWN)).toMatchObject({ events })
  })
})
