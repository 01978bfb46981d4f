import { describe, expect, test } from 'vitest'
import { mixtureOf, mixtures } from '../../labs/mixture.ts'
import { PROTOCOL } from '../../labs/protocol.ts'
import {
  FORMAT,
  type Known,
  MOST,
  type Recording,
  type RecordingTrouble,
  readRecording,
  VERSION,
  writeRecording,
} from '../../labs/recording.ts'
import { seeded } from '../helpers/random.ts'
import { EVENTS, HEADER, KNOWN } from '../helpers/recorded.ts'

const WHOLE = writeRecording(HEADER, EVENTS)
const LINES = WHOLE.split('\n').slice(0, -1)

const trouble = (text: string, known: Known = KNOWN): RecordingTrouble | null => {
  const read = readRecording(text, known)
  return 'kind' in read ? read : null
}
const opened = (text: string): Recording => {
  const read = readRecording(text, KNOWN)
  if ('kind' in read) throw new Error(JSON.stringify(read))
  return read
}
/** The recording with another line in place of the one that is so. */
const withLine = (at: number, change: (line: Record<string, unknown>) => unknown): string => {
  const lines = LINES.map((line, index) => (index === at ? JSON.stringify(change(JSON.parse(line))) : line))
  return lines.map((line) => `${line}\n`).join('')
}
const placeOf = (kind: string) => LINES.findIndex((line) => line.includes(`"kind":"${kind}"`))

describe('a recording', () => {
  test('gives back every kind of event, its bytes included', () => {
    const { events, ...header } = opened(WHOLE)
    expect(header).toEqual(HEADER)
    expect(events).toEqual(EVENTS)
  })

  test('is one line for each event, between one that says what it is and one that ends it', () => {
    expect(LINES).toHaveLength(EVENTS.length + 2)
    expect(JSON.parse(LINES[0] ?? '')).toEqual({ format: FORMAT, version: VERSION, ...HEADER })
    expect(JSON.parse(LINES.at(-1) ?? '')).toEqual({ end: EVENTS.length })
    expect(WHOLE.endsWith('\n')).toBe(true)
  })

  test('shows text as text and other bytes as hex, and leaves out what is null', () => {
    const outputs = LINES.filter((line) => line.includes('"kind":"output"'))
    expect(outputs[0]).toContain('"text":"数据\\r\\n"')
    expect(outputs[1]).toContain('"hex":"cafd"')
    expect(LINES[placeOf('frame')]).toContain('"hex":"0001cafe"')
    expect(WHOLE).not.toContain('null')
    expect(LINES[placeOf('call')]).toContain('"local":"[fd00::1]:40112","remote":"10.0.0.2:12822"')
  })

  test('does not change in the lines around an event that is no longer there', () => {
    const lines = writeRecording(
      HEADER,
      EVENTS.filter(({ kind }) => kind !== 'counters'),
    ).split('\n')
    expect(LINES.filter((line) => !lines.includes(line)).map((line) => JSON.parse(line).kind ?? 'end')).toEqual([
      'counters',
      'end',
    ])
  })

  test('is named by what its programs are written in, in the order of the lab', () => {
    expect(mixtureOf(KNOWN.programs, HEADER.languages)).toBe('py-ts')
    expect(mixtureOf([], {})).toBe('machine')
    expect(mixtures(['a', 'b']).map((one) => mixtureOf(['a', 'b'], one))).toEqual(['ts-ts', 'ts-py', 'py-ts', 'py-py'])
    expect(mixtures([])).toEqual([{}])
  })

  test('of an older protocol is opened as long as all it says can be read', () => {
    expect(trouble(withLine(0, (header) => ({ ...header, protocol: 1 })))).toBe(null)
  })

  test('of a view of the machine says no language', () => {
    const known = { ...KNOWN, programs: [], views: ['addresses'] }
    const starting = { kind: 'starting', program: 'addresses', run: 1, language: 'sh', columns: 80, rows: 24 } as const
    const text = writeRecording({ ...HEADER, languages: {} }, [{ ...starting, n: 1, t: 0 }])
    expect(readRecording(text, known)).toMatchObject({ languages: {}, events: [starting] })
  })

  test('with lines that end as on Windows is opened', () => {
    expect(opened(WHOLE.replaceAll('\n', '\r\n')).events).toHaveLength(EVENTS.length)
  })

  test('counts the offsets of output anew, after a gap from where it ends', () => {
    const offsets = opened(WHOLE).events.flatMap((event) => (event.kind === 'output' ? [event.offset] : []))
    expect(offsets).toEqual([0, 8, 10])
    const gap = JSON.stringify({ t: 0, kind: 'gap', program: 'receive', from: 0, to: 4096 })
    const at = placeOf('output')
    const gapped = [...LINES.slice(0, at), gap, ...LINES.slice(at, -1), JSON.stringify({ end: EVENTS.length + 1 })]
    const moved = opened(`${gapped.join('\n')}\n`).events.flatMap((event) =>
      event.kind === 'output' ? [event.offset] : [],
    )
    expect(moved).toEqual([4096, 4104, 4106])
  })
})

