import { setTimeout as pause } from 'node:timers/promises'
import type { Wanted } from '../programs.ts'
import { median } from '../statistics.ts'
import type { Way } from '../ways/way.ts'
import { Hearing } from './hearing.ts'

/** One thing that is opened again and again. */
export interface OpeningCase extends Wanted {
  /** What is kept ready for the next reader is used up before. */
  readonly unready: boolean
}

export interface OpeningOptions {
  readonly cases: readonly OpeningCase[]
  readonly samples: number
  /** How long the contestant is left alone before each, in ms. */
  readonly rest: number
}

/** From the wish for a program, before any connection is made, to its first byte: for each case the median, in ms. */
export async function opening(way: Way, { cases, samples, rest }: OpeningOptions): Promise<number[]> {
  const times = cases.map((): number[] => [])
  // The first is the first of everything.
  for (let i = -1; i < samples; i += 1) {
    for (const [index, { unready, ...wanted }] of cases.entries()) {
      await pause(rest)
      if (unready) await way.useReserve()
      const took = await openOnce(way, wanted)
      if (i >= 0) times[index]?.push(took)
    }
  }
  return times.map(median)
}

async function openOnce(way: Way, wanted: Wanted): Promise<number> {
  const hearing = new Hearing()
  const began = performance.now()
  const line = await way.open(wanted, hearing.hear)
  await hearing.until(1)
  void line.close()
  return hearing.first - began
}
