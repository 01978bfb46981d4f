/** `<bench-predict>`: asks before the first run; the run answers, the reader says what appeared, then it is explained. */
import type { Shown } from '../../labs/checks/judge.ts'
import { make } from '../bench/dom.ts'
import { settings } from '../bench/settings.ts'
import { type Words, word } from '../bench/words.ts'
import { langOf } from '../languages.ts'
import { eventButtons } from './events.ts'
import type { PredictionDone } from './progress.ts'
import { changeProgress, now, progress } from './store.ts'
import { learnWords } from './words.ts'

/** What a run says to a prediction. */
export interface Answered {
  readonly shown: Shown | null
  /** What appeared, by id, with the steps at which it did; empty: it did not. */
  readonly saw: Readonly<Record<string, readonly number[]>>
}

/** A lab that can be run. */
interface Runnable extends HTMLElement {
  runAll(): void
}

export class PredictElement extends HTMLElement {
  #words: Words | null = null
  #choices = make('div', { class: 'choices', role: 'group' })
  #note = make('p', { class: 'predict-say', role: 'status' })
  #seen = make('fieldset', { class: 'seen', hidden: true })
  /** What the reader wanted to run when the question held it. */
  #wanted: (() => void) | null = null
  #answered: { answer: Answered; onPick: (step: number) => void } | null = null
  readonly ready: Promise<void>
  #isReady = () => {}

