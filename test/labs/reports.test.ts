import { describe, expect, it } from 'vitest'
import { FATES } from '../../labs/events.ts'
import { NO_FAULTS } from '../../labs/faults.ts'
import { encodeCommand, ReportReader } from '../../labs/instruments/reports.ts'

/** A record as wire.py writes it: its length, then numbers of so many bytes each, big-endian, then bytes. */
function record(numbers: [bytes: 1 | 4 | 8, value: number | bigint][], bytes: number[] = []): Buffer {
  const parts = numbers.map(([size, value]) => {
    const part = Buffer.alloc(8)
    part.writeBigUInt64BE(BigInt(value))
    return part.subarray(8 - size)
  })
  const body = Buffer.concat([...parts, Buffer.from(bytes)])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

const places = (...values: number[]): [1, number][] => values.map((value) => [1, value])
const READY = record([...places(0, 0, 0, 0), [8, 5000]])
const FRAME = record([...places(1, 1, 0, 4), [4, 77], [8, 6000], [8, 7000], [4, 1514]], [1, 2, 3])
const LOST = record([...places(1, 0, 1, 1), [4, 78], [8, 6500], [8, 0], [4, 60]])
const GAP = record([...places(2, 0, 1, 1), [4, 12], [8, 6000], [8, 9000]])
const COUNTERS = record([
  ...places(3, 0, 1, 0),
  [8, 9000],
  [8, 10],
  [8, 20_000],
  ...FATES.map((_, i): [8, number] => [8, i]),
])
const ANSWER = record([...places(4, 0, 0, 0), [4, 3], [8, 9500]])
const TROUBLE = record([...places(4, 0, 0, 0), [4, 4], [8, 9600]], [...Buffer.from('no such wire')])
const LOOPBACK = record([...places(1, 255, 2, 0), [4, 79], [8, 7000], [8, 7000], [4, 42]], [9])
const LET_GO = record([...places(2, 255, 1, 2), [4, 3], [8, 6000], [8, 9000]])
const NEWS = record([...places(5, 0, 0, 0), [8, 9700]], [...Buffer.from('{"kind":"waits","run":1,"syscall":"读"}')])
const ALL = Buffer.concat([READY, FRAME, LOST, GAP, COUNTERS, ANSWER, TROUBLE, LOOPBACK, LET_GO, NEWS])

const EXPECTED = [
  { kind: 'ready', t: 4000 },
  {
    kind: 'frame',
    wire: 1,
    direction: 0,
    fate: 'late',
    sequence: 77,
    arrived: 5000,
    handedOn: 6000,
    length: 1514,
    bytes: Uint8Array.of(1, 2, 3),
  },
  {
    kind: 'frame',
    wire: 0,
    direction: 1,
    fate: 'lost',
    sequence: 78,
    arrived: 5500,
    handedOn: null,
    length: 60,
    bytes: new Uint8Array(0),
  },
  { kind: 'gap', wire: 0, direction: 1, reason: 'not-read', count: 12, from: 5000, to: 8000 },
  {
    kind: 'counters',
    wire: 0,
    direction: 1,
    t: 8000,
    frames: 10,
    bytes: 20_000,
    fates: { delivered: 0, lost: 1, cut: 2, copy: 3, late: 4, overflow: 5, 'too-long': 6, 'not-taken': 7 },
  },
  { kind: 'answer', id: 3, upTo: 8500, trouble: null },
  { kind: 'answer', id: 4, upTo: 8600, trouble: 'no such wire' },
  {
    kind: 'frame',
    wire: null,
    direction: 2,
    fate: 'delivered',
    sequence: 79,
    arrived: 6000,
    handedOn: 6000,
    length: 42,
    bytes: Uint8Array.of(9),
  },
  { kind: 'gap', wire: null, direction: 1, reason: 'let-go', count: 3, from: 5000, to: 8000 },
  { kind: 'news', t: 8700, news: { kind: 'waits', run: 1, syscall: '读' } },
]

describe('reports', () => {
  it('are read from one piece', () => {
    expect(new ReportReader(1000n).push(ALL)).toEqual(EXPECTED)
  })

  it.each([1, 2, 3, 7, 31, 64])('are read from pieces of %i bytes', (size) => {
    const reader = new ReportReader(1000n)
    const reports = []
    for (let at = 0; at < ALL.length; at += size) reports.push(...reader.push(ALL.subarray(at, at + size)))
    expect(reports).toEqual(EXPECTED)
    expect(reader.waiting).toBe(0)
  })

  it('that are cut off say nothing, and that they wait', () => {
    for (let length = 0; length < FRAME.length; length += 1) {
      const reader = new ReportReader()
      expect(reader.push(FRAME.subarray(0, length))).toEqual([])
      expect(reader.waiting).toBe(length)
    }
  })

  it('keep the bytes of a frame when the piece they came in is used again', () => {
    const piece = Buffer.from(FRAME)
    const [report] = new ReportReader().push(piece)
    piece.fill(0)
    expect(report).toMatchObject({ bytes: Uint8Array.of(1, 2, 3) })
  })

  it('are exact beyond a hundred days of uptime', () => {
    const zero = 2n ** 60n
    const [report] = new ReportReader(zero).push(record([...places(0, 0, 0, 0), [8, zero + 7n]]))
    expect(report).toEqual({ kind: 'ready', t: 7 })
  })

  it('of an unknown kind, an unknown fate or too few bytes are unknown, and the next is read', () => {
    const strange = [
      record(places(9, 1, 2)),
      record([...places(1, 0, 0, 99), [4, 0], [8, 0], [8, 0], [4, 0]]),
      record([...places(2, 0, 0, 9), [4, 0], [8, 0], [8, 0]]),
      record(places(1, 0)),
      record(places(3)),
      record([...places(5, 0, 0, 0), [8, 0]], [...Buffer.from('{"kind":')]),
    ]
    const reports = new ReportReader(1000n).push(Buffer.concat([...strange, READY]))
    expect(reports).toEqual([...[9, 1, 2, 1, 3, 5].map((code) => ({ kind: 'unknown', code })), EXPECTED[0]])
  })

  it.each([0, 0x7fff_ffff])('end where a length of %i makes no sense', (length) => {
    const nonsense = Buffer.alloc(4)
    nonsense.writeUInt32BE(length)
    const reader = new ReportReader()
    expect(reader.push(Buffer.concat([nonsense, READY]))).toEqual([{ kind: 'unknown', code: -1 }])
    expect(reader.push(READY)).toEqual([])
    expect(reader.waiting).toBe(0)
  })
})

describe('a command', () => {
  it('is one line of JSON with its number', () => {
    const line = encodeCommand(5, { do: 'faults', wire: 0, from: 'a', faults: NO_FAULTS })
    expect(line.endsWith('\n')).toBe(true)
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line)).toEqual({ id: 5, do: 'faults', wire: 0, from: 'a', faults: NO_FAULTS })
  })
})
