/**
 * What crosses between page and bench: the only description of it, imported by both sides.
 *
 * Control travels as JSON in text frames; terminal bytes and captured frames travel as binary frames, unchanged. What a bench
 * has to tell are the events of events.ts.
 */
import { type ControlEvent, FATES, type FrameEvent, type OutputEvent, type RunLanguage, type Size } from './events.ts'
import type { Language } from './lab.ts'
import type { Limits } from './limits.ts'
import type { Trouble } from './troubles.ts'

/** The version of this file. A page and a server that differ say so instead of guessing. */
export const PROTOCOL = 4

/** Where the WebSocket is. */
export const BENCH_PATH = '/_bench'

/** Where a page gives the key of the printed link, by POST as `{ key }`, and gets `Entered` and a cookie. */
export const ENTER_PATH = '/enter'

/** The header in which a request carries what `Entered` gave, to be told what only the invited are. */
export const PASS_HEADER = 'x-both-ends-pass'

/** What the right key is answered with. A cookie goes to every port of a machine; this goes where the page sends it. */
export interface Entered {
  readonly pass: string
}

/** The largest frame a page may send, in bytes: a run of three programs, each edited to its limit, and then some. */
export const MAX_FRAME = 256 * 1024

/** The most bytes of input one frame carries; longer pastes are cut into several. */
export const MAX_INPUT = 16 * 1024

/** The most bytes of input that may wait for one program; what comes on top is refused. */
export const MAX_WAITING_INPUT = 256 * 1024

/** Unacknowledged output at which a program is held, and at which it is let go on, in bytes. */
export const FLOW = { high: 256 * 1024, low: 64 * 1024 } as const

/** How often the server says that it is alive, and how long a page waits before it believes the opposite, in ms. */
export const BEAT = { every: 4000, missing: 10_000 } as const

/** The largest terminal a page may ask for, in cells. */
export const MAX_CELLS = { columns: 500, rows: 200 } as const

/** Before a host's name: the shell on it, which is run like a program. */
export const SHELL = 'shell@'

/** One program, shell or view to be run, by its name. */
export interface RunRequest extends Size {
  readonly program: string
  readonly language: RunLanguage
  /** The program's text, run in place of its file in the catalog, which stays as it is. Without it, the file is run. */
  readonly source?: string
}

/** What a page says, in text frames. Keyboard input goes as binary: see `encodeInput`. */
export type ToBench =
  /**
   * Must be first. `pass` is what `ENTER_PATH` gave; without it nothing is opened. `resume` asks for a bench that is
   * still there, and for all events after number `after`.
   */
  | { type: 'open'; protocol: number; lab: string; pass?: string; resume?: { bench: string; after: number } }
  /** Start these programs in the lab's order, each when the one before is ready. */
  | { type: 'run'; programs: RunRequest[] }
  | { type: 'stop'; programs: string[] }
  | ({ type: 'resize'; program: string } & Size)
  /** From now on, frames at the wire of this number meet these faults; `faults` is a `FaultsDefinition`. */
  | { type: 'faults'; wire: number; faults: Record<string, unknown> }
  | { type: 'seed'; seed: number }
  /** From now on, also in its next runs, a program is held before each call that would be told; or no longer. */
  | { type: 'hold'; program: string; on: boolean }
  /** The call that is held now may be made. The next is held again. */
  | { type: 'release'; program: string }
  /** All output of the program before this offset has been parsed by the terminal. */
  | { type: 'ack'; program: string; offset: number }
  /** The page is being left. The bench ends soon unless somebody returns to it. */
  | { type: 'leave' }

/** Keyboard input for one run of a program. `seq` counts the frames for that program from 1 and is never used twice. */
export interface Input {
  readonly type: 'input'
  readonly run: number
  readonly seq: number
  readonly bytes: Uint8Array
}

/** Which languages can be run here: the interpreter's version, or null where there is none. */
export type Interpreters = Readonly<Record<Language, string | null>>

/** What a bench's programs run on: a network of its own, the plain machine, or nothing at all. */
export const RUNGS = ['own', 'plain', 'none'] as const
export type Rung = (typeof RUNGS)[number]

/** Why a rung cannot be had on a machine; pages and the console word each one. */
export const OBSTACLES = [
  /** Not tried: another rung was asked for. */
  'asked',
  'windows',
  'macos',
  /** Neither Linux nor one of these. */
  'other-system',
  'no-python',
  'old-python',
  'no-unshare',
  'no-ip',
  /** Ubuntu's setting that leaves a namespace without rights. */
  'apparmor',
  /** The kernel, or whoever runs the container, refuses namespaces. */
  'forbidden',
  /** The user that benches run as cannot read what programs need. */
  'unreadable',
  /** It was tried and did not work, for a reason that none of these names. */
  'failed',
] as const
export type ObstacleKind = (typeof OBSTACLES)[number]

/** What stands between a machine and a rung. `detail` is what the system said, empty where it said nothing. */
export interface Obstacle {
  readonly rung: Exclude<Rung, 'none'>
  readonly kind: ObstacleKind
  readonly detail: string
}

/** Why a bench ended. */
export const ENDINGS = ['left', 'vanished', 'taken-over', 'idle', 'too-old', 'network-lost', 'server-stopping'] as const
export type Ending = (typeof ENDINGS)[number]

