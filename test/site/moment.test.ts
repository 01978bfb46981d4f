import { describe, expect, test } from 'vitest'
import type { Step, Story } from '../../labs/checks/story.ts'
import type { BenchEvent } from '../../labs/events.ts'
import { Moment, PAUSE, place, type Scene, SHARE } from '../../site/bench/moment.ts'
import { MOST, Reel } from '../../site/bench/reel.ts'
import { HandClock } from '../helpers/hand-clock.ts'

/** A clock whose frames come every 16 ms, and whose work takes the time it is told. */
class FrameClock extends HandClock {
  #busy = 0

  override now(): number {
    return super.now() + this.#busy
  }

  frame(then: () => void): () => void {
    return this.after(16 - (super.now() % 16), () => {
      this.#busy = 0
      then()
      this.#busy = 0
    })
  }

  work(ms: number): void {
    this.#busy += ms
  }
}

/** A story of so many steps: one for each event, at the time of the event, which belongs to the step before it. */
function storyOf(events: readonly BenchEvent[], run = 1): Story {
  const steps = [...events]
    .sort((one, other) => one.t - other.t)
    .map(({ t }, index): Step => {
      const at = index + 1
      const nobody = { program: null, host: null, line: null, states: [], sockets: [] }
      return { at, t, kind: 'packet', packet: at, related: at > 1 ? [at - 1] : [], ...nobody }
    })
  return {
    run,
    settled: false,
    acts: [],
    calls: [],
    packets: [],
    conversations: [],
    steps,
    wires: { wires: [], seed: 1 },
    blind: [],
    socketsAt: () => [],
    doingAt: () => ({ state: 'runs', call: null, line: null, armed: [] }),
    linesAt: () => [],
    statesAt: () => [],
  }
}

function rig({ cost = 0, run = (): number => 1 } = {}) {
  const clock = new FrameClock()
  const scenes: Scene[] = []
  const tellings: number[] = []
  const tell = (events: readonly BenchEvent[]) => {
    tellings.push(clock.now())
    clock.work(cost)
    return storyOf(events, run())
  }
  const moment = new Moment({ tell, clock })
  moment.onScene((scene) => scenes.push(scene))
  let n = 0
  const frame = (t = n + 1) => {
    n += 1
    const rest = { wire: null, from: 0, fate: 'delivered', handedOn: null, length: 60 } as const
    moment.hear({ kind: 'frame', n, t, bytes: new Uint8Array(), ...rest })
  }
  const now = () => scenes.at(-1) as Scene
  return { clock, moment, scenes, tellings, frame, now }
}

describe('a story', () => {
  test('is told in the next frame, once for all that came before it', async () => {
    const { clock, moment, tellings, frame, now } = rig()
    moment.wanted = true
    for (let i = 0; i < 5; i += 1) frame()
    expect(tellings).toEqual([])
    await clock.advance(16)
    expect(tellings).toHaveLength(1)
    expect(now().story.steps).toHaveLength(5)
    await clock.advance(500)
    expect(tellings).toHaveLength(1)
  })

  test('is told to nobody while nobody looks, and at once when somebody does', async () => {
    const { clock, moment, tellings, frame, now } = rig()
    frame()
    await clock.advance(500)
    expect(tellings).toEqual([])
    moment.wanted = true
    await clock.advance(16)
    expect(now().at).toBe(1)
  })

  test('is told ten times a second in a flood', async () => {
    const { clock, moment, tellings, frame } = rig()
    moment.wanted = true
    for (let i = 0; i < 500; i += 1) {
      for (let k = 0; k < 4; k += 1) frame()
      await clock.advance(2)
    }
    const rests = tellings.slice(2).map((t, i) => t - (tellings[i + 1] as number))
    expect(Math.min(...rests)).toBeGreaterThanOrEqual(PAUSE)
    expect(tellings.length).toBeGreaterThanOrEqual(8)
  })

  test('that takes long is told more seldom', async () => {
    const { clock, moment, tellings, frame } = rig({ cost: 40 })
    moment.wanted = true
    for (let i = 0; i < 100; i += 1) {
      frame()
      await clock.advance(10)
    }
    const rests = tellings.slice(1).map((t, i) => t - (tellings[i] as number))
    expect(Math.min(...rests)).toBeGreaterThanOrEqual(40 * SHARE)
    expect(tellings.length).toBeGreaterThan(2)
  })

  test('is told no more after closing', async () => {
    const { clock, moment, tellings, frame } = rig()
    moment.wanted = true
    frame()
    moment.close()
    frame()
    await clock.advance(500)
    expect(tellings).toEqual([])
  })
})

