/**
 * What happened in one run of a lab, told in order and joined together: the line, the call, the packet, the socket.
 * Everything the page draws and a task asks is read from here. Only descriptions; `tell.ts` makes it.
 */

import type { Deed, Edited, Endpoint, Fate, Instrument, Missed, ProgramSocket, SocketRow } from '../events.ts'
import type { Language } from '../lab.ts'
import type { Decoded } from '../wire/decoded.ts'
import type { FaultChange, WiresNow } from './wires.ts'

/** One run of one program inside a run of the lab. */
export interface Act {
  readonly program: string
  readonly run: number
  readonly language: Language
  /** Present when it was not the file of the catalog that ran, but a text of the reader's. */
  readonly edited?: Edited
  readonly host: string
  readonly started: number
  /** Null while it runs. */
  readonly ended: number | null
  readonly exit: Exit | null
}

/** How a program ended. One of code and signal is null. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
  /** Somebody had asked for it by Stop. */
  readonly stopped?: boolean
}

/** A call of a program, or an event it was told of, which is the other half of a call that Node made for it. */
export interface Call {
  readonly program: string
  readonly run: number
  /** As the language writes it: `recvfrom`, `'message'`. */
  readonly name: string
  /** Whether it is an event. */
  readonly event: boolean
  readonly deed: Deed
  readonly line: number | null
  readonly args: string
  /** As it was when the call came back. */
  readonly socket: ProgramSocket | null
  /** For an event that a line awaits: when the line began to wait. */
  readonly began: number
  /** Null while it waits; the same as `began` for an event that no line awaited. */
  readonly ended: number | null
  readonly value: string | null
  readonly error: string | null
  readonly bytes: number | null
  readonly peer: Endpoint | null
  readonly accepted: ProgramSocket | null
  /** Bytes of the stream it handed over or received, counted from 0; null where there is no stream. */
  readonly range: { readonly from: number; readonly to: number } | null
  /** The numbers of packets it caused, or that brought what it returned. */
  readonly packets: readonly number[]
  /** Why it caused no packet, where a reader might expect one. */
  readonly silent: Silence | null
}

/** Why a call caused no packet. */
export const SILENCES = [
  /** It speaks to the own kernel alone: socket, bind, listen, accept, receive. */
  'kernel-only',
  /** What it handed over travels with another call's bytes. */
  'travels-with',
  /** It waits in the kernel's buffer. */
  'buffered',
  /** The kernel refused it. */
  'refused',
  /** Frames are missing here. */
  'unknown',
] as const
export type Silence = (typeof SILENCES)[number]

/** What deserves a word about a packet besides its flags. */
export const REMARKS = [
  'retransmission',
  /** The receiver had it already. */
  'duplicate',
  /** It arrived before bytes that come before it. */
  'out-of-order',
  'zero-window',
  'window-update',
  'window-probe',
  'keep-alive',
  'duplicate-ack',
  'reset',
  /** A datagram or segment for a port where nobody listens is answered by this. */
  'port-unreachable',
  'fragment',
  /** The checksum was never computed: it is so on loopback. */
  'no-checksum',
] as const
export type Remark = (typeof REMARKS)[number]

/** Why there is a packet that no call caused. */
export const KERNEL_DEEDS = [
  'synack',
  'ack',
  'reset',
  'retransmission',
  'probe',
  'icmp',
  'arp',
  /** The program has ended and its kernel closes what it left open. */
  'closes-for-program',
  /** No line of the program but what runs it: Node closes its end by itself when the other end has closed. */
  'runtime',
  /** Not to be told: frames or calls are missing, or the program is not traced. */
  'unknown',
] as const
export type KernelDeed = (typeof KERNEL_DEEDS)[number]

export interface Packet {
  /** Counts the frames of this run from 1. */
  readonly number: number
  /** When the kernel had it from the sender. */
  readonly t: number
  /** When the other host had it; null when it never did. */
  readonly arrived: number | null
  readonly fate: Fate
  /** Null on loopback. */
  readonly wire: number | null
  /** Hosts; the same on loopback. */
  readonly from: string
  readonly to: string
  /** Whose socket sent it and whose it was for, where that is known; on loopback it tells the two ends apart. */
  readonly sender: string | null
  readonly receiver: string | null
  readonly length: number
  readonly bytes: Uint8Array
  readonly decoded: Decoded
  /** The number of its conversation in `Story.conversations`; null for what belongs to none. */
  readonly conversation: number | null
  /** Relative to the first of their direction; null where that was not seen, or it is not TCP. */
  readonly sequence: number | null
  readonly acknowledgment: number | null
  /** The bytes of the stream it carries, counted from 0 as in `Call.range`. */
  readonly range: { readonly from: number; readonly to: number } | null
  readonly remarks: readonly Remark[]
  /** For a retransmission the packet that carried this first; for a copy the frame; for an ICMP error what it is about. */
  readonly about: number | null
  /** The call that caused it (its place in `Story.calls`), or what the kernel did by itself. */
  readonly cause: { readonly call: number } | { readonly kernel: KernelDeed }
  /** The calls that received what it brought (places in `Story.calls`). */
  readonly receivedBy: readonly number[]
}

