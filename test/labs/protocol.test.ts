import { describe, expect, test } from 'vitest'
import type { OutputEvent } from '../../labs/events.ts'
import {
  decodeOutput,
  encodeInput,
  encodeOutput,
  MAX_CELLS,
  MAX_FRAME,
  MAX_INPUT,
  type ToBench,
} from '../../labs/protocol.ts'
import { readToBench, Unreadable } from '../../labs/server/page-messages.ts'
import { seeded } from '../helpers/random.ts'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)

const MESSAGES: ToBench[] = [
  { type: 'open', protocol: 1, lab: 'udp-as-found' },
  { type: 'open', protocol: 1, lab: 'udp-as-found', resume: { bench: 'b', after: 0 } },
  { type: 'open', protocol: 1, lab: 'udp-as-found', resume: { bench: 'b', after: Number.MAX_SAFE_INTEGER } },
  { type: 'run', programs: [{ program: 'receive', language: 'ts', columns: 80, rows: 24 }] },
  {
    type: 'run',
    programs: Array.from({ length: 16 }, (_, i) => ({ program: `p${i}`, language: 'py', columns: 1, rows: 1 })),
  },
  { type: 'stop', programs: ['receive', 'send'] },
  { type: 'resize', program: 'receive', columns: 500, rows: 200 },
  { type: 'ack', program: 'receive', offset: 2 ** 40 },
  { type: 'hold', program: 'receive', on: true },
  { type: 'release', program: 'receive' },
  { type: 'leave' },
]

const RUN = { program: 'a', language: 'ts', columns: 80, rows: 24 }

/** What is refused, and the words that must be in the refusal. */
const REFUSED: [frame: string | object, words: string][] = [
  ['', 'not JSON'],
  ['{', 'not JSON'],
  ['[', 'not JSON'],
  ['null', '`message` must be an object'],
  ['[]', '`message` must be an object'],
  ['"open"', '`message` must be an object'],
  [{}, '`type` is undefined'],
  [{ type: 'opne' }, '`type` is "opne"'],
  [{ type: 7 }, '`type` is 7'],
  [{ type: 'input' }, '`type` is "input"'],
  [{ type: '__proto__' }, '`type` is "__proto__"'],
  [{ type: 'open', protocol: '1', lab: 'a' }, '`protocol`'],
  [{ type: 'open', protocol: 1.5, lab: 'a' }, '`protocol`'],
  [{ type: 'open', protocol: -1, lab: 'a' }, '`protocol`'],
  [{ type: 'open', protocol: 1 }, '`lab`'],
  [{ type: 'open', protocol: 1, lab: '' }, '`lab`'],
  [{ type: 'open', protocol: 1, lab: 'a'.repeat(81) }, '`lab`'],
  [{ type: 'open', protocol: 1, lab: 'a', resume: null }, '`resume`'],
  [{ type: 'open', protocol: 1, lab: 'a', resume: [] }, '`resume`'],
  [{ type: 'open', protocol: 1, lab: 'a', resume: { after: 0 } }, '`resume.bench`'],
  [{ type: 'open', protocol: 1, lab: 'a', resume: { bench: 'b' } }, '`resume.after`'],
  [{ type: 'open', protocol: 1, lab: 'a', resume: { bench: 'b', after: 2 ** 53 } }, '`resume.after`'],
  [{ type: 'run' }, '`programs`'],
  [{ type: 'run', programs: [] }, '`programs`'],
  [{ type: 'run', programs: Array(17).fill(RUN) }, '`programs`'],
  [{ type: 'run', programs: ['a'] }, '`programs[]`'],
  [{ type: 'run', programs: [{ ...RUN, program: 7 }] }, '`program`'],
  [{ type: 'run', programs: [{ ...RUN, language: 'js' }] }, '`language`'],
  [{ type: 'run', programs: [{ ...RUN, columns: 'wide' }] }, '`columns`'],
  [{ type: 'run', programs: [{ ...RUN, rows: -1 }] }, '`rows`'],
  [{ type: 'run', programs: [{ ...RUN, rows: 1.5 }] }, '`rows`'],
  [{ type: 'stop', programs: 'a' }, '`programs`'],
  [{ type: 'stop', programs: [7] }, '`programs[]`'],
  [{ type: 'resize', columns: 80, rows: 24 }, '`program`'],
  [{ type: 'resize', program: 'a', rows: 24 }, '`columns`'],
  [{ type: 'resize', program: 'a', columns: 80, rows: null }, '`rows`'],
  [{ type: 'ack', program: 'a' }, '`offset`'],
  [{ type: 'hold', program: 'a' }, '`on`'],
  [{ type: 'hold', on: true }, '`program`'],
  [{ type: 'release' }, '`program`'],
  [{ type: 'ack', program: 'a', offset: -1 }, '`offset`'],
]