describe('the moment', () => {
  async function five() {
    const made = rig()
    made.moment.wanted = true
    for (let i = 0; i < 5; i += 1) made.frame(10 * (i + 1))
    await made.clock.advance(16)
    return made
  }

  test('stays with the latest step until the reader moves, and again when the reader wants now', async () => {
    const { clock, moment, frame, now } = await five()
    expect(now()).toMatchObject({ at: 5, follows: true })
    moment.go(2)
    frame(60)
    await clock.advance(500)
    expect(now()).toMatchObject({ at: 2, follows: false })
    moment.go(null)
    expect(now()).toMatchObject({ at: 6, follows: true })
  })

  test('never leaves the story', async () => {
    const { moment, now } = await five()
    moment.go(-3)
    expect(now()).toMatchObject({ at: 0, follows: false })
    expect(now().lit).toEqual(new Set())
    moment.go(99)
    expect(now()).toMatchObject({ at: 5, follows: false })
  })

  test('stays at its step when something is told late that happened before it', async () => {
    const { clock, moment, frame, now } = await five()
    moment.go(3)
    frame(15)
    await clock.advance(500)
    expect(now().at).toBe(4)
    expect(now().story.steps[3]?.t).toBe(30)
  })

  test('lights its step with what belongs to it; pointing elsewhere lights that instead', async () => {
    const { moment, now } = await five()
    moment.go(3)
    expect(now().lit).toEqual(new Set([3, 2]))
    moment.point(5)
    expect(now()).toMatchObject({ at: 3, pointed: 5 })
    expect(now().lit).toEqual(new Set([5, 4]))
    moment.point(null)
    expect(now().lit).toEqual(new Set([3, 2]))
  })

  test('tells nobody twice that the reader points at the same', async () => {
    const { moment, scenes } = await five()
    moment.point(2)
    const before = scenes.length
    moment.point(2)
    expect(scenes).toHaveLength(before)
  })

  test('is now again in a new run', async () => {
    let run = 1
    const made = rig({ run: () => run })
    made.moment.wanted = true
    made.frame(1)
    made.frame(2)
    await made.clock.advance(16)
    made.moment.go(1)
    run = 2
    made.frame(3)
    await made.clock.advance(500)
    expect(made.now()).toMatchObject({ at: 3, follows: true })
  })
})

test('a step that is gone has its place after the last one before it', () => {
  const { steps } = storyOf([{ t: 10 }, { t: 20 }, { t: 30 }] as BenchEvent[])
  const shorter = storyOf([{ t: 10 }, { t: 30 }] as BenchEvent[])
  expect(place(steps[1], shorter)).toBe(1)
  expect(place(undefined, shorter)).toBe(0)
  expect(place(steps[2], shorter)).toBe(2)
})

describe('a reel', () => {
  test('holds what was done up to any time', () => {
    const reel = new Reel<string>()
    reel.add(1, 0, 'a')
    reel.add(2, 0, 'b')
    reel.add(2, 0, 'c')
    reel.add(5, 0, 'd')
    const upTo = (t: number) => reel.between(reel.begin, reel.end(t))
    expect(upTo(0)).toEqual([])
    expect(upTo(2)).toEqual(['a', 'b', 'c'])
    expect(reel.between(reel.end(1), reel.end(9))).toEqual(['b', 'c', 'd'])
  })

  test('lets the oldest go when it becomes too heavy, and keeps its places', () => {
    const reel = new Reel<number>()
    for (let i = 0; i < 10; i += 1) reel.add(i, MOST / 4, i)
    expect(reel.begin).toBe(6)
    expect(reel.between(reel.begin, reel.end(7))).toEqual([6, 7])
    expect(reel.between(0, reel.end(99))).toEqual([6, 7, 8, 9])
    reel.clear()
    expect(reel.begin).toBe(10)
    expect(reel.end(99)).toBe(10)
  })
})
