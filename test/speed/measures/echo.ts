import type { Figure } from '../figures.ts'
import { Client, measure } from '../leader.ts'
import type { Measure } from './measure.ts'

const SAMPLES = 300

const P50: Figure = { title: 'Echo, p50', unit: 'ms', goal: { at: 'most', value: 2.5, times: 'bare' } }
const P95: Figure = { title: 'Echo, p95', unit: 'ms' }
const FLOODED_P50: Figure = { title: 'Echo beside a flood, p50', unit: 'ms' }
const FLOODED_P95: Figure = {
  title: 'Echo beside a flood, p95',
  unit: 'ms',
  goal: { at: 'most', value: 1.5, times: 'naive' },
}
const FLOOD: Figure = { title: 'Echo beside a flood, of this rate', unit: 'MB/s' }

/** One byte typed into a raw terminal, until it comes back. */
export const echo: Measure = async ({ contestants, note }) => {
  for (const { name, reach } of contestants) {
    const { p50, p95 } = await measure('echo', reach, { samples: SAMPLES, flooded: false })
    note(P50, name, p50)
    note(P95, name, p95)
  }
}

/** The same, while another reader's program floods. With `bare`, the process that measures reads the flood as well. */
export const beside: Measure = async ({ contestants, note }) => {
  for (const { name, reach } of contestants) {
    const isBare = name === 'bare'
    const drown = isBare ? null : new Client('drown', reach, {})
    await drown?.halted()
    const { p50, p95 } = await measure('echo', reach, { samples: SAMPLES, flooded: isBare })
    drown?.goOn()
    const rate = await drown?.result
    note(FLOODED_P50, name, p50)
    note(FLOODED_P95, name, p95)
    if (rate !== undefined) note(FLOOD, name, rate)
  }
}
