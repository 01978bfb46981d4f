/** What a reader does besides changing programs, written down so that a test can do it: the way to a solution. Pure. */
import type { FaultsDefinition } from '../faults.ts'
import type { PacketQuery, StateQuery } from './facts.ts'

/** One act at the bench. */
export type ReaderAct = FaultAct | TypingAct

/** A reader changes what a wire does. */
export interface FaultAct {
  /** When: before anything is run, or as soon as a socket has been in this state for as long as the query says. */
  readonly when: 'before' | StateQuery
  /** What the wire of this number does from then on. */
  readonly faults: { readonly wire: number } & FaultsDefinition
}

/** A reader reads something in one terminal and types it, and Enter, into another. */
export interface TypingAct {
  /** Who asks, and by which words. */
  readonly asked: { readonly program: string; readonly prints: RegExp }
  /** Where the answer is read: the first group of the first match in what this program has printed. */
  readonly reads: { readonly program: string; readonly like: RegExp }
}

export interface Deeds {
  readonly acts?: readonly ReaderAct[]
  /** After the run, this part of the first such packet is marked in the bytes panel: a field, a header, the `payload`. */
  readonly marks?: { readonly field: string; readonly of: PacketQuery }
}

/** Types what a `deeds.ts` exports as default. */
export function defineDeeds(deeds: Deeds): Deeds {
  return deeds
}
