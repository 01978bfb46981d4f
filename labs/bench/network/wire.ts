/** What can be said to wire.py; what it answers and tells is described by `instruments/reports.ts`. */
import type { Faults } from '../../faults.ts'
import type { KeepCommand } from '../../instruments/line.ts'

/** Every command is answered. */
export type WireCommand =
  /** From now on, frames from this host (null: from both) meet these faults. */
  | { readonly do: 'faults'; readonly wire: number; readonly from: string | null; readonly faults: Faults }
  /** Begin the chances of all wires anew. */
  | { readonly do: 'seed'; readonly seed: number }
  /** With null as `bytes`, counters alone are told, ten times a second. */
  | KeepCommand
  /** Tell the counters, and that everything has been told. */
  | { readonly do: 'ask' }
