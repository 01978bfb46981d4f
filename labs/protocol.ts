/**
 * What crosses between page and bench: the only description of it, imported by both sides.
 *
 * Control travels as JSON in text frames; terminal bytes travel as binary frames, unchanged. Everything a bench has
 * to tell is an event with two marks: `n`, the order in which the bench wrote it down, and `t`, nanoseconds since the
 * bench was opened on the machine's monotonic clock, taken when it happened.
 */
import type { Faults } from './faults.ts'
import { LANGUAGES, type Language } from './lab.ts'
import type { Limits } from './limits.ts'

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

/** The size of a terminal, in cells. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What a run is written in; a host's shell, and a view of the machine, is neither of the two. */
export type RunLanguage = Language | 'sh'

/** Before a host's name: the shell on it, which is run like a program. */
export const SHELL = 'shell@'

/** One program, shell or view to be run, by its name. */
export interface RunRequest extends Size {
  readonly program: string
  readonly language: RunLanguage
  /** The program's text, run in place of its file in the catalog, which stays as it is. Without it, the file is run. */
  readonly source?: string
}

/**
 * What a run was of, when it was not the file of the catalog. `text` is null when it has been let go since: only the
 * latest texts are kept.
 */
export interface Edited {
  readonly text: string | null
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

/** A socket by which a program became ready. */
export interface ReadySocket extends Endpoint {
  readonly protocol: 'tcp' | 'udp'
}

/** An address and a port, as the kernel tells them. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** What observes a bench. */
export const INSTRUMENTS = ['packets', 'sockets', 'calls'] as const
export type Instrument = (typeof INSTRUMENTS)[number]

/** What can become of a frame; a fate travels as its place in this list. */
export const FATES = [
  'delivered',
  /** Taken by the fault `loss`. */
  'lost',
  /** Taken by a cut wire. */
  'cut',
  /** Delivered once more, by the fault `duplicate`; the frame itself has a fate of its own. */
  'copy',
  /** Delivered after it was held back by the fault `reorder`. */
  'late',
  /** There was no room: in the queue of a wire with a rate, or too many were under way. */
  'overflow',
  /** Longer than the wire's MTU. */
  'too-long',
  /** The other end's link did not take it: it is down or gone. */
  'not-taken',
] as const
export type Fate = (typeof FATES)[number]

/** What a socket call does, whatever a language calls it. */
export const DEEDS = [
  'socket',
  'bind',
  'listen',
  'connect',
  'accept',
  'send',
  'receive',
  'shutdown',
  'close',
  'option',
  'other',
] as const
export type Deed = (typeof DEEDS)[number]

/** A socket as the program's own runtime knows it. */
export interface ProgramSocket {
  /** Counts the sockets of one run from 1, in the order in which the program got them. */
  readonly id: number
  readonly protocol: 'tcp' | 'udp' | null
  /** Its descriptor; null where the runtime does not tell. */
  readonly descriptor: number | null
  /** Null while the kernel has given it none. */
  readonly local: Endpoint | null
  readonly remote: Endpoint | null
}

/** What is common to all that a run of a program tells of its calls. `line` is of the program's own file, from 1. */
interface Told {
  readonly program: string
  readonly run: number
  readonly socket: ProgramSocket | null
  readonly line: number | null
  /**
   * Of a TCP socket: how many bytes were handed over to it before, or, for what receives, how many were received. So
   * ranges of the stream are known also after a gap. Null where there is no stream, or nobody can know.
   */
  readonly offset?: number | null
}

/** What a call or an event gave the program. */
export interface Outcome {
  /** As the language prints it, shortened: `4`, `('127.0.0.1', 40112)`. Null where there is nothing to tell. */
  readonly value: string | null
  /** The error's name, `ECONNREFUSED`; or the exception's where it has none, `TimeoutError`. Null when all went well. */
  readonly error: string | null
  /** Bytes that were handed over or received; 0 from a stream that has ended. Null where there are none to count. */
  readonly bytes: number | null
  /** The partner of one datagram. */
  readonly peer: Endpoint | null
  /** The socket that `accept`, or its event, gave. */
  readonly accepted: ProgramSocket | null
}

/** One row of the kernel's table, or one descriptor that is in no table yet. */
export interface SocketRow {
  /** The same as long as the socket is there. */
  readonly id: string
  readonly protocol: 'tcp' | 'udp'
  /**
   * As Linux names it (`include/net/tcp_states.h`): `LISTEN`, `SYN-SENT` …; `CLOSED` for a TCP socket that does nothing
   * yet. UDP: `UNCONN`, or `ESTABLISHED` when it is connected.
   */
  readonly state: string
  /** Null while it has no port. */
  readonly local: Endpoint | null
  /** Null when it has no partner. */
  readonly remote: Endpoint | null
  /** Bytes that wait to be read; of a listening socket: connections that wait to be accepted. */
  readonly receiveQueue: number
  /** Bytes not yet acknowledged; of a listening socket: how many connections may wait, 0 where it is not told (plain). */
  readonly sendQueue: number
  /** Who holds it; null: no program yet, or no program any more. */
  readonly owner: { readonly program: string; readonly run: number; readonly descriptor: number } | null
}

/** What instruments tell. Each has its own time: when it happened, not when it became known. */
export type Observation =
  /** A program is about to call. `call` counts the calls of this run from 1; `name` is as the program writes it. */
  | ({ kind: 'call'; call: number; name: string; deed: Deed; args: string; bytes: number | null } & Told)
  /**
   * A program is held before a call; it is told as `call` when it is made. `args` is null where it is an event of Node's,
   * before its handlers are called: `name` is `'data'` then, in its quotation marks, and the event loop stands still.
   */
  | ({ kind: 'held'; name: string; deed: Deed; args: string | null } & Told)
  /** The call of this number has come back. `socket` is as it is now. */
  | ({ kind: 'return'; call: number } & Told & Outcome)
  /** Node: the program asked to be told of this event of the socket; until then a line waits, or a handler is armed. */
  | ({ kind: 'armed'; event: string; awaited: boolean } & Told)
  /** Node: an event that the program asked for. `deed` is what a call would have done, for example `accept`. */
  | ({ kind: 'heard'; event: string; deed: Deed } & Told & Outcome)
  /** The kernel's word on what a run waits in now: a system call's name; null while it does not wait. */
  | { kind: 'waits'; program: string; run: number; syscall: string | null }
  /**
   * The kernel's table of one host has changed: rows that are new or other than before, and ids that are gone. With
   * `whole`, which a page is told that knows nothing of what was before, the rows are the table, and all others are gone.
   */
  | { kind: 'sockets'; host: string; rows: readonly SocketRow[]; gone: readonly string[]; whole?: true }
  /**
   * Counters of a host's kernel that are no longer what they were, counted from the opening of the bench: named as
   * `nstat` does (`TcpRetransSegs`); `lo.frames` and `lo.bytes` (of IP, without the link's
   * header) of its loopback; of a wire, by the host that sends,
   * `wire0.frames`, `wire0.bytes` and how many met which fate, `wire0.lost`.
   */
  | { kind: 'counters'; host: string; counters: Readonly<Record<string, number>> }
  /** This many were not told: the kernel had no room, nobody read in time, or the bench could not keep them. */
  | { kind: 'missing'; what: Instrument; count: number; since: number; until: number; why: Missed }
  /** Everything this instrument saw before `upTo` has been told. */
  | { kind: 'upto'; instrument: Instrument; upTo: number }
  /** The instrument does not work at this bench, or no longer does. */
  | { kind: 'blind'; instrument: Instrument; detail: string }
  /** The last program has ended, and every instrument has told all that belongs to it. */
  | { kind: 'settled' }

/** The kinds of observations, and of frames, which are observed too. */
const OBSERVED = [
  'call',
  'held',
  'return',
  'armed',
  'heard',
  'waits',
  'sockets',
  'counters',
  'missing',
  'upto',
  'blind',
  'settled',
  'frame',
] as const satisfies readonly (Observation['kind'] | 'frame')[]

/** Whether an event was told by an instrument. All others are the bench's own word. */
export function isObserved(event: BenchEvent): event is (Marks & Observation) | FrameEvent
export function isObserved(happening: Happening): happening is Observation
export function isObserved(event: { readonly kind: string }): boolean {
  return (OBSERVED as readonly string[]).includes(event.kind)
}

/** Why something is missing. */
export const MISSED = ['not-seen', 'not-read', 'let-go'] as const
export type Missed = (typeof MISSED)[number]

/** What can happen at a bench. A `run` is one start of one program, counted from 1 over the whole bench. */
export type Happening =
  | Observation
  /**
   * `token` is what a program of the lab finds as `TOKEN`: made afresh when a run begins, the same for all its programs.
   * `edited` is there when the program's text is not the catalog's.
   */
  | ({
      kind: 'starting'
      program: string
      run: number
      language: RunLanguage
      token?: string
      edited?: Edited
    } & Size)
  /** The process exists. `command` is what a shell would be given: the interpreter's name and the file's. */
  | { kind: 'started'; program: string; run: number; pid: number; command: readonly string[] }
  /** The program holds a socket that others can reach; `null` where the system does not tell, after its first words. */
  | { kind: 'ready'; program: string; run: number; socket: ReadySocket | null }
  | { kind: 'stopping'; program: string; run: number }
  /** The program itself has ended and all it printed has been told before this event. One of both is null. */
  | { kind: 'exited'; program: string; run: number; code: number | null; signal: string | null; stopped: boolean }
  /** The program could not be started. */
  | { kind: 'failed'; program: string; run: number; trouble: Trouble }
  /** A running program could not be served, or a request could not be carried out; nothing has ended. */
  | { kind: 'notice'; program: string; run: number; trouble: Trouble }
  /** A reader has changed what the wire of this number does to frames from this host, or from both ends. */
  | { kind: 'faults'; wire: number; from: string | null; faults: Faults }
  | { kind: 'seed'; seed: number }
  /** A reader wants a program to be held before each of its calls, or no longer. */
  | { kind: 'hold'; program: string; on: boolean }
  /** The call of this run that was held goes on: a reader let it, or it was interrupted. */
  | { kind: 'released'; program: string; run: number }
  /** Output of the program from this offset up to that was let go and cannot be told again. */
  | { kind: 'gap'; program: string; from: number; to: number }

/** The two marks of every event. */
export interface Marks {
  readonly n: number
  readonly t: number
}

/** An event that travels as text. */
export type ControlEvent = Marks & Happening

/** Terminal output, which travels as a binary frame. `offset` counts the program's bytes over all its runs. */
export interface OutputEvent extends Marks {
  readonly kind: 'output'
  readonly program: string
  readonly run: number
  readonly offset: number
  readonly bytes: Uint8Array
}

/** One frame as it was on the wire; it travels, with others, as a binary frame. `t` is when the kernel had it. */
export interface FrameEvent extends Marks {
  readonly kind: 'frame'
  /** The number of its wire in the lab; null on a host's own loopback. */
  readonly wire: number | null
  /** Which end of the wire sent it, 0 or 1; on loopback the place of the host in the lab's list. */
  readonly from: number
  readonly fate: Fate
  /** When it was given to the other host; null when it was not. */
  readonly handedOn: number | null
  /** Its whole length in bytes, however much is kept. */
  readonly length: number
  readonly bytes: Uint8Array
}

export type BenchEvent = ControlEvent | OutputEvent | FrameEvent

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

/** Everything that can go wrong for a reader, by name, with the values its sentence needs. */
export type Trouble =
  /** The page was not opened by the link of this start of the server. */
  | { kind: 'not-invited' }
  | { kind: 'unknown-lab'; lab: string }
  /** The lab's own definition is wrong: an author's mistake, told as it is. */
  | { kind: 'broken-lab'; lab: string; detail: string }
  | { kind: 'unknown-program'; program: string }
  | { kind: 'unknown-message'; detail: string }
  | { kind: 'other-version'; server: number; page: number }
  | { kind: 'not-opened' }
  | { kind: 'already-opened' }
  | { kind: 'opened-too-late'; seconds: number }
  | { kind: 'too-many-connections'; limit: number }
  | { kind: 'too-many-messages'; limit: number }
  | { kind: 'message-too-large'; limit: number }
  | { kind: 'too-many-benches'; limit: number }
  /** As many benches as one reader may have. */
  | { kind: 'too-many-of-yours'; limit: number }
  /** The server was started so that it runs no programs. */
  | { kind: 'nothing-runs' }
  | { kind: 'no-network'; detail: string }
  | { kind: 'already-running'; program: string }
  | { kind: 'not-running'; program: string }
  | { kind: 'no-interpreter'; language: Language }
  | { kind: 'file-missing'; file: string }
  /** A program's edited text is longer than it may be, counted in bytes of UTF-8. */
  | { kind: 'source-too-large'; program: string; bytes: number; limit: number }
  /** A line of a program's edited text has half of a surrogate pair, which is no character and cannot be written. */
  | { kind: 'source-not-text'; program: string; line: number }
  | { kind: 'cannot-start'; program: string; detail: string }
  | { kind: 'never-ready'; program: string; seconds: number }
  | { kind: 'ended-before-ready'; program: string }
  | { kind: 'input-full'; program: string; bytes: number }
  /** A run lasted longer than it may, and is stopped. */
  | { kind: 'too-long'; program: string; seconds: number }
  /** A run printed more than a run may, and is stopped. */
  | { kind: 'too-much-output'; program: string; megabytes: number }
  /** Its calls are not told here, so it cannot be held before them. */
  | { kind: 'cannot-hold'; program: string }
  /** The port a program wanted is held by a program of another bench, whose page is open. */
  | { kind: 'port-held'; program: string; port: number; lab: string; holder: string }
  /** It was held by a bench whose page is gone, which has been ended. */
  | { kind: 'port-freed'; program: string; port: number; lab: string; holder: string }
  /** It is held by a process that is no bench's. */
  | { kind: 'port-taken'; program: string; port: number; holder: string }

/** The closed list of troubles; the interface strings must word each one. */
export const TROUBLES = [
  'not-invited',
  'unknown-lab',
  'broken-lab',
  'unknown-program',
  'unknown-message',
  'other-version',
  'not-opened',
  'already-opened',
  'opened-too-late',
  'too-many-connections',
  'too-many-messages',
  'message-too-large',
  'too-many-benches',
  'too-many-of-yours',
  'nothing-runs',
  'no-network',
  'already-running',
  'not-running',
  'no-interpreter',
  'file-missing',
  'source-too-large',
  'source-not-text',
  'cannot-start',
  'never-ready',
  'ended-before-ready',
  'input-full',
  'too-long',
  'too-much-output',
  'cannot-hold',
  'port-held',
  'port-freed',
  'port-taken',
] as const satisfies readonly Trouble['kind'][]

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

/** What the door says of a frame it cannot read. */
export class Unreadable extends Error {}

/**
 * Reads one frame of a page. Nothing behind this checks again.
 * @throws {Unreadable} naming the field that is wrong; an unknown message is an error, never silence.
 */
export function readToBench(frame: string | Uint8Array): ToBench | Input {
  return typeof frame === 'string' ? readControl(frame) : readInput(frame)
}

function readInput(frame: Uint8Array): Input {
  if (frame.length < INPUT_HEADER || frame[0] !== INPUT) throw new Unreadable('a binary frame that is not input')
  if (frame.length - INPUT_HEADER > MAX_INPUT) throw new Unreadable(`more than ${MAX_INPUT} bytes of input in a frame`)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  return { type: 'input', run: view.getUint32(4), seq: view.getUint32(8), bytes: frame.subarray(INPUT_HEADER) }
}

function readControl(text: string): ToBench {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw new Unreadable('a text frame that is not JSON')
  }
  const message = record(raw, 'message')
  switch (message.type) {
    case 'open': {
      const resume = message.resume === undefined ? undefined : record(message.resume, 'resume')
      return {
        type: 'open',
        protocol: whole(message.protocol, 'protocol'),
        lab: name(message.lab, 'lab'),
        ...(message.pass !== undefined && { pass: name(message.pass, 'pass') }),
        ...(resume && {
          resume: { bench: name(resume.bench, 'resume.bench'), after: whole(resume.after, 'resume.after') },
        }),
      }
    }
    case 'run':
      return {
        type: 'run',
        programs: list(message.programs, 'programs').map((item) => {
          const request = record(item, 'programs[]')
          return readRequest(request)
        }),
      }
    case 'stop':
      return { type: 'stop', programs: list(message.programs, 'programs').map((item) => name(item, 'programs[]')) }
    case 'resize':
      return { type: 'resize', program: name(message.program, 'program'), ...size(message) }
    case 'faults':
      return { type: 'faults', wire: whole(message.wire, 'wire'), faults: record(message.faults, 'faults') }
    case 'seed':
      return { type: 'seed', seed: whole(message.seed, 'seed') }
    case 'hold':
      return { type: 'hold', program: name(message.program, 'program'), on: whether(message.on, 'on') }
    case 'release':
      return { type: 'release', program: name(message.program, 'program') }
    case 'ack':
      return { type: 'ack', program: name(message.program, 'program'), offset: whole(message.offset, 'offset') }
    case 'leave':
      return { type: 'leave' }
    default:
      throw new Unreadable(`\`type\` is ${brief(message.type)}`)
  }
}

