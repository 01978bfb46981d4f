import { setTimeout as pause } from 'node:timers/promises'
import type { RunLanguage } from '../../../labs/protocol.ts'
import { median } from '../statistics.ts'
import type { Way } from '../ways/way.ts'
import { Hearing } from './hearing.ts'

export interface OpeningOptions {
  readonly language: RunLanguage
  readonly samples: number
  /** How long the contestant is left alone before each, in ms. */
  readonly rest: number
  /** Without what is kept ready for the next reader. */
  readonly unready: boolean
}

/** From the wish for a program, before any connection is made, to its first byte: the median, in ms. */
export async function opening(way: Way, { language, samples, rest, unready }: OpeningOptions): Promise<number> {
  const times: number[] = []
  // The first is the first of everything.
  for (let i = -1; i < samples; i += 1) {
    await pause(rest)
    if (unready) await way.useReserve()
    const hearing = new Hearing()
    const began = performance.now()
    const line = await way.open({ program: 'hello', language }, hearing.hear)
    await hearing.until(1)
    if (i >= 0) times.push(hearing.first - began)
    void line.close()
  }
  return median(times)
}
