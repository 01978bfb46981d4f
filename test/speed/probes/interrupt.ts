import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import type { Terminal } from '@xterm/xterm'
import type { Way } from '../ways/way.ts'
import { Hearing } from './hearing.ts'

const { Terminal: Screen } = createRequire(import.meta.url)('@xterm/xterm') as { Terminal: typeof Terminal }

/** How long a program floods before it is interrupted, in ms. */
const FLOODED = 200

/** A screen on which nothing happens for so long has come to rest, in ms. */
const REST = 200

/** Types Ctrl-C into floods, before a terminal as the page has it. Gives for each the ms until its screen was at rest. */
export async function interrupt(way: Way, { times }: { times: number }): Promise<number[]> {
  const took: number[] = []
  for (let i = 0; i < times; i += 1) took.push(await interruptOnce(way))
  return took
}

async function interruptOnce(way: Way): Promise<number> {
  const screen = new Screen({ cols: 80, rows: 24, scrollback: 1000 })
  let parsed = 0
  const hearing = new Hearing((bytes, done) => {
    screen.write(bytes, () => {
      parsed = performance.now()
      done()
    })
  })
  const line = await way.open({ program: 'endless', language: 'ts' }, hearing.hear)
  await hearing.until(1)
  await pause(FLOODED)
  const typed = performance.now()
  line.type('\x03')
  for (let last = 0; last !== parsed; ) {
    last = parsed
    await pause(REST)
  }
  await line.close()
  screen.dispose()
  return Math.max(0, parsed - typed)
}
