import { drown, echo } from './echo.ts'
import { flood, silence, stall } from './flood.ts'
import { idle } from './idle.ts'
import { interrupt } from './interrupt.ts'
import { setUp, wire } from './network.ts'
import { opening } from './opening.ts'

/** Everything a client can measure. */
export const PROBES = { drown, echo, flood, idle, interrupt, opening, setUp, silence, stall, wire }

export type ProbeName = keyof typeof PROBES
