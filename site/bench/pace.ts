/** When each event of a recording is played: slower where it was quick, and long silences shorter. Pure. */
import type { BenchEvent } from '../../labs/events.ts'

/** A packet takes microseconds. What follows that quickly is played so much slower, that one can see what came first … */
export const SLOWER = 4

/** … but nobody is kept waiting for longer than this by it, in ms. */
export const SLOW_FOR = 100

/** The longest time in which nothing happens while a recording is played, in ms. */
export const LONGEST = 1000

/** An event and its time of playing, in ms from the beginning. */
export interface Timed {
  readonly event: BenchEvent
  readonly at: number
  /** How long nothing had happened before it, in ms, if that is played in less time than it took; else 0. */
  readonly silence: number
}

/**
 * The events in the order in which the bench wrote them down; one that happened before another and was written down
 * after it is played with it.
 */
export function paced(events: readonly BenchEvent[]): Timed[] {
  let at = 0
  let latest = events[0]?.t ?? 0
  return events.map((event) => {
    const gap = Math.max(0, event.t - latest) / 1e6
    latest = Math.max(latest, event.t)
    at += Math.min(gap * SLOWER, Math.max(gap, SLOW_FOR), LONGEST)
    return { event, at, silence: gap > LONGEST ? gap : 0 }
  })
}
