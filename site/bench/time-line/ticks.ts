/** The ticks of a time line: one for each step, or for as many as can be told apart. Pure. */
import type { Step } from '../../../labs/checks/story.ts'
import type { Cast } from '../story/cast.ts'

/** Where a tick stands: above the line for the end that waits, below for the one that begins, through it for a packet. */
export const TICKS = ['B', 'A', 'packet'] as const
export type Tick = (typeof TICKS)[number]

/** More would be a grey bar. */
const MOST = 160

/** For each kind of tick an SVG path, on a line of `width` that is 34 high. */
export function tickPaths(steps: readonly Step[], cast: Cast, width: number): Record<Tick, string> {
  const bars: Record<Tick, (x: number) => string> = {
    B: (x) => `M${x} 6V17`,
    A: (x) => `M${x} 17V28`,
    packet: (x) => `M${x} 9V25`,
  }
  const paths = { B: '', A: '', packet: '' }
  const places = { B: -1, A: -1, packet: -1 }
  const waits = new Set(cast.programs.filter(({ end }) => end === 'waits').map(({ name }) => name))
  const thin = steps.length > MOST ? MOST / steps.length : 1
  for (const [i, { kind, program }] of steps.entries()) {
    const tick = kind === 'packet' ? 'packet' : program === null ? null : waits.has(program) ? 'B' : 'A'
    const place = Math.floor(i * thin)
    if (tick === null || place === places[tick]) continue
    places[tick] = place
    const x = thin === 1 ? placeOf(i + 1, steps.length) : (place + 0.5) / MOST
    paths[tick] += bars[tick](Math.round(x * width * 10) / 10)
  }
  return paths
}

/** Where a step stands on the line, from 0 to 1. */
export function placeOf(at: number, last: number): number {
  return last === 0 ? 0 : Math.min(Math.max(at - 0.5, 0) / last, 1)
}

/** The step nearest to a place from 0 to 1. */
export function stepAt(place: number, last: number): number {
  return Math.min(Math.max(Math.round(place * last + 0.5), 1), Math.max(last, 1))
}
