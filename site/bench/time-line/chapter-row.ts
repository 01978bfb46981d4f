/** The chapters of a story below its line: one button each, as long as its steps, that goes to where it begins. */
import { type Chapter, chapterAt, chaptersOf } from '../../../labs/checks/chapters.ts'
import type { Story } from '../../../labs/checks/story.ts'
import { make } from '../dom.ts'
import { setText } from '../program-box.ts'
import { say, type Voice } from '../story/wording.ts'

/** What a chapter is called: `Connect`, `Talk 2`, `Connections 4–6`. */
export function chapterName({ name, connections }: Chapter, voice: Voice): string {
  if (connections === null) return say(voice, `chapter.${name}`)
  const { from, to } = connections
  const number = from === to ? String(from) : `${from}–${to}`
  const key = name === 'connections' && from === to ? 'chapter.one-of' : 'chapter.of'
  return say(voice, key, { name: { key: `chapter.${name}`, values: {} }, number })
}

/** The step at which the next chapter begins, or this one, or at its beginning the one before. */
export function chapterFrom(story: Story, at: number, way: 'next' | 'before'): number {
  const chapters = chaptersOf(story)
  if (way === 'next') return chapters.find(({ from }) => from > at)?.from ?? story.steps.length
  return chapters.findLast(({ from }) => from < at)?.from ?? 1
}

export class ChapterRow {
  readonly element: HTMLElement
  readonly #voice: Voice
  readonly #onMove: (at: number) => void
  #buttons: HTMLButtonElement[] = []

  constructor(voice: Voice, onMove: (at: number) => void) {
    this.#voice = voice
    this.#onMove = onMove
    this.element = make('div', { class: 'chapters', role: 'group', 'aria-label': say(voice, 'line.chapters') })
  }

  /** Shows the chapters of a story; `at` stands in one of them. @returns what that is called; empty before the first. */
  show(story: Story, at: number): string {
    const chapters = chaptersOf(story)
    const now = chapterAt(story, at)
    // A button that goes and comes again would lose the focus.
    while (this.#buttons.length > chapters.length) this.#buttons.pop()?.remove()
    while (this.#buttons.length < chapters.length) this.#add()
    for (const [i, chapter] of chapters.entries())
      this.#showOne(this.#buttons[i] as HTMLButtonElement, chapter, now, at)
    this.element.hidden = chapters.length < 2
    return now && chapters.length > 1 ? chapterName(now, this.#voice) : ''
  }

  #add(): void {
    const button = make('button', { type: 'button' })
    button.addEventListener('click', () => this.#onMove(Number(button.dataset.from)))
    this.#buttons.push(button)
    this.element.append(button)
  }

  #showOne(button: HTMLButtonElement, chapter: Chapter, now: Chapter | null, at: number): void {
    const { name, from, to } = chapter
    const text = chapterName(chapter, this.#voice)
    setText(button, text)
    button.dataset.chapter = name
    button.dataset.from = String(from)
    button.style.flexGrow = String(to - from + 1)
    button.classList.toggle('later', from > at)
    const key = from === to ? 'line.chapter-one' : 'line.chapter'
    const label = say(this.#voice, key, { name: text, from, to })
    button.ariaLabel = label
    button.title = label
    if (chapter === now) button.ariaCurrent = 'step'
    else button.removeAttribute('aria-current')
  }
}
