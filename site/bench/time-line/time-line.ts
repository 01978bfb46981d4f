/** The time line of a story: a slider over its steps, and one plain sentence for the moment. */
import type { Story } from '../../../labs/checks/story.ts'
import type { Lang } from '../../languages.ts'
import type { Cast } from '../story/cast.ts'
import type { Words } from '../words.ts'

/** What the time line is made with. */
export interface TimeLineParts {
  /** As `storyWords` gave them. */
  readonly words: Words
  readonly lang: Lang
  readonly cast: Cast
  /** The moment is to be this step; null: now, and to stay with the latest. Also called by its own playing. */
  readonly onMove: (at: number | null) => void
}

/** Shows, and plays; which moment it is is kept by whoever made it. The element it is given is its own to fill. */
export class TimeLine {
  readonly #root: HTMLElement
  readonly #parts: TimeLineParts
  #slider = document.createElement('div')

  constructor(root: HTMLElement, parts: TimeLineParts) {
    this.#root = root
    this.#parts = parts
    this.#slider.role = 'slider'
    this.#slider.tabIndex = 0
    this.#slider.addEventListener('keydown', ({ key }) => key === 'End' && this.#parts.onMove(null))
    root.replaceChildren(this.#slider)
  }

  /** Shows the step `at` as the moment, the last one when `follows`: then it says that it stays with now. */
  show(story: Story, at: number, follows: boolean): void {
    this.#slider.ariaValueMin = '0'
    this.#slider.ariaValueMax = String(story.steps.length)
    this.#slider.ariaValueNow = String(at)
    this.#slider.ariaValueText = follows ? `${at}, now` : String(at)
  }

  /** Ends everything it waits for, and playing with it. */
  close(): void {
    this.#root.replaceChildren()
  }
}
