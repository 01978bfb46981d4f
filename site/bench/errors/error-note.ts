/** Beside a program that met an error: what the error means, what in this run made it so, and what to try. */
import { type Culprit, culpritOf, errorOf } from '../../../labs/checks/culprit.ts'
import { placeOfStep, type Story } from '../../../labs/checks/story.ts'
import { addStyle, make } from '../dom.ts'
import { type Sentence, type Words, word } from '../words.ts'
import style from './errors.css?inline'

/** What the note is made with. */
export interface ErrorParts {
  /** As `errorWords` gave them. */
  readonly words: Words
  /** The reader chose the step `at`. */
  readonly onPick: (at: number) => void
}

/** The latest call of a program that failed up to the step `at`, with an error that can be explained; -1 for none. */
export function failureAt(story: Story, at: number, program: string): number {
  return story.calls.findLastIndex(({ program: whose, error, ended, run }, place) => {
    if (whose !== program || error === null || ended === null || errorOf(error) === null) return false
    const latest = story.acts.findLast((act) => act.program === program)
    const step = placeOfStep(story, place)
    return run === latest?.run && step > 0 && step <= at
  })
}

/** What the sentence about a cause names: the event that shows it, 0 where none does; whose doing it was; packets sent in vain. */
export function valuesOf(story: Story, culprit: Culprit): Record<'event' | 'program' | 'sent', string | number> {
  return { event: packetStep(story, culprit), program: culprit.program ?? '', sent: culprit.sent }
}

/** The step of the packet that shows it; 0 where none does. */
function packetStep({ steps }: Story, { packet }: Culprit): number {
  return steps.find((step) => step.kind === 'packet' && step.packet === packet)?.at ?? 0
}

/** A text in which what stands between backticks is code. */
function withCode(text: string): (Node | string)[] {
  return text.split('`').map((part, place) => (place % 2 === 0 ? part : make('code', {}, part)))
}

/** Shows the explanation for one program. The element it is given is its own to fill; it is hidden while there is none. */
export class ErrorNote {
  readonly #root: HTMLElement
  readonly #program: string
  readonly #parts: ErrorParts
  #shown = ''

  constructor(root: HTMLElement, program: string, parts: ErrorParts) {
    addStyle(style)
    this.#root = root
    this.#program = program
    this.#parts = parts
    root.classList.add('error-note')
    root.hidden = true
  }

  show(story: Story, at: number): void {
    const place = failureAt(story, at, this.#program)
    const call = story.calls[place]
    const error = call?.error ? errorOf(call.error) : null
    const culprit = culpritOf(story, place)
    const key = call && error ? JSON.stringify([story.run, place, culprit]) : ''
    if (key === this.#shown) return
    this.#shown = key
    this.#root.hidden = key === ''
    if (!call?.error || error === null) {
      this.#root.replaceChildren()
      return
    }
    const shows = culprit ? this.#say(`culprit.${culprit.kind}`, valuesOf(story, culprit)) : this.#say('error.unknown')
    this.#root.dataset.error = call.error
    this.#root.replaceChildren(
      make('p', {}, make('code', {}, call.error), ' ', ...withCode(this.#say(`error.${error}`))),
      make('p', {}, make('b', {}, this.#say('error.shows')), ' ', shows, ...this.#links(story, place, culprit)),
      make('p', {}, make('b', {}, this.#say('error.try')), ' ', ...withCode(this.#say(`error.${error}.try`))),
    )
  }

  /** To the steps that show it: the failed call itself, and what made it fail. */
  #links(story: Story, place: number, culprit: Culprit | null): (Node | string)[] {
    const packet = culprit ? packetStep(story, culprit) : 0
    const cause = culprit?.call == null ? 0 : placeOfStep(story, culprit.call)
    const steps = [...new Set([cause, packet, placeOfStep(story, place)])].filter((at) => at > 0)
    return steps.flatMap((at) => {
      const link = make('button', { class: 'quiet', type: 'button', 'data-step': at }, this.#say('error.step', { at }))
      link.addEventListener('click', () => this.#parts.onPick(at))
      return [' ', link]
    })
  }

  #say(key: string, values?: Sentence['values']): string {
    return word(this.#parts.words, { key, ...(values && { values }) })
  }
}
