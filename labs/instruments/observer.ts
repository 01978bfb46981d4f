import type { FrameEvent, Instrument, Observation } from '../events.ts'
import type { Frames } from '../lab.ts'

/** A frame as an instrument saw it; who writes it down gives it its number. */
export type SeenFrame = Omit<FrameEvent, 'kind' | 'n'>

/** Who is told what instruments see. Times are nanoseconds since the bench was opened. */
export interface Observer {
  /** Frames that were seen together. Their bytes belong to the observer from now on. */
  frames(frames: readonly SeenFrame[]): void
  /** @param t when it happened; now, when nothing is said */
  tell(observation: Observation, t?: number): void
}

/** Up to when each instrument has told everything; one that does not work is not there. */
export type UpTo = Readonly<Partial<Record<Instrument, number>>>

/** What instruments need to know of the bench they observe. */
export interface Observed {
  readonly observer: Observer
  /** When the bench was opened, on CLOCK_MONOTONIC in ns. */
  readonly zero: bigint
  readonly clock: () => number
  /** The name of what a run runs. */
  readonly programOf: (run: number) => string
  /** How much the lab keeps of its frames; null: counters alone. */
  readonly frames: Frames | null
  /** How many frames are told at the most by each instrument: in a second, and in one run of the lab. */
  readonly most: { readonly perSecond: number; readonly perRun: number }
}
