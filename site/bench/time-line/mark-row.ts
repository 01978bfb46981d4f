/** What was done to wires by hand, above the line where it was done: from which value to which. */
import type { Step, Story } from '../../../labs/checks/story.ts'
import { make } from '../dom.ts'
import { faultWords } from '../story/fault-sentence.ts'
import { say, type Voice } from '../story/wording.ts'
import { placeOf } from './ticks.ts'

type ByHand = Step & { kind: 'faults' | 'seed' }

/** Beyond this place a label stands to the left of its mark: to the right there is no room. */
const FAR = 0.62

/** Changes closer to each other than this share one mark. */
const CLOSE = 0.05

/** Changes that stand so close together that one flag is for all of them. */
interface Mark {
  readonly place: number
  readonly steps: readonly ByHand[]
}

/** Where something was changed, from left to right; what was set to what it was has no mark. */
export function marksOf({ steps }: Story): Mark[] {
  const marks: { place: number; steps: ByHand[] }[] = []
  for (const step of steps) {
    if (step.kind !== 'seed' && !(step.kind === 'faults' && step.changes.length > 0)) continue
    const place = placeOf(step.at, steps.length)
    const before = marks.at(-1)
    if (before && place - before.place < CLOSE) before.steps.push(step)
    else marks.push({ place, steps: [step] })
  }
  return marks
}

export class MarkRow {
  readonly element = make('div', { class: 'marks' })
  readonly #voice: Voice
  readonly #onMove: (at: number) => void
  #shown = ''

  constructor(voice: Voice, onMove: (at: number) => void) {
    this.#voice = voice
    this.#onMove = onMove
  }

  show(story: Story): void {
    const marks = marksOf(story)
    const shown = JSON.stringify(marks.map(({ place, steps }) => [place, steps.map(faultWords)]))
    if (shown === this.#shown) return
    this.#shown = shown
    this.element.hidden = marks.length === 0
    this.element.replaceChildren(...marks.map((mark, i) => this.#draw(mark, marks[i - 1], marks[i + 1])))
  }

  #draw({ place, steps }: Mark, before: Mark | undefined, after: Mark | undefined): HTMLElement {
    const told = steps.map((step) => say(this.#voice, 'line.change', { what: faultWords(step) }))
    const text = told.join(say(this.#voice, 'wire.semicolon'))
    const at = steps[0]?.at ?? 1
    const label = say(this.#voice, 'line.mark', { at, what: say(this.#voice, 'wire.faults', { what: text }) })
    const isFar = place > FAR
    // A label takes the room to the next mark on its side; what finds none is in the mark's name.
    const next = isFar ? before : after
    const edge = next?.place ?? (isFar ? 0 : 1)
    const shared = next !== undefined && next.place > FAR !== isFar
    const room = Math.abs(edge - place) / (shared ? 2 : 1)
    const mark = make(
      'button',
      { type: 'button', class: isFar ? 'far' : null, 'data-mark': at, 'aria-label': label, title: label },
      make('span', {}, text),
    )
    mark.style.setProperty('--at', `${(place * 100).toFixed(2)}%`)
    mark.style.setProperty('--room', `${(room * 100).toFixed(2)}%`)
    mark.addEventListener('click', () => this.#onMove(at))
    return mark
  }
}