describe('is not opened:', () => {
  test.each([
    ['nothing', ''],
    ['a picture', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
    ['a text', 'Dear reader,\nthis is no recording.\n'],
    ['another format', '{"version":3,"packets":[]}\n'],
    ['what is not an object', 'null\n[]\n1\n'],
  ])('%s', (_, text) => {
    expect(trouble(text)).toEqual({ kind: 'recording-foreign' })
  })

  test('a recording of a newer version, whatever else it says', () => {
    const newer = withLine(0, () => ({ format: FORMAT, version: VERSION + 1, surprise: {} }))
    expect(trouble(newer)).toEqual({ kind: 'recording-newer', version: VERSION + 1, known: VERSION })
    const spoken = withLine(0, (header) => ({ ...header, protocol: PROTOCOL + 1 }))
    expect(trouble(spoken)).toEqual({ kind: 'recording-newer', version: PROTOCOL + 1, known: PROTOCOL })
  })

  test('a recording of another lab', () => {
    expect(trouble(WHOLE, { ...KNOWN, lab: 'tcp-both-send' })).toEqual({
      kind: 'recording-other-lab',
      lab: 'udp-aligned',
    })
  })

  test('a recording that was cut, wherever that was', () => {
    for (let length = (LINES[0]?.length ?? 0) + 1; length < WHOLE.length; length += 7) {
      expect(trouble(WHOLE.slice(0, length)), `cut at ${length}`).toEqual({ kind: 'recording-cut' })
    }
    const atLine = LINES.slice(0, -1).map((line) => `${line}\n`)
    expect(trouble(atLine.join(''))).toEqual({ kind: 'recording-cut' })
    expect(trouble(WHOLE.slice(0, -1))).toEqual({ kind: 'recording-cut' })
  })

  test('a recording in which lines are missing', () => {
    const lines = LINES.toSpliced(placeOf('counters'), 1)
    expect(trouble(`${lines.join('\n')}\n`)).toMatchObject({ kind: 'recording-broken', line: lines.length })
  })

  test('more than a browser should be given to read, before it is read', () => {
    const long = WHOLE + 'x'.repeat(MOST.characters)
    expect(trouble(long)).toEqual({ kind: 'recording-too-large', megabytes: 17 })
    const many = `${LINES[0]}\n${'{}\n'.repeat(MOST.events + 10)}`
    expect(trouble(many)).toMatchObject({ kind: 'recording-too-large' })
  })

  test.each([
    ['version', { version: '1' }],
    ['version', { version: 1.5 }],
    ['recorded', { recorded: 'yesterday' }],
    ['recorded', { recorded: '2026-13-99T09:30:00Z' }],
    ['recorded', { recorded: '<b>2026-08-20T09:30:00Z</b>' }],
    ['network', { network: 'none' }],
    ['network', { network: ['own'] }],
    ['system', { system: 'x'.repeat(201) }],
    ['course', { course: {} }],
    ['languages', { languages: { receive: 'py' } }],
    ['languages', { languages: { receive: 'py', send: 'sh' } }],
    ['languages', { languages: null }],
  ])('a wrong %s in its head: %j', (name, change) => {
    const told = trouble(withLine(0, (header) => ({ ...header, ...change })))
    expect(told).toMatchObject({ kind: 'recording-broken', line: 1 })
    expect(told && 'detail' in told && told.detail).toContain(name)
  })

  test.each<[string, string, object]>([
    ['seed', 'kind', { kind: 'constructor' }],
    ['seed', 'kind', { kind: 7 }],
    ['seed', 't', { t: -1 }],
    ['seed', 't', { t: 1e300 }],
    ['seed', 't', { t: '5' }],
    ['seed', 'seed', { seed: 2 ** 60 }],
    ['started', 'program', { program: 'constructor' }],
    ['started', 'program', { program: 'shell@a' }],
    ['started', 'command', { command: 'node' }],
    ['started', 'command', { command: Array(5000).fill('x') }],
    ['started', 'run', { run: 99 }],
    ['starting', 'language', { language: 'sh' }],
    ['starting', 'columns', { columns: 0 }],
    ['call', 'deed', { deed: 'launch' }],
    ['call', 'local', { socket: { id: 1, local: '10.0.0.1:65536' } }],
    ['call', 'local', { socket: { id: 1, local: { address: '10.0.0.1', port: 80 } } }],
    ['call', 'remote', { socket: { id: 1, remote: ':80' } }],
    ['call', 'offset', { offset: -1 }],
    ['sockets', 'whole', { whole: false }],
    ['call', 'line', { line: -4 }],
    ['return', 'accepted', { accepted: [] }],
    ['heard', 'bytes', { bytes: Number.MAX_VALUE }],
    ['sockets', 'host', { host: '__proto__' }],
    ['sockets', 'rows', { rows: { length: 3 } }],
    [
      'sockets',
      'program',
      {
        rows: [
          {
            id: 'x',
            protocol: 'tcp',
            state: 'LISTEN',
            receiveQueue: 0,
            sendQueue: 0,
            owner: { program: 'toString', run: 1, descriptor: 3 },
          },
        ],
      },
    ],
    ['counters', 'counters', { counters: { x: 'many' } }],
    ['missing', 'why', { why: 'tired' }],
    ['failed', 'trouble', { trouble: { kind: 'recording-cut' } }],
    [
      'faults',
      'only',
      { faults: { loss: 0, delay: 0, jitter: 0, duplicate: 0, reorder: 0, queue: 1, cut: false, only: ['all'] } },
    ],
    ['faults', 'wire', { wire: 1 }],
    ['output', 'hex', { text: undefined, hex: 'abc' }],
    ['output', 'hex', { text: 7 }],
    ['frame', 'hex', { hex: 'zz' }],
    ['frame', 'hex', { length: 3 }],
    ['frame', 'from', { from: 2 }],
    ['frame', 'fate', { fate: 0 }],
  ])('an event `%s` whose `%s` is wrong: %j', (kind, name, change) => {
    const at = placeOf(kind)
    const told = trouble(withLine(at, (line) => ({ ...line, ...change })))
    expect(told).toMatchObject({ kind: 'recording-broken', line: at + 1 })
    expect(told && 'detail' in told && told.detail).toContain(name)
  })

  test('a run that begins twice, or of which something is told before it begins', () => {
    const at = placeOf('starting')
    const twice = LINES.toSpliced(at, 0, LINES[at] ?? '').with(-1, JSON.stringify({ end: EVENTS.length + 1 }))
    expect(trouble(`${twice.join('\n')}\n`)).toMatchObject({ line: at + 2, detail: 'run 1 begins twice' })
    const never = withLine(at, (line) => ({ ...line, run: 3 }))
    expect(trouble(never)).toMatchObject({ kind: 'recording-broken', detail: 'run 1 of receive has not begun' })
  })
})

describe('whatever is in it', () => {
  test('nothing reaches the page but what the protocol names', () => {
    const added = withLine(placeOf('started'), (line) => ({ ...line, surprise: { deep: true }, constructor: 1 }))
    const started = opened(added).events.find(({ kind }) => kind === 'started')
    expect(Object.keys(started ?? {}).sort()).toEqual(['command', 'kind', 'n', 'pid', 'program', 'run', 't'])
  })

  test('a name such as __proto__ changes nothing', () => {
    const line = '{"t":1,"kind":"counters","host":"a","counters":{"__proto__":5}}'
    const lines = LINES.with(placeOf('counters'), line)
    const counters = opened(`${lines.join('\n')}\n`).events.find(({ kind }) => kind === 'counters')
    expect(counters && Object.getPrototypeOf(counters)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['5']).toBe(undefined)
  })

  test('a line nested a hundred thousand deep is refused and breaks nothing', () => {
    const deep = `{"t":1,"kind":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect(trouble(`${LINES.with(3, deep).join('\n')}\n`)).toMatchObject({ kind: 'recording-broken', line: 4 })
  })

  test('reading it ends with a recording or with a trouble, never otherwise (5000 random changes)', () => {
    const random = seeded(8)
    const pick = (count: number) => Math.floor(random() * count)
    const pieces = ['null', '-1', '1e999', '{}', '[]', '"x"', 'true', '\n', '{', '"kind":', '\\u0000', '9'.repeat(30)]
    let read = 0
    for (let round = 0; round < 5000; round += 1) {
      let text = WHOLE
      for (let change = 0; change <= pick(3); change += 1) {
        const at = pick(text.length)
        text = text.slice(0, at) + (pieces[pick(pieces.length)] ?? '') + text.slice(at + pick(6))
      }
      const result = readRecording(text, KNOWN)
      if (!('kind' in result)) read += 1
    }
    expect(read).toBeGreaterThan(0)
    expect(read).toBeLessThan(5000)
  })
})
