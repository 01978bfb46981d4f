import { beside, echo } from './echo.ts'
import { flood, silence, stall } from './flood.ts'
import { idle } from './idle.ts'
import { interrupt } from './interrupt.ts'
import type { Measure } from './measure.ts'
import { network } from './network.ts'
import { opening } from './opening.ts'
import { page } from './page.ts'

/** All measures by name, in the order of a round: first those for which a server must not have grown yet. */
export const MEASURES: Readonly<Record<string, Measure>> = {
  flood,
  stall,
  silence,
  echo,
  beside,
  interrupt,
  opening,
  network,
  page,
  idle,
}

/** Those that take long and vary little: once is enough, unless nothing else is wanted. */
export const ONCE: readonly string[] = ['idle']