function readRequest(request: Record<string, unknown>): RunRequest {
  const { source } = request
  const read = { program: name(request.program, 'program'), language: language(request.language), ...size(request) }
  if (source === undefined) return read
  if (typeof source !== 'string') throw new Unreadable('`source` must be a text')
  if (read.language === 'sh') throw new Unreadable('`source` is for programs, not for what is run as `sh`')
  return { ...read, source }
}

/** A value in a few characters. What is nested is not looked into: it may be deeper than a stack. */
function brief(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return String(JSON.stringify(value)).slice(0, 40)
}

function language(value: unknown): RunLanguage {
  if (value === 'sh' || LANGUAGES.includes(value as Language)) return value as RunLanguage
  throw new Unreadable('`language` must be ts, py or sh')
}

function size(value: Record<string, unknown>): Size {
  const clamp = (cells: number, most: number) => Math.min(Math.max(cells, 1), most)
  return {
    columns: clamp(whole(value.columns, 'columns'), MAX_CELLS.columns),
    rows: clamp(whole(value.rows, 'rows'), MAX_CELLS.rows),
  }
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Unreadable(`\`${field}\` must be an object`)
  }
  return value as Record<string, unknown>
}

function list(value: unknown, field: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 16) {
    throw new Unreadable(`\`${field}\` must be a list of 1 to 16 items`)
  }
  return value
}

function name(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 80) {
    throw new Unreadable(`\`${field}\` must be a text of 1 to 80 characters`)
  }
  return value
}

function whether(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw new Unreadable(`\`${field}\` must be true or false`)
  return value
}

function whole(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Unreadable(`\`${field}\` must be a whole number from 0`)
  }
  return value
}
