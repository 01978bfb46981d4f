/** `<bench-quiz>`: a question whose answers stand in another order at each visit, and each have a reason. */
import { make } from '../bench/dom.ts'
import { type Words, word } from '../bench/words.ts'
import { langOf } from '../languages.ts'
import type { QuizDone } from './progress.ts'
import { orderOf, visitSeed } from './shuffle.ts'
import { changeProgress, now, progress } from './store.ts'
import { learnWords } from './words.ts'

export class QuizElement extends HTMLElement {
  #words: Words = {}
  #options: HTMLElement[] = []
  #say = make('p', { class: 'quiz-say', role: 'status' })
  #again = make('button', { class: 'quiet', type: 'button', hidden: true })
  /** Rises with each try, so that each has an order of its own. */
  #try = 0
  #isFirst = true

  connectedCallback(): void {
    if (this.#options.length > 0) return
    this.#options = [...this.querySelectorAll<HTMLElement>('[data-answer]')]
    for (const option of this.#options) this.#make(option)
    this.querySelector('.ask-body')?.append(this.#say, this.#again)
    this.#again.addEventListener('click', () => {
      this.#try += 1
      this.#ask()
      this.querySelector<HTMLElement>('.choose')?.focus()
    })
    void learnWords(langOf(document.documentElement.lang.slice(0, 2))).then((words) => {
      this.#words = words
      this.#again.textContent = word(words, { key: 'quiz.again' })
      this.#ask()
      const done = this.#done
      if (done?.right === false) this.#say.textContent = word(words, { key: 'quiz.retry' })
      if (done?.right) this.#show('right')
    })
  }

  get #key(): string {
    return `${document.querySelector<HTMLElement>('main[data-lesson]')?.dataset.lesson ?? ''}/${this.dataset.quiz}`
  }

  get #done(): QuizDone | undefined {
    return progress().quizzes[this.#key]
  }

  /** An answer becomes a button, with its reason beneath. */
  #make(option: HTMLElement): void {
    const reason = option.querySelector<HTMLDetailsElement>('[data-reason]')
    reason?.remove()
    const button = make('button', { type: 'button', class: 'choose' }, ...option.childNodes)
    option.replaceChildren(button)
    if (reason) option.append(reason)
    button.addEventListener('click', () => this.#choose(option))
  }

  /** Asks anew: in an order of this visit and this try, with all reasons closed. */
  #ask(): void {
    this.#isFirst = true
    this.dataset.state = 'asking'
    this.#say.textContent = ''
    this.#again.hidden = true
    const order = orderOf(this.#options.length, visitSeed() + this.#try, this.#key)
    const sorted = order.flatMap((index) => this.#options[index] ?? [])
    for (const option of sorted) {
      delete option.dataset.chosen
      const reason = option.querySelector<HTMLDetailsElement>('[data-reason]')
      if (reason) reason.open = false
      this.#say.before(option)
    }
  }

  #choose(option: HTMLElement): void {
    if (this.dataset.state === 'right') return
    const isRight = option.dataset.answer === 'right'
    option.dataset.chosen = ''
    const reason = option.querySelector<HTMLDetailsElement>('[data-reason]')
    if (reason) reason.open = true
    if (this.#isFirst) this.#keep(isRight)
    this.#isFirst = false
    if (isRight) this.#show('right')
    else {
      this.dataset.state = 'wrong'
      this.#say.textContent = word(this.#words, { key: 'quiz.wrong' })
    }
  }

  #show(state: 'right'): void {
    this.dataset.state = state
    for (const option of this.#options.filter(({ dataset }) => dataset.answer === 'right')) option.dataset.chosen = ''
    this.#say.textContent = word(this.#words, { key: this.#done?.right ? 'quiz.right' : 'quiz.right-late' })
    this.#again.hidden = false
  }

  #keep(right: boolean): void {
    changeProgress((before) => {
      const tries = (before.quizzes[this.#key]?.tries ?? 0) + 1
      return { ...before, quizzes: { ...before.quizzes, [this.#key]: { right, tries, when: now() } } }
    })
  }
}
