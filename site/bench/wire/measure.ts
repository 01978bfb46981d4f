/** How wide text is on the wire. */
import type { Measure } from './lines.ts'

/** The size of text on the wire, in px. */
const SIZE = 11

/** Words stand a little farther apart than the font has them, as a part of its size. */
const SPACING = 0.08

/** What a character is taken to be wide where nothing can be measured, as a part of its size. */
const GUESS = 0.55

/** Measures in the font of an element, character by character: each is measured once. */
export function measureFor(element: Element): Measure {
  const context = document.createElement('canvas').getContext('2d')
  if (context) context.font = `${SIZE}px ${getComputedStyle(element).fontFamily}`
  const known = new Map<string, number>()
  const widthOf = (character: string) => {
    const width = known.get(character) ?? context?.measureText(character).width ?? SIZE * GUESS
    known.set(character, width)
    return width
  }
  return (text) => {
    let sum = 0
    for (const character of text) sum += widthOf(character) + (character === ' ' ? SPACING * SIZE : 0)
    return sum
  }
}
