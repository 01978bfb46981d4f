import type { Figure } from '../figures.ts'
import { measure } from '../leader.ts'
import { median } from '../statistics.ts'
import type { Measure } from './measure.ts'

const TIMES = 3

const MEDIAN: Figure = { title: 'Ctrl-C in a flood until the screen is at rest', unit: 'ms' }
const WORST: Figure = {
  title: `Ctrl-C in a flood until the screen is at rest, worst of ${TIMES}`,
  unit: 'ms',
  goal: { at: 'most', value: 15 },
}

/** Ctrl-C while a program floods a terminal such as a page has. */
export const interrupt: Measure = async ({ contestants, note }) => {
  for (const { name, reach } of contestants) {
    const took = await measure('interrupt', reach, { times: TIMES })
    note(MEDIAN, name, median(took))
    note(WORST, name, Math.max(...took))
  }
}