describe('the door', () => {
  test.each(MESSAGES)('lets $type pass unchanged', (message) => {
    expect(readToBench(JSON.stringify(message))).toEqual(message)
  })

  test('lets only the known fields of a message pass', () => {
    const frame = JSON.stringify({ type: 'ack', program: 'a', offset: 1, more: true })
    expect(readToBench(frame)).toEqual({ type: 'ack', program: 'a', offset: 1 })
  })

  test.each(REFUSED)('refuses %j and names %s', (frame, words) => {
    const read = () => readToBench(typeof frame === 'string' ? frame : JSON.stringify(frame))
    expect(read).toThrow(Unreadable)
    expect(read).toThrow(words)
  })

  test('brings sizes between one cell and the most there may be', () => {
    const read = (columns: number, rows: number) =>
      readToBench(JSON.stringify({ type: 'resize', program: 'a', columns, rows }))
    expect(read(0, 0)).toMatchObject({ columns: 1, rows: 1 })
    expect(read(1e9, 1e9)).toMatchObject(MAX_CELLS)
  })

  test('refuses an unknown message of any depth in one short sentence', () => {
    const deep = `{"type":${'['.repeat(MAX_FRAME / 2 - 8)}${']'.repeat(MAX_FRAME / 2 - 8)}}`
    expect(() => readToBench(deep)).toThrow(Unreadable)
    expect(() => readToBench(JSON.stringify({ type: 'x'.repeat(60_000) }))).toThrow(/^.{1,80}$/)
  })

  test('gives a message or Unreadable for whatever comes', () => {
    const random = seeded(1)
    const read: Record<string, number> = { message: 0, refused: 0 }
    for (let i = 0; i < 6000; i += 1) {
      const frame = random() < 0.3 ? randomBytes(random) : randomText(random)
      try {
        expect(readToBench(frame)).toHaveProperty('type')
        read.message = (read.message ?? 0) + 1
      } catch (error) {
        expect(error).toBeInstanceOf(Unreadable)
        read.refused = (read.refused ?? 0) + 1
      }
    }
    expect(read.message).toBeGreaterThan(300)
    expect(read.refused).toBeGreaterThan(3000)
  })
})

describe('a frame of input', () => {
  test('carries every byte value, its run and its number', () => {
    const frame = encodeInput(2 ** 32 - 1, 2 ** 32 - 2, ALL_BYTES)
    expect(readToBench(frame)).toEqual({ type: 'input', run: 2 ** 32 - 1, seq: 2 ** 32 - 2, bytes: ALL_BYTES })
  })

  test('is read where it lies in a larger buffer', () => {
    const frame = encodeInput(1, 2, ALL_BYTES)
    const buffer = new Uint8Array(frame.length + 20)
    buffer.set(frame, 10)
    const read = readToBench(buffer.subarray(10, 10 + frame.length))
    expect(read).toEqual({ type: 'input', run: 1, seq: 2, bytes: ALL_BYTES })
  })

  test('is refused when it carries more than its share', () => {
    expect(readToBench(encodeInput(1, 1, new Uint8Array(MAX_INPUT)))).toMatchObject({ type: 'input' })
    expect(() => readToBench(encodeInput(1, 1, new Uint8Array(MAX_INPUT + 1)))).toThrow(/more than 16384 bytes/)
  })

  test('is refused when it is cut short or of another kind', () => {
    const whole = encodeInput(1, 1, new Uint8Array())
    expect(readToBench(whole)).toMatchObject({ bytes: new Uint8Array() })
    expect(() => readToBench(whole.subarray(0, whole.length - 1))).toThrow(Unreadable)
    expect(() => readToBench(new Uint8Array())).toThrow(Unreadable)
    expect(() => readToBench(encodeOutput(OUTPUT))).toThrow('a binary frame that is not input')
  })
})

const OUTPUT: OutputEvent = {
  kind: 'output',
  program: 'receive',
  run: 7,
  n: 12,
  t: 3_456_789,
  offset: 99,
  bytes: ALL_BYTES,
}

describe('a frame of output', () => {
  const programOf = (run: number) => (run === 7 ? 'receive' : undefined)

  test('carries every byte value and all marks', () => {
    expect(decodeOutput(encodeOutput(OUTPUT), programOf)).toEqual(OUTPUT)
  })

  test('carries numbers beyond 32 bits exactly', () => {
    const large = { ...OUTPUT, n: 2 ** 53 - 1, t: 2 ** 53 - 2, offset: 2 ** 32 + 1 }
    expect(decodeOutput(encodeOutput(large), programOf)).toEqual(large)
  })

  test('is nothing to a page that does not know its run, or when it is cut short', () => {
    const frame = encodeOutput(OUTPUT)
    expect(decodeOutput(encodeOutput({ ...OUTPUT, run: 8 }), programOf)).toBeNull()
    expect(decodeOutput(frame.subarray(0, 31), programOf)).toBeNull()
    expect(decodeOutput(encodeInput(7, 1, ALL_BYTES), programOf)).toBeNull()
  })
})

function randomBytes(random: () => number): Uint8Array {
  const bytes = Uint8Array.from({ length: random() * 40 }, () => random() * 256)
  if (random() < 0.7) bytes[0] = 2
  return bytes
}

/** A message with something wrong in it, more often than not. */
function randomText(random: () => number): string {
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T
  const value = (depth = 0): unknown =>
    pick<() => unknown>([
      () => pick(['open', 'run', 'stop', 'resize', 'ack', 'leave', 'ts', 'py', '', 'a', '\ud800', '数据', 'toString']),
      () => pick([0, 1, -1, 0.5, 24, 80, 2 ** 32, 2 ** 53, -0, 1e308]),
      () => pick([null, true, false]),
      () => (depth > 3 ? [] : Array.from({ length: random() * 3 }, () => value(depth + 1))),
      () => (depth > 3 ? {} : object(depth + 1)),
    ])()
  const object = (depth: number) => {
    const keys = ['type', 'program', 'programs', 'language', 'columns', 'rows', 'offset', 'lab', 'protocol', 'resume']
    return Object.fromEntries([...keys, 'bench', 'after'].map((key) => [key, value(depth)]))
  }
  const message: Record<string, unknown> = { ...pick(MESSAGES) }
  if (random() < 0.8) message[pick(Object.keys(message))] = value()
  const text = JSON.stringify(random() < 0.1 ? value() : message)
  const at = Math.floor(random() * text.length)
  return random() < 0.4 ? text.slice(0, at) + pick(['"', '{', '[', ',', '\0', '9']) + text.slice(at + 1) : text
}
