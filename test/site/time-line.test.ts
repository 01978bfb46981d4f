import { describe, expect, it } from 'vitest'
import { nextStop, stay } from '../../site/bench/time-line/playing.ts'
import { placeOf, stepAt, tickPaths } from '../../site/bench/time-line/ticks.ts'
import { rowsOf } from '../../site/bench/wire/rows.ts'
import { bulk, threePackets } from '../helpers/stories.ts'

describe('the ticks of a time line', () => {
  const count = (path: string) => path.split('M').length - 1

  it('stand for every step of a short story, each at its end', () => {
    const { story, cast } = threePackets()
    const { A, B, packet } = tickPaths(story.steps, cast, 1000)
    const of = (program: string) => story.steps.filter((step) => step.program === program).length
    expect([count(B), count(A), count(packet)]).toEqual([of('server'), of('client'), story.packets.length])
    expect(B.startsWith('M20 6V17')).toBe(true)
  })

  it('are thinned where there are thousands', () => {
    const { story, cast } = bulk(4000)
    expect(story.steps.length).toBeGreaterThan(6000)
    for (const path of Object.values(tickPaths(story.steps, cast, 1000))) expect(count(path)).toBeLessThanOrEqual(160)
    expect(count(tickPaths(story.steps, cast, 1000).packet)).toBeGreaterThan(150)
  })

  it('stand where a press finds their steps', () => {
    for (const last of [1, 2, 25, 9000]) {
      for (const at of [1, Math.ceil(last / 3), last]) expect(stepAt(placeOf(at, last), last)).toBe(at)
    }
    expect([stepAt(-1, 25), stepAt(2, 25), stepAt(0.5, 0)]).toEqual([1, 25, 1])
  })
})

describe('playing', () => {
  it('stops at every step, but passes a run of data at once', () => {
    const { story } = bulk(200)
    const stops: number[] = []
    for (let at = nextStop(story, 0); at !== null; at = nextStop(story, at)) stops.push(at)
    const run = rowsOf(story).rows.find(({ kind }) => kind === 'run')
    expect(stops.slice(0, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(stops.slice(12, 14)).toEqual([run?.at, (run?.at ?? 0) + 1])
    expect(stops.at(-1)).toBe(story.steps.length)
    expect(nextStop(story, 100)).toBe(run?.at)
  })

  it('shows a moment as long as really passed, but long enough to be read, and not for ever', () => {
    const { story } = threePackets()
    expect(stay(story, 7, 8, '1')).toBe(900)
    expect(stay(story, 3, 4, '1')).toBe(2400)
    expect(stay(story, 3, 4, '4')).toBe(600)
    expect(stay(story, 3, 4, '0.5')).toBe(4800)
  })

  it('shows it for exactly as long as really passed, where the reader wants that', () => {
    const { story } = threePackets()
    const passed = (at: number) => ((story.steps[at]?.t ?? 0) - (story.steps[at - 1]?.t ?? 0)) / 1e6
    expect(passed(3)).toBeGreaterThan(2400)
    for (const at of [3, 7]) expect(stay(story, at, at + 1, 'real')).toBe(passed(at))
  })
})
