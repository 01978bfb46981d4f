import { encodeInput, MAX_FRAME, PROTOCOL } from '../../labs/protocol.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { seeded } from '../helpers/random.ts'
import { atMost, exactly, type Finding } from './finding.ts'
import { mostMemoryOf } from './processes.ts'
import type { Stronghold, Watch } from './stronghold.ts'

/** Messages that are right, to be made wrong; nothing in them starts a program. */
const RIGHT: unknown[] = [
  { type: 'open', protocol: PROTOCOL, lab: 'siege', resume: { bench: 'x', after: 0 } },
  { type: 'run', programs: [{ program: 'none', language: 'ts', columns: 80, rows: 24 }] },
  { type: 'stop', programs: ['repeat'] },
  { type: 'resize', program: 'repeat', columns: 80, rows: 24 },
  { type: 'faults', wire: 0, faults: { loss: 0.5, only: 'syn', from: 'here' } },
  { type: 'seed', seed: 1 },
  { type: 'hold', program: 'repeat', on: false },
  { type: 'release', program: 'repeat' },
  { type: 'ack', program: 'repeat', offset: 100 },
]

const VALUES: unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  '',
  'x'.repeat(100),
  '__proto__',
  'constructor',
  '\0\u{1F389}\uD800',
  [],
  {},
  [[]],
  { __proto__: null, toString: 1 },
]

/** Thousands of frames that nobody would send, before a bench is opened and after; the same for the same seed. */
export async function fuzz(stronghold: Stronghold, watch: Watch, frames: number, seed: number): Promise<Finding[]> {
  const random = seeded(seed)
  const before = await stronghold.course.heap()
  let sent = 0
  let answered = 0
  let connections = 0
  while (sent < frames) {
    const opens = connections % 2 === 1
    const page = opens ? await stronghold.open() : await BenchClient.connect(stronghold.port)
    connections += 1
    for (let i = 0; i < 500 && sent < frames && !page.closed; i += 1) {
      page.sayRaw(makeFrame(random))
      sent += 1
    }
    // A message that is answered in its turn comes after all of these.
    if (!page.closed) page.sayRaw('{"type":"the last one"}')
    const isLast = () =>
      page.troubles.some((trouble) => trouble.kind === 'unknown-message' && trouble.detail.includes('the last one'))
    await page.until(() => page.closed || isLast())
    answered += page.troubles.length
    if (opens) await page.leave()
    else if (!page.closed) await page.cut()
  }
  const echo = await watch.echo(20)
  return [
    exactly('frames sent', sent, frames),
    { what: 'answers that name what is wrong', seen: `${answered}`, wanted: '> 0', holds: answered > 0 },
    { what: 'another bench', seen: watch.isWell ? 'well' : 'not well', wanted: 'well', holds: watch.isWell },
    atMost('its echo afterwards, median', echo.median, 50, ' ms'),
    atMost('heap of the server grown by', ((await stronghold.course.heap()) - before) / 1e6, 5, ' MB'),
    atMost('memory of the server at its most', mostMemoryOf(stronghold.pid) / 1e6, 400, ' MB'),
  ]
}

function makeFrame(random: () => number): string | Uint8Array {
  const below = (most: number) => Math.floor(random() * most)
  const bytes = (length: number) => Uint8Array.from({ length }, () => below(256))
  switch (below(8)) {
    case 0:
      return bytes(below(200))
    case 1:
      return encodeInput(below(5), below(2) * 2 ** 31, bytes(below(40)))
    case 2:
      return Uint8Array.of(1 + below(3), ...bytes(below(64)))
    case 3:
      return Buffer.from(bytes(below(200))).toString('latin1')
    case 4: {
      const depth = below(MAX_FRAME / 8)
      return '['.repeat(depth) + ']'.repeat(below(2) * depth)
    }
    case 5:
      return JSON.stringify(pick(VALUES, below))
    case 6: {
      const text = JSON.stringify(pick(RIGHT, below))
      const at = below(text.length)
      return text.slice(0, at) + String.fromCharCode(below(0x3000)) + text.slice(at + below(4))
    }
    default:
      return JSON.stringify(change(pick(RIGHT, below), below))
  }
}

/** The same message with one of its values made another, somewhere. */
function change(value: unknown, below: (most: number) => number): unknown {
  if (typeof value !== 'object' || value === null || below(4) === 0) return pick(VALUES, below)
  const entries = Object.entries(value)
  const at = below(entries.length)
  const changed = entries.map(([key, inner], index) => [key, index === at ? change(inner, below) : inner])
  if (Array.isArray(value)) return changed.map(([, inner]) => inner)
  return Object.fromEntries(below(5) === 0 ? changed.slice(1) : changed)
}

function pick<T>(list: readonly T[], below: (most: number) => number): T {
  return list[below(list.length)] as T
}
