/** The wire between both ends of a lab: an ordered list of what happened that happens to be a picture. */
import type { Story } from '../../../labs/checks/story.ts'
import type { Lang } from '../../languages.ts'
import type { Cast } from '../story/cast.ts'
import type { Words } from '../words.ts'

/** What the panel is made with. */
export interface WireParts {
  /** As `storyWords` gave them. */
  readonly words: Words
  readonly lang: Lang
  readonly cast: Cast
  /** The reader chose the step `at` as the moment. */
  readonly onPick: (at: number) => void
  /** The reader points at the step `at`, and then (null) at none. */
  readonly onPoint: (at: number | null) => void
}

/** Shows; it decides nothing. The element it is given is its own to fill. */
export class WirePanel {
  readonly #root: HTMLElement
  readonly #parts: WireParts

  constructor(root: HTMLElement, parts: WireParts) {
    this.#root = root
    this.#parts = parts
  }

  /**
   * Draws the story with the step `at` as the moment (0: before the first), and with the steps in `lit` marked because
   * the reader points at them or at something that belongs to them. May be called as often as the story changes: what
   * it draws waits for the next frame.
   */
  show(story: Story, at: number, lit: ReadonlySet<number>): void {
    const rows = story.steps.map((step) => {
      const row = document.createElement('li')
      row.textContent = `${step.at} ${step.kind}`
      row.classList.toggle('lit', step.at === at || lit.has(step.at))
      row.addEventListener('click', () => this.#parts.onPick(step.at))
      return row
    })
    const list = document.createElement('ol')
    list.append(...rows)
    this.#root.replaceChildren(list)
  }

  /** Ends everything it waits for. */
  close(): void {
    this.#root.replaceChildren()
  }
}
