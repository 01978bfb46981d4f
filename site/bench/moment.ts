/** The moment of a lab: one story, one step of it, and what is lit. All panels of the lab show the same. */
import type { Step, Story } from '../../labs/checks/story.ts'
import type { BenchEvent } from '../../labs/events.ts'
import { Evidence } from './evidence.ts'

/** What panels show. */
export interface Scene {
  readonly story: Story
  /** The step at which everything stands; 0 is before the first. */
  readonly at: number
  /** It is now, and stays with the latest step. */
  readonly follows: boolean
  /** The step the reader points at. */
  readonly pointed: number | null
  /** The step that is pointed at, or else the moment, and all that belongs to it. */
  readonly lit: ReadonlySet<number>
}

/** Time, in ms, and the browser's frames. What begins something returns its undo. */
export interface FrameClock {
  now(): number
  after(ms: number, then: () => void): () => void
  frame(then: () => void): () => void
}

export interface MomentParts {
  /** The story of the latest run; null while there was none. */
  readonly tell: (events: readonly BenchEvent[]) => Story | null
  readonly clock?: FrameClock
}

/** In a flood the story is told no more often than once in so many ms. */
export const PAUSE = 100

/** More events than one for each of so many ms are a flood. */
export const FLOOD = 1

/** Telling and showing may take one part in so many of the time. */
export const SHARE = 6

/** A frame of a screen that has nothing to do, in ms. */
const FRAME = 17

/** Tells the story of what it hears, as often as the machine can afford, and keeps the place of the reader in it. */
export class Moment {
  readonly #tell: MomentParts['tell']
  readonly #clock: FrameClock
  readonly #evidence = new Evidence()
  readonly #listeners = new Set<(scene: Scene) => void>()
  #scene: Scene | null = null
  #wanted = false
  /** The step that somebody wants to see as soon as it is told, and who is to hear of it. */
  #sought: { readonly at: number | null; readonly found: (last: number) => void } | null = null
  /** Events that are not told yet. */
  #fresh = 0
  #toldAt = Number.NEGATIVE_INFINITY
  /** Before this the story is not told again. */
  #notBefore = 0
  #cancel: (() => void) | null = null
  #cancelMeasure = () => {}

  constructor({ tell, clock = browserClock }: MomentParts) {
    this.#tell = tell
    this.#clock = clock
  }

  /** Null until something was told. */
  get scene(): Scene | null {
    return this.#scene
  }

  /** Takes an event of the bench. */
  hear(event: BenchEvent): void {
    if (event.kind === 'output' || event.kind === 'gap') return
    this.#evidence.add(event)
    this.#fresh += 1
    this.#plan()
  }

  /** The bench is another one, whose events begin anew. What was told stays until there is something to tell. */
  restart(): void {
    this.#evidence.restart()
    this.#fresh = 0
    this.#sought = null
  }

  /** Whether anybody looks. What is heard meanwhile is told as soon as somebody does. */
  set wanted(wanted: boolean) {
    this.#wanted = wanted
    this.#plan()
  }

  /** Moves to a step, or to now (null), and stays there. */
  go(at: number | null): void {
    const scene = this.#scene
    if (scene === null) return
    const last = scene.story.steps.length
    const place = at === null ? last : Math.min(Math.max(at, 0), last)
    this.#show({ ...scene, at: place, follows: at === null, pointed: null })
  }

  /**
   * Moves to a step (null: to now) when everything is told that has been heard, which may be as soon as somebody looks.
   * @returns how many steps there are then.
   */
  seek(at: number | null): Promise<number> {
    return new Promise((found) => {
      this.#sought = { at, found }
      if (this.#fresh === 0) this.#seekNow()
    })
  }

  /** Points at a step, or (null) at none. */
  point(at: number | null): void {
    if (this.#scene && this.#scene.pointed !== at) this.#show({ ...this.#scene, pointed: at })
  }

  /** @returns its undo. */
  onScene(listener: (scene: Scene) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#cancel?.()
    this.#cancelMeasure()
    this.#cancel = () => {}
    this.#listeners.clear()
  }

  #plan(): void {
    if (this.#cancel || !this.#wanted || this.#fresh === 0) return
    const wait = this.#notBefore - this.#clock.now()
    const next = () => {
      this.#cancel = this.#clock.frame(() => this.#tellNow())
    }
    if (wait <= 0) next()
    else this.#cancel = this.#clock.after(wait, next)
  }

  #tellNow(): void {
    this.#cancel = null
    const began = this.#clock.now()
    const flood = this.#fresh * FLOOD > began - this.#toldAt
    this.#fresh = 0
    this.#toldAt = began
    const story = this.#tell(this.#evidence.events)
    if (story === null) return
    const before = this.#scene
    const isNew = before === null || before.story.run !== story.run
    const follows = isNew || before.follows
    const at = follows ? story.steps.length : place(before.story.steps[before.at - 1], story)
    const pointed = isNew || before.pointed === null ? null : place(before.story.steps[before.pointed - 1], story)
    this.#show({ story, at, follows, pointed, lit: new Set() })
    this.#seekNow()
    this.#measure(began, flood ? PAUSE : 0)
  }

  #seekNow(): void {
    const sought = this.#sought
    if (sought === null || this.#scene === null) return
    this.#sought = null
    const last = this.#scene.story.steps.length
    this.go(sought.at === null ? null : Math.min(sought.at, last))
    sought.found(last)
  }

  /** What panels draw, they draw in this frame or the next; how long that takes is known after both. */
  #measure(began: number, least: number): void {
    const spent = this.#clock.now() - began
    this.#notBefore = this.#clock.now() + Math.max(spent * SHARE, least)
    this.#cancelMeasure()
    this.#cancelMeasure = this.#clock.frame(() => {
      this.#cancelMeasure = this.#clock.frame(() => {
        const now = this.#clock.now()
        const busy = Math.max(now - began - 2 * FRAME, spent)
        this.#notBefore = Math.max(this.#notBefore, now + busy * (SHARE - 1))
      })
    })
  }

  #show(scene: Scene): void {
    const { story, pointed, at } = scene
    const centre = story.steps[(pointed ?? at) - 1]
    const lit = new Set(centre ? [centre.at, ...centre.related] : [])
    this.#scene = { ...scene, lit }
    for (const listener of this.#listeners) listener(this.#scene)
  }
}

/**
 * Where a step is in a story that was told again: what observers told late may stand before it. The last step before
 * it where it is gone.
 */
export function place(step: Step | undefined, { steps }: Story): number {
  if (step === undefined) return 0
  const after = steps.findIndex(({ t }) => t > step.t)
  const before = after < 0 ? steps.length : after
  for (let at = before; at > 0 && steps[at - 1]?.t === step.t; at -= 1) {
    const same = steps[at - 1]
    if (same?.kind === step.kind && same.program === step.program && same.host === step.host) return at
  }
  return before
}

const browserClock: FrameClock = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
  frame(then) {
    const frame = requestAnimationFrame(then)
    return () => cancelAnimationFrame(frame)
  },
}
