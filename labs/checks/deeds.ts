/** What a reader does besides changing programs, written down so that a test can do it: the way to a solution. Pure. */
import type { FaultsDefinition } from '../faults.ts'
import type { PacketQuery, StateQuery } from './facts.ts'

/** One act at the bench. */
export interface ReaderAct {
  /** When: before anything is run, or as soon as a socket has been in this state for as long as the query says. */
  readonly when: 'before' | StateQuery
  /** What the wire of this number does from then on. */
  readonly faults: { readonly wire: number } & FaultsDefinition
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
