/**
 * The seam between a lab on the page and the world. The lab asks through it and is told through it, and does not know
 * whether a live bench answers or a recording.
 */

import type { BenchEvent, Size } from '../../labs/events.ts'
import type { FaultsDefinition } from '../../labs/faults.ts'
import type { Ending, Interpreters, RunRequest } from '../../labs/protocol.ts'
import type { RecordingHeader, RecordingTrouble } from '../../labs/recording.ts'
import type { Trouble } from '../../labs/troubles.ts'

/** Where a recording comes from: with the course, or out of a file that the reader opened. */
export type Origin = 'course' | 'file'

/** How a lab is joined to its bench; `recorded` is for a source that plays a recording. */
export type Connection = 'idle' | 'connecting' | 'live' | 'lost' | 'unreachable' | 'ended' | 'recorded'

/** What a lab is told, in the order in which it became known. */
export type News =
  | { readonly kind: 'connection'; readonly connection: Connection }
  /** A bench answers. `instead` says that it is a new one, in place of one that this page asked for and that is gone. */
  | { readonly kind: 'opened'; readonly instead: boolean; readonly folder: string; readonly interpreters: Interpreters }
  /** Something happened. `replayed` marks what an earlier page was told already: shown, but not to be answered. */
  | { readonly kind: 'event'; readonly event: BenchEvent; readonly replayed: boolean }
  | { readonly kind: 'trouble'; readonly trouble: Trouble }
  | { readonly kind: 'closed'; readonly ending: Ending }
  /** A recording is told from its beginning. Everything that was told before is cleared away. */
  | { readonly kind: 'recording'; readonly recording: RecordingHeader; readonly origin: Origin }
  /** So many ms in which nothing happens are played shorter. */
  | { readonly kind: 'silence'; readonly ms: number }
  /** The recording has been told to its end, or was stopped. */
  | { readonly kind: 'played' }
  | { readonly kind: 'unplayable'; readonly trouble: RecordingTrouble }
  /** Another source is listened to from now on. Everything that was told before is cleared away. */
  | { readonly kind: 'turned'; readonly to: 'live' | 'recorded' }

/** One lab's way to its bench. Every event is told once, in the order of its number. */
export interface BenchSource {
  /** Connects if it is not connected; does at once what would otherwise be tried later. */
  open(): void
  /** Connects only if this tab had a bench here that may still be there. */
  resume(): void
  /** If the connection is lost, tries now instead of later. */
  retry(): void
  /** Opens if needed, then starts the programs. */
  run(programs: readonly RunRequest[]): void
  /** Stops programs; what was to be started and has not begun is not started. */
  stop(programs: readonly string[]): void
  /** Types into the present run of a program. Dropped when it is not running. */
  input(program: string, bytes: Uint8Array): void
  /** The size a program's terminal has from now on. */
  resize(program: string, size: Size): void
  /** From now on the wire of this number does this to frames, until the bench ends. */
  faults(wire: number, faults: FaultsDefinition): void
  /** Begins the chances of all wires anew. */
  seed(seed: number): void
  /** From now on a program is held before each of its calls, or no longer, until the bench ends. */
  hold(program: string, on: boolean): void
  /** Lets a program make the call before which it is held. */
  release(program: string): void
  /** All output of the program before this offset has been parsed. */
  ack(program: string, offset: number): void
  /** The page is being left. `resume` returns to the bench if it is still there. */
  leave(): void
  /** @returns its undo. */
  onNews(listener: (news: News) => void): () => void
}
