import { setTimeout as pause } from 'node:timers/promises'
import { quantile } from '../statistics.ts'
import type { Halt } from '../talk.ts'
import type { Way } from '../ways/way.ts'
import { Hearing } from './hearing.ts'

export interface Echo {
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
}

/** So many are typed before any counts. */
const WARM_UP = 50

/** Types single letters into a raw terminal, a few milliseconds apart, each when the one before has come back. */
export async function echo(way: Way, { samples, flooded }: { samples: number; flooded: boolean }): Promise<Echo> {
  const drowned = flooded ? await way.open({ program: 'endless', language: 'ts' }, new Hearing().hear) : null
  const hearing = new Hearing()
  const line = await way.open({ program: 'echo', language: 'ts' }, hearing.hear)
  await hearing.until('ready'.length)
  const times: number[] = []
  for (let i = -WARM_UP; i < samples; i += 1) {
    await pause(1 + 2 * Math.random())
    const typed = performance.now()
    line.type('x')
    await hearing.until(hearing.bytes + 1)
    if (i >= 0) times.push(hearing.last - typed)
  }
  await Promise.all([line.close(), drowned?.close()])
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
}

/** Has a program flood a terminal of its own until the leader has seen enough. Gives MB/s. */
export async function drown(way: Way, _: object, halt: Halt): Promise<number> {
  const hearing = new Hearing()
  const line = await way.open({ program: 'endless', language: 'ts' }, hearing.hear)
  await hearing.until(1e6)
  await halt()
  const rate = hearing.bytes / 1000 / (hearing.last - hearing.first)
  await line.close()
  return rate
}
