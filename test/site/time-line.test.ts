import { describe, expect, it } from 'vitest'
import { chapterFrom } from '../../site/bench/time-line/chapter-row.ts'
import { marksOf } from '../../site/bench/time-line/mark-row.ts'
import { nextStop, stay } from '../../site/bench/time-line/playing.ts'
import { placeOf, stepAt, tickPaths } from '../../site/bench/time-line/ticks.ts'
import { rowsOf } from '../../site/bench/wire/rows.ts'
import { bulk, TWO_HOSTS, threePackets } from '../helpers/stories.ts'
import { StoryMaker } from '../helpers/story-maker.ts'

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

describe('the marks of what was changed by hand', () => {
  const loss = { from: null, fault: 'loss', before: 0, after: 0.3 } as const

  it('stand where it was changed; what was set to what it was has none', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    for (let i = 0; i < 10; i += 1) maker.call('client', { name: 'send', deed: 'send' })
    const changed = maker.faults(0, [loss])
    maker.faults(0)
    for (let i = 0; i < 8; i += 1) maker.call('client', { name: 'send', deed: 'send' })
    const seeded = maker.seed(1, 1)
    const story = maker.story()
    expect(marksOf(story)).toEqual([
      { place: placeOf(changed, story.steps.length), steps: [story.steps[changed - 1]] },
      { place: placeOf(seeded, story.steps.length), steps: [story.steps[seeded - 1]] },
    ])
  })

  it('are one where they would stand on each other', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    for (let i = 0; i < 100; i += 1) maker.call('client', { name: 'send', deed: 'send' })
    for (let i = 0; i < 4; i += 1) maker.faults(0, [loss])
    expect(marksOf(maker.story()).map(({ steps }) => steps.length)).toEqual([4])
  })
})

describe('going by chapters', () => {
  it('leads to where the next begins, and back to where this one does, then the one before', () => {
    const { story } = threePackets()
    const from = (at: number, way: 'next' | 'before') => chapterFrom(story, at, way)
    expect([0, 1, 5, 6, 17, 18].map((at) => from(at, 'next'))).toEqual([1, 6, 6, 13, 18, 25])
    expect([25, 18, 14, 13, 6, 1].map((at) => from(at, 'before'))).toEqual([18, 13, 13, 6, 1, 1])
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
