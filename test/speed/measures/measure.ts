import type { Contestant, Name } from '../contestants.ts'
import type { Figure } from '../figures.ts'
import type { Printed } from '../lines.ts'
import type { Ground } from '../probes/network.ts'

/** What a measure is given for one round. */
export interface Round {
  /** In the order of this round. */
  readonly contestants: readonly Contestant[]
  readonly printed: Printed
  /** What networks are made with; null where none can be had. */
  readonly ground: Ground | null
  note(figure: Figure, name: Name, value: number): void
  /** Bytes did not arrive as they were printed. */
  lost(name: Name, what: string): void
}

/** Measures all contestants once. */
export type Measure = (round: Round) => Promise<void>

/** Those that have a server. */
export function servers({ contestants }: Round): Contestant[] {
  return contestants.filter(({ pid }) => pid > 0)
}