  constructor() {
    super()
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve
    })
  }

  connectedCallback(): void {
    if (this.#words !== null) return
    void learnWords(langOf(document.documentElement.lang.slice(0, 2))).then((words) => {
      if (this.#words !== null) return
      this.#words = words
      this.#build(words)
      this.#showState()
      this.#isReady()
    })
  }

  get key(): string {
    return `${this.dataset.of}/${this.dataset.predict}`
  }

  /** Whether it is still to be answered before its lab is run. */
  get asks(): boolean {
    return settings().ask && this.#done === undefined
  }

  /** Holds a run until the question is answered or skipped. @returns whether it does. */
  hold(run: () => void): boolean {
    if (!this.asks || this.#words === null) return false
    this.#wanted = run
    this.#say('predict.first')
    this.scrollIntoView({ block: 'nearest', behavior: 'instant' })
    this.#choices.querySelector('button')?.focus({ preventScroll: true })
    return true
  }

  /** Takes what a run says; once the reader has chosen, it is time to look. */
  show(answer: Answered, onPick: (step: number) => void): void {
    this.#answered = { answer, onPick }
    if (this.dataset.state === 'answered' && answer.shown) this.#askWhatAppeared()
  }

  /** The bench is another one: steps lead nowhere. */
  forget(): void {
    this.#answered = null
    if (this.dataset.state === 'seeing') this.#showState()
  }

  get #done(): PredictionDone | undefined {
    return progress().predictions[this.key]
  }

  #build(words: Words): void {
    const options = [...this.querySelectorAll<HTMLElement>('[data-option]')]
    this.#choices.setAttribute('aria-label', word(words, { key: 'predict.choices' }))
    options[0]?.before(this.#choices)
    for (const option of options) {
      const button = make('button', { type: 'button', class: 'choose' }, ...option.childNodes)
      button.addEventListener('click', () => this.#choose(option.dataset.option ?? ''))
      option.replaceChildren(button)
      this.#choices.append(option)
    }
    const skip = make('button', { type: 'button', class: 'quiet skip-it' }, word(words, { key: 'predict.skip' }))
    skip.addEventListener('click', () => this.#choose(null))
    this.#choices.append(skip)
    const legend = make('legend', {}, word(words, { key: 'predict.seen' }))
    this.#seen.append(legend)
    const saws = [...this.querySelectorAll<HTMLElement>('[data-saw]')]
    this.#choices.after(this.#note, this.#seen)
    for (const saw of saws) {
      const box = make('input', { type: 'checkbox' })
      const label = make('label', {}, box, make('span', {}, ...saw.childNodes))
      saw.replaceChildren(label)
      this.#seen.append(saw)
    }
    const compare = make('button', { type: 'button', class: 'btn' }, word(words, { key: 'predict.compare' }))
    compare.addEventListener('click', () => this.#compare())
    this.#seen.append(compare)
  }

  #choose(choice: string | null): void {
    const done: PredictionDone = { choice, shown: null, when: now() }
    changeProgress((before) => ({ ...before, predictions: { ...before.predictions, [this.key]: done } }))
    this.#showState()
    const run = this.#wanted ?? (() => this.#lab?.runAll())
    this.#wanted = null
    run()
  }

  get #lab(): Runnable | null {
    return document.querySelector<Runnable>(`bench-lab[data-lab="${this.dataset.of}"]`)
  }

  #showState(): void {
    const done = this.#done
    for (const option of this.querySelectorAll<HTMLElement>('[data-option]')) {
      option.toggleAttribute('data-chosen', option.dataset.option === done?.choice)
      const button = option.querySelector('button')
      if (button) button.disabled = done !== undefined
    }
    const skip = this.#choices.querySelector<HTMLElement>('.skip-it')
    if (skip) skip.hidden = done !== undefined
    this.#seen.hidden = true
    if (done === undefined) {
      this.dataset.state = 'asking'
      return
    }
    if (done.choice === null) {
      this.dataset.state = 'skipped'
      this.#say('predict.skipped')
    } else if (done.shown === null) {
      this.dataset.state = 'answered'
      this.#say('predict.answered')
      if (this.#answered?.answer.shown) this.#askWhatAppeared()
    } else {
      this.dataset.state = 'told'
      this.#tell(done.shown, [])
    }
  }

  /** The run is over, as far as this question is: what appeared? */
  #askWhatAppeared(): void {
    this.dataset.state = 'seeing'
    const hasSaw = this.querySelector('[data-saw]') !== null
    this.#seen.hidden = !hasSaw
    this.#say('predict.look')
    if (!hasSaw) this.#compare()
  }

  /** Holds what the reader ticked against the run, and the prediction too; then it is explained. */
  #compare(): void {
    const words = this.#words
    const { answer, onPick } = this.#answered ?? {}
    if (words === null || !answer?.shown || !onPick) return
    for (const saw of this.#seen.querySelectorAll<HTMLElement>('[data-saw]')) {
      const steps = answer.saw[saw.dataset.saw ?? ''] ?? []
      const box = saw.querySelector('input')
      const appeared = steps.length > 0
      if (box) box.disabled = true
      saw.dataset.seen = String(box?.checked === appeared)
      saw.querySelector('.truth')?.remove()
      const text = word(words, { key: appeared ? 'predict.appeared' : 'predict.not-appeared' })
      const mark = box?.checked === appeared ? '✓ ' : '✕ '
      saw.append(make('span', { class: 'truth' }, mark, text, ' ', eventButtons(words, steps, onPick)))
    }
    this.#seen.querySelector('.btn')?.remove()
    const { option, steps } = answer.shown
    const done = this.#done
    if (done) {
      const told = { ...done, shown: option }
      changeProgress((before) => ({ ...before, predictions: { ...before.predictions, [this.key]: told } }))
    }
    this.dataset.state = 'told'
    this.#tell(option, steps)
    const why = this.querySelector<HTMLDetailsElement>('[data-why]')
    if (why) why.open = true
  }

  #tell(shown: string, steps: readonly number[]): void {
    const words = this.#words
    if (words === null) return
    for (const option of this.querySelectorAll<HTMLElement>('[data-option]')) {
      option.toggleAttribute('data-shown', option.dataset.option === shown)
    }
    const isRight = this.#done?.choice === shown
    this.dataset.right = String(isRight)
    const onPick = this.#answered?.onPick
    this.#note.replaceChildren(
      word(words, { key: isRight ? 'predict.right' : 'predict.other' }),
      ' ',
      ...(onPick ? [eventButtons(words, steps, onPick)] : []),
    )
  }

  #say(key: string): void {
    this.#note.textContent = word(this.#words ?? {}, { key })
  }
}
