import type { Size } from '../../events.ts'
import type { Faults } from '../../faults.ts'
import type { Observed, UpTo } from '../../instruments/observer.ts'
import type { Capability, Language, Program } from '../../lab.ts'
import type { Rung } from '../../protocol.ts'
import type { TerminalReader } from './reader.ts'

/** A program's file, where it is to be run. */
export interface Placed {
  readonly folder: string
  readonly file: string
}

/** One program to be started in a terminal of its own. */
export interface Order extends Size {
  readonly run: number
  /** The interpreter's path, then what it is given. */
  readonly argv: readonly [string, ...string[]]
  readonly folder: string
  readonly host: string
  readonly capability: Capability | null
  /** How many descriptors it may have, where it is fewer than any other. */
  readonly descriptors?: number | undefined
  readonly env: Readonly<Record<string, string>>
}

/** By what the tracer of one run tells of its calls: a FIFO. */
export interface Channel {
  /** Where the program finds it. */
  readonly path: string
  /** Here, open for reading and writing, and never waiting. It belongs to whoever opened the channel. */
  readonly descriptor: number
  /** From now on the tracer holds the program before each call, or no longer. What is held already stays so. */
  hold(on: boolean): void
  /** Lets this many calls through that are held now. */
  release(calls: number): void
  /** Removes the path; what is open stays open. */
  remove(): void
}

/** How a program ended: its exit code, or the number of the signal that killed it; the other is 0. */
export interface Ended {
  readonly code: number
  readonly signal: number
}

/** A program that runs in a terminal. */
export interface Launched {
  /** The process's id as this machine counts, also when the program itself sees another. */
  readonly pid: number
  /** The terminal: read here, written by its descriptor. */
  readonly reader: TerminalReader
  readonly descriptor: number
  resize(size: Size): void
  /** Resolves when the program itself has ended and its last words have been read. */
  readonly ended: Promise<Ended>
}

/** The machine that benches stand on, as far as something is started there. */
export interface Machine {
  /** @throws {Error} when the program cannot be started. */
  launch(order: Omit<Order, 'host' | 'capability'>): Promise<Launched>
}

/** Where a bench's programs run: a network of its own, or the plain machine. */
export interface LiveNetwork {
  readonly rung: Exclude<Rung, 'none'>
  /**
   * Puts a program's text where it will run, whatever a program has done to the file that was there before. The catalog
   * is never written to.
   * @param source the text; null: as it is on disk now. When nothing is said it stays what it was the last time, and is as
   * on disk when there was none.
   * @throws {NodeJS.ErrnoException} with code ENOENT when the file is not on disk.
   */
  place(program: Program, language: Language, source?: string | null): Promise<Placed>
  /** A channel for the tracer of this run. @throws {Error} when the system has none. */
  openChannel(run: number): Promise<Channel>
  /** @throws {Error} when the program cannot be started. */
  launch(order: Order): Promise<Launched>
  /** From now on, frames from this host (null: from both ends) meet these faults at the wire of this number. */
  setFaults(wire: number, from: string | null, faults: Faults): Promise<void>
  /** Begins the chances of all wires anew. */
  setSeed(seed: number): Promise<void>
  /** From now on, what happens in it is told; what cannot be seen here is told to be blind. To be called once. */
  observe(observed: Observed): void
  /** What a lab keeps of its frames is counted anew from now on. */
  renew(): void
  /** Something has happened that sockets show: they are looked at soon. */
  nudge(): void
  /** Resolves when all that happened before was told; with the time up to which, for each instrument that works. */
  ask(): Promise<UpTo>
  /** Ends everything in it. */
  close(): Promise<void>
  /** Resolves, with what is known of the reason, when the network ends without having been closed. */
  readonly gone: Promise<string>
}