/** One conversation: a TCP connection, or the datagrams between two UDP sockets. */
export interface Conversation {
  readonly protocol: 'tcp' | 'udp'
  /** The end that sent first, and the other. */
  readonly ends: readonly [Endpoint, Endpoint]
  /** The packets of it, by number. */
  readonly packets: readonly number[]
  /** Neither end belongs to a program of the lab. */
  readonly background: boolean
}

/** RFC 9293, section 3.3.2. */
export const TCP_STATES = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
] as const
export type TcpState = (typeof TCP_STATES)[number]

/** The state of one end of a connection, or of a listening socket, changes at a step. */
export interface StateChange {
  readonly host: string
  /** Whose program's end it is; null when no program's. */
  readonly program: string | null
  readonly socket: string
  readonly from: TcpState
  readonly to: TcpState
  /** It was too short to be seen in the table, and follows from packets and calls. */
  readonly derived: boolean
}

/** A row of the sockets panel at one moment. */
export interface SocketView extends Omit<SocketRow, 'owner'> {
  readonly host: string
  /** As in the kernel's row; its descriptor is null where nobody tells it. */
  readonly owner: { readonly program: string; readonly run: number; readonly descriptor: number | null } | null
  /** Whose it is, also after its program let it go: the program that last held it, or that will accept it. */
  readonly program: string | null
  /** What it was at the step before, for the fields that are other now; null for a row that is new. */
  readonly before: Partial<Omit<SocketView, 'before'>> | null
  /** It is gone after this step. */
  readonly gone: boolean
  readonly derived: boolean
}

/** One moment of the time line. */
export type Step = {
  /** Its place, from 1. */
  readonly at: number
  readonly t: number
  /** Whose act it is: a program's, or (null) a kernel's or the reader's. */
  readonly program: string | null
  readonly host: string | null
  readonly line: number | null
  readonly states: readonly StateChange[]
  /** Steps that belong to it: its call's packets, its packet's calls, the first sending of a retransmission. */
  readonly related: readonly number[]
  /** Ids of the socket rows that it concerns. */
  readonly sockets: readonly string[]
} & (
  | { readonly kind: 'starts'; readonly act: number }
  | { readonly kind: 'ends'; readonly act: number }
  /** A call that came back at once, or an event. */
  | { readonly kind: 'calls'; readonly call: number }
  /** A call begins that does not come back at once, or in Node an event is waited for. */
  | { readonly kind: 'waits'; readonly call: number }
  | { readonly kind: 'returns'; readonly call: number }
  | { readonly kind: 'packet'; readonly packet: number }
  /** A program is held before a call, or before it is told of an event; `name` is as in `Call`. */
  | { readonly kind: 'holds'; readonly run: number; readonly name: string; readonly event: boolean }
  /** A wire's faults were changed by hand; `changes` is empty where they were set to what they were. */
  | { readonly kind: 'faults'; readonly wire: number; readonly changes: readonly FaultChange[] }
  /** The chances of all wires begin anew. */
  | { readonly kind: 'seed'; readonly seed: number; readonly before: number }
  | { readonly kind: 'gap'; readonly what: Instrument; readonly count: number; readonly why: Missed }
)

/** What a program does at a moment. */
export interface Doing {
  readonly state: 'not-started' | 'runs' | 'waits' | 'held' | 'ended'
  /** The call or the event it waits for: `accept`, `'connection'`. */
  readonly call: number | null
  /** The line that waits, or is held. */
  readonly line: number | null
  /** The step at which it was held, where it is. */
  readonly held?: number
  /** Node: lines of handlers that are armed. */
  readonly armed: readonly { readonly line: number; readonly event: string }[]
}

/** What stands at a line of a program at a moment: the latest step that ran it, and what that gave. */
export interface LineMark {
  readonly line: number
  readonly step: number
  readonly call: number
  /** How often it has run up to now. */
  readonly times: number
}

export interface Story {
  /** Which run of the lab, from 1: one begins when a program is started while none was running. */
  readonly run: number
  /** Everything has ended and everything has been told: now absence counts. */
  readonly settled: boolean
  readonly acts: readonly Act[]
  readonly calls: readonly Call[]
  /** `packets[number - 1]`. */
  readonly packets: readonly Packet[]
  readonly conversations: readonly Conversation[]
  /** `steps[at - 1]`. */
  readonly steps: readonly Step[]
  /** What wires do, and where their chances begin, when the run begins; then steps change it. */
  readonly wires: WiresNow
  /** Instruments that do not work here, with what the system said; or that this rung does not have. */
  readonly blind: readonly { readonly instrument: Instrument; readonly detail: string }[]
  /** The table after the step `at`; 0 is before the first. */
  socketsAt(at: number): readonly SocketView[]
  doingAt(at: number, program: string): Doing
  linesAt(at: number, program: string): readonly LineMark[]
  /** The states both ends of a connection (or of the latest, when null) have gone through up to a step. */
  statesAt(at: number, conversation: number | null): readonly (StateChange & { readonly at: number })[]
}

/** The step at which a call (its place in `Story.calls`) came back, or began where it has not; 0 when it is no step. */
export function placeOfStep(story: Story, call: number): number {
  const step = story.steps.findLast((one) => 'call' in one && one.call === call)
  return step?.at ?? 0
}
