/**
 * What can happen at a bench. Everything it has to tell is an event with two marks: `n`, the order in which the bench wrote
 * it down, and `t`, nanoseconds since the bench was opened on the machine's monotonic clock, taken when it happened.
 */
import type { Faults } from './faults.ts'
import type { Language } from './lab.ts'
import type { Trouble } from './troubles.ts'

/** The size of a terminal, in cells. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What a run is written in; a host's shell, and a view of the machine, is neither of the two. */
export type RunLanguage = Language | 'sh'

/**
 * What a run was of, when it was not the file of the catalog. `text` is null when it has been let go since: only the
 * latest texts are kept.
 */
export interface Edited {
  readonly text: string | null
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