/** What a bench says, in text frames. Output goes as binary: see `encodeOutput`. */
export type FromBench =
  | {
      type: 'opened'
      protocol: number
      bench: string
      /** False when the bench asked for was gone and this one is new. */
      resumed: boolean
      /** The number of the last event when the page was let in; what comes up to it is told again, not new. */
      last: number
      /** For each program that ever had input: the number of its last input that reached it or was refused. */
      taken: Readonly<Record<string, number>>
      /** The course's folder on the machine that runs the programs, for commands to copy. */
      folder: string
      interpreters: Interpreters
      network: Rung
    }
  /** In the order of their numbers. */
  | { type: 'events'; events: ControlEvent[] }
  /** All input for this program up to this number has reached it or was refused. */
  | { type: 'taken'; program: string; seq: number }
  | { type: 'trouble'; trouble: Trouble }
  | { type: 'beat' }
  | { type: 'closed'; ending: Ending }

/** What `GET /health` answers. */
export interface Health {
  readonly protocol: number
  readonly version: string
  readonly interpreters: Interpreters
  readonly network: Rung
  /** For each rung above `network`, why it cannot be had. */
  readonly obstacles: readonly Obstacle[]
  readonly system: System
  /** Told to the invited alone: whose cookie and `PASS_HEADER` are right. */
  readonly inside?: Inside
}

/** What there is at the server, and how much there may be. */
export interface Inside {
  readonly benches: number
  /** The benches of the reader who asks. */
  readonly yours: number
  readonly connections: number
  readonly limits: Limits
}

/** The machine that runs programs, as Node names it; and where the interpreters are. */
export interface System {
  readonly platform: string
  readonly release: string
  readonly python: string | null
  readonly node: string | null
}

const OUTPUT = 1
const INPUT = 2
const FRAMES = 3
const OUTPUT_HEADER = 32
const FRAME_HEADER = 36
const LOOPBACK = 255
const INPUT_HEADER = 12

/**
 * A binary frame of terminal output: one byte of kind, three of padding, the run (u32), then `n`, `t` and the offset
 * (f64 each, exact up to 2^53), big-endian, then the bytes. The program is known by its run.
 */
export function encodeOutput(event: OutputEvent): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(OUTPUT_HEADER + event.bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint8(0, OUTPUT)
  view.setUint32(4, event.run)
  view.setFloat64(8, event.n)
  view.setFloat64(16, event.t)
  view.setFloat64(24, event.offset)
  frame.set(event.bytes, OUTPUT_HEADER)
  return frame
}

/** Reads what `encodeOutput` wrote; `programOf` names the program of a run. Null for anything else. */
export function decodeOutput(frame: Uint8Array, programOf: (run: number) => string | undefined): OutputEvent | null {
  if (frame.length < OUTPUT_HEADER || frame[0] !== OUTPUT) return null
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const run = view.getUint32(4)
  const program = programOf(run)
  if (program === undefined) return null
  return {
    kind: 'output',
    program,
    run,
    n: view.getFloat64(8),
    t: view.getFloat64(16),
    offset: view.getFloat64(24),
    bytes: frame.subarray(OUTPUT_HEADER),
  }
}

/**
 * A binary message of frames: one byte of kind, three of padding, then for each frame the length of what is kept (u32),
 * `n`, `t` and when it was handed on (f64 each, NaN for never), its whole length (u32), its wire (255 for loopback),
 * where it came from, its fate (u8 each), one byte of padding, and the bytes. Big-endian.
 */
export function encodeFrames(events: readonly FrameEvent[]): Uint8Array<ArrayBuffer> {
  const size = events.reduce((sum, { bytes }) => sum + FRAME_HEADER + bytes.length, 4)
  const message = new Uint8Array(size)
  const view = new DataView(message.buffer)
  view.setUint8(0, FRAMES)
  let at = 4
  for (const { n, t, handedOn, length, wire, from, fate, bytes } of events) {
    view.setUint32(at, bytes.length)
    view.setFloat64(at + 4, n)
    view.setFloat64(at + 12, t)
    view.setFloat64(at + 20, handedOn ?? Number.NaN)
    view.setUint32(at + 28, length)
    view.setUint8(at + 32, wire ?? LOOPBACK)
    view.setUint8(at + 33, from)
    view.setUint8(at + 34, FATES.indexOf(fate))
    message.set(bytes, at + FRAME_HEADER)
    at += FRAME_HEADER + bytes.length
  }
  return message
}

/** Reads what `encodeFrames` wrote. Null for anything else. */
export function decodeFrames(message: Uint8Array): FrameEvent[] | null {
  if (message.length < 4 || message[0] !== FRAMES) return null
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const events: FrameEvent[] = []
  let at = 4
  while (at + FRAME_HEADER <= message.length) {
    const kept = view.getUint32(at)
    const fate = FATES[view.getUint8(at + 34)]
    const end = at + FRAME_HEADER + kept
    if (fate === undefined || end > message.length) return null
    const handedOn = view.getFloat64(at + 20)
    const wire = view.getUint8(at + 32)
    events.push({
      kind: 'frame',
      n: view.getFloat64(at + 4),
      t: view.getFloat64(at + 12),
      handedOn: Number.isNaN(handedOn) ? null : handedOn,
      length: view.getUint32(at + 28),
      wire: wire === LOOPBACK ? null : wire,
      from: view.getUint8(at + 33),
      fate,
      bytes: message.subarray(at + FRAME_HEADER, end),
    })
    at = end
  }
  return at === message.length ? events : null
}

/** A binary frame of input: one byte of kind, three of padding, run and seq (u32 each), big-endian, then the bytes. */
export function encodeInput(run: number, seq: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(INPUT_HEADER + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint8(0, INPUT)
  view.setUint32(4, run)
  view.setUint32(8, seq)
  frame.set(bytes, INPUT_HEADER)
  return frame
}

/** Reads what `encodeInput` wrote. Null for anything else. */
export function decodeInput(frame: Uint8Array): Input | null {
  if (frame.length < INPUT_HEADER || frame[0] !== INPUT) return null
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  return { type: 'input', run: view.getUint32(4), seq: view.getUint32(8), bytes: frame.subarray(INPUT_HEADER) }
}
