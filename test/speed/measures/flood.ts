import { setTimeout as pause } from 'node:timers/promises'
import { FLOW } from '../../../labs/protocol.ts'
import { processorTimeOf } from '../../helpers/processes.ts'
import type { Figure } from '../figures.ts'
import { Client, measure } from '../leader.ts'
import { Memory } from '../process.ts'
import { type Measure, servers } from './measure.ts'

/** How long a page hangs, and how long one says nothing, in ms. */
const HANGS = 4000
const SAYS_NOTHING = 1500

const RATE: Figure = { title: 'Flood of 50 MB', unit: 'MB/s', goal: { at: 'least', value: 0.75, times: 'bare' } }
const TIME: Figure = { title: 'Flood of 50 MB, processor time of the server', unit: 'ms/MB' }
const GROWTH: Figure = {
  title: 'Flood of 50 MB, the server grows by',
  unit: 'MB',
  goal: { at: 'most', value: 25 },
}
const STALLED: Figure = {
  title: `Flood, a page stops reading for ${HANGS / 1000} s: the server grows by`,
  unit: 'MB',
  goal: { at: 'most', value: 2 },
}
const LET_THROUGH: Figure = {
  title: `Flood, a page reads and acknowledges nothing for ${SAYS_NOTHING / 1000} s: let through`,
  unit: 'MB',
  // One watermark and what may be on its way.
  goal: { at: 'most', value: (FLOW.high + 64 * 1024) / 1e6 },
}

/** A program prints 50 MB; whoever reads throws them away and acknowledges. */
export const flood: Measure = async ({ contestants, printed, note, lost }) => {
  for (const { name, reach, pid } of contestants) {
    const client = new Client('flood', reach, printed)
    const memory = pid > 0 ? new Memory(pid) : null
    const before = memory ? processorTimeOf(pid) : 0
    await client.halted()
    const time = memory ? processorTimeOf(pid) - before : 0
    const growth = memory?.mostGrowth
    client.goOn()
    const { rate, lost: what } = await client.result
    note(RATE, name, rate)
    if (growth !== undefined) {
      note(TIME, name, time / (printed.bytes / 1e6))
      note(GROWTH, name, growth)
    }
    if (what !== null) lost(name, what)
  }
}

/** A page that stops reading in the middle of a flood. All at once: what is looked at is memory. */
export const stall: Measure = async (round) => {
  await Promise.all(
    servers(round).map(async ({ name, reach, pid }) => {
      const client = new Client('stall', reach, {})
      await client.halted()
      const memory = new Memory(pid)
      await pause(HANGS)
      round.note(STALLED, name, memory.mostGrowth)
      client.goOn()
      await client.result
    }),
  )
}

/** A page that reads a flood and never acknowledges. All at once: what is let through is bounded, or it is not. */
export const silence: Measure = async (round) => {
  await Promise.all(
    servers(round).map(async ({ name, reach }) => {
      round.note(LET_THROUGH, name, await measure('silence', reach, { milliseconds: SAYS_NOTHING }))
    }),
  )
}
