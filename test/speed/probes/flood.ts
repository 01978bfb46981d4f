import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Printed } from '../lines.ts'
import type { Halt } from '../talk.ts'
import type { Way } from '../ways/way.ts'
import { Hearing } from './hearing.ts'

export interface Flood {
  /** MB/s, from the first byte to the last. */
  readonly rate: number
  /** What came short or was changed, in words; null when nothing did. */
  readonly lost: string | null
}

/** Takes the 50 MB that a program prints and throws them away, all but their hash. */
export async function flood(way: Way, printed: Printed, halt: Halt): Promise<Flood> {
  const hash = createHash('sha256')
  const hearing = new Hearing((bytes, done) => {
    hash.update(bytes)
    done()
  })
  const line = await way.open({ program: 'lines', language: 'ts' }, hearing.hear)
  await hearing.until(printed.bytes)
  const rate = hearing.bytes / 1000 / (hearing.last - hearing.first)
  await halt()
  await line.close()
  return { rate, lost: whatIsLost(hearing.bytes, hash.digest('hex'), printed) }
}

function whatIsLost(bytes: number, hash: string, printed: Printed): string | null {
  if (bytes !== printed.bytes) return `${bytes} bytes came, not ${printed.bytes}`
  return hash === printed.hash ? null : 'the bytes that came are others'
}

/** Stops reading in the middle of a flood, for as long as the leader wants. */
export async function stall(way: Way, _: object, halt: Halt): Promise<void> {
  const hearing = new Hearing()
  const line = await way.open({ program: 'endless', language: 'ts' }, hearing.hear)
  await hearing.until(4e6)
  line.pause()
  await halt()
  await line.close()
}

/** Reads a flood for so many milliseconds and acknowledges nothing of it. Gives how many MB came. */
export async function silence(way: Way, { milliseconds }: { milliseconds: number }): Promise<number> {
  const hearing = new Hearing(() => {})
  const line = await way.open({ program: 'endless', language: 'ts' }, hearing.hear)
  await hearing.until(1)
  await pause(milliseconds)
  const megabytes = hearing.bytes / 1e6
  await line.close()
  return megabytes
}
