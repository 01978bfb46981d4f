/** How fast a story may be played. */

/** How many times as fast as it is easily read; or each moment for as long as it really lasted. */
export const SPEEDS = ['0.5', '1', '2', '4', 'real'] as const
export type Speed = (typeof SPEEDS)[number]

/** The speed at which whoever has chosen none watches. */
export const USUAL: Speed = '1'

/** The speed of this name; the usual one for any other. */
export function speedOf(name: unknown): Speed {
  return SPEEDS.find((speed) => speed === name) ?? USUAL
}
