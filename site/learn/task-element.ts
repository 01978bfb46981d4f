/** `<bench-task>`: a task that ticks itself from the evidence of a run. */
import type { Said, Verdict } from '../../labs/checks/judge.ts'
import { LANGUAGES, type Language } from '../../labs/lab.ts'
import { make } from '../bench/dom.ts'
import { type Words, word } from '../bench/words.ts'
import { langOf } from '../languages.ts'
import { eventButtons } from './events.ts'
import { changeProgress, now, onProgress, progress } from './store.ts'
import { learnWords } from './words.ts'

/** A lab that can be run. */
interface BenchLab extends HTMLElement {
  runAll(): void
}

const solutions = import.meta.glob<string>(
  ['/labs/catalog/*/solution/*/*.{ts,py}', '!/labs/catalog/*/solution/*/deeds.ts'],
  { import: 'default', query: '?raw' },
)

export class TaskElement extends HTMLElement {
  #words: Words | null = null
  #left: AbortController | null = null
  /** What was told before the words were there. */
  #told: { verdict: Verdict; onPick: (step: number) => void } | null = null
  #shown = ''

  connectedCallback(): void {
    const left = new AbortController()
    this.#left = left
    this.#wireHints(left.signal)
    this.#wireSolution(left.signal)
    left.signal.addEventListener(
      'abort',
      onProgress(() => this.#showPassed()),
    )
    void learnWords(langOf(document.documentElement.lang.slice(0, 2)), 'tasks').then((words) => {
      this.#words = words
      this.#showPassed()
      if (this.#told) this.show(this.#told.verdict, this.#told.onPick)
    })
  }

  disconnectedCallback(): void {
    this.#left?.abort()
  }

  /** The task's name in what its reader has done. */
  get key(): string {
    return `${this.dataset.of}/${this.dataset.task}`
  }

  /** Shows what a run says; `onPick` leads to a step of it. */
  show(verdict: Verdict, onPick: (step: number) => void): void {
    this.#told = { verdict, onPick }
    const words = this.#words
    if (words === null) return
    const text = JSON.stringify(verdict)
    if (text === this.#shown) return
    this.#shown = text
    // That a later run has not done it again is no news.
    const isKept = verdict.verdict === 'not-yet' && progress().tasks[this.key] !== undefined
    this.dataset.verdict = isKept ? 'passed' : verdict.verdict
    this.#say(word(words, { key: isKept ? 'verdict.passed-before' : `verdict.${verdict.verdict}` }))
    for (const point of verdict.points) {
      const row = this.querySelector(`[data-point="${point.key}"]`)
      const tick = make('span', { class: 'tick' }, point.there ? '✓' : '…')
      const state = make('span', { class: 'vh' }, word(words, { key: point.there ? 'task.there' : 'task.missing' }))
      row?.replaceChildren(tick, state, ' ', this.#sentence(point), ' ', eventButtons(words, point.steps, onPick))
      row?.classList.toggle('there', point.there)
    }
    this.#showAgainst(words, verdict, onPick)
    if (verdict.verdict === 'passed') this.#keep()
  }

  #showAgainst(words: Words, { against, reason }: Verdict, onPick: (step: number) => void): void {
    const place = this.querySelector<HTMLElement>('[data-against]')
    if (place === null) return
    place.hidden = against === null && reason === null
    if (reason !== null) place.replaceChildren(word(words, { key: `reason.${reason}` }))
    if (against === null) return
    place.replaceChildren(this.#sentence(against), ' ', eventButtons(words, against.steps, onPick))
  }

  #sentence({ key, values }: Said): string {
    const { of: lab, task } = this.dataset
    return word(this.#words ?? {}, { key: `${lab}.${task}.${key}`, ...(values && { values }) })
  }

  #say(text: string): void {
    const place = this.querySelector<HTMLElement>('[data-verdict-words]')
    if (place && place.textContent !== text) place.textContent = text
  }

  #keep(): void {
    if (progress().tasks[this.key]) return
    changeProgress((before) => ({ ...before, tasks: { ...before.tasks, [this.key]: { passed: now() } } }))
  }

  /** What was passed stays passed, whatever is run later. */
  #showPassed(): void {
    const isPassed = progress().tasks[this.key] !== undefined
    this.toggleAttribute('data-passed', isPassed)
    if (!isPassed || this.#shown !== '' || this.#words === null) return
    this.dataset.verdict = 'passed'
    this.#say(word(this.#words, { key: 'verdict.passed-before' }))
  }

  /** The solution becomes the text of its programs, in the languages that are chosen, and all programs are run. */
  #wireSolution(signal: AbortSignal): void {
    const button = this.querySelector<HTMLButtonElement>('[data-run-solution]')
    if (button === null) return
    button.hidden = false
    button.addEventListener('click', () => void this.#runSolution(), { signal })
  }

  async #runSolution(): Promise<void> {
    const { of: lab = '', task = '' } = this.dataset
    const root = document.querySelector<BenchLab>(`bench-lab[data-lab="${lab}"]`)
    if (root === null) return
    const files = [...this.querySelectorAll<HTMLElement>('[data-solution] [data-file]')]
    const [{ versions }, texts] = await Promise.all([
      import('../bench/edit/versions.ts'),
      solutionTexts(lab, task, files),
    ])
    for (const [file, text] of texts) {
      const [program = '', ending = ''] = file.split('.')
      const language = LANGUAGES.find((one) => one === ending)
      if (language && isChosen(root, program, language)) versions.put(lab, program, language, text, 'solution')
    }
    this.querySelector('.solution-say')?.remove()
    const say = make('p', { class: 'solution-say', role: 'status' })
    this.querySelector('[data-solution]')?.append(say)
    say.textContent = word(this.#words ?? {}, { key: 'task.solution-runs' })
    root.scrollIntoView({ block: 'start', behavior: 'instant' })
    root.runAll()
  }

  /** One hint at a time: the next is offered when the one before it was opened. */
  #wireHints(signal: AbortSignal): void {
    const hints = [...this.querySelectorAll<HTMLDetailsElement>('[data-hint], [data-solution]')]
    const offer = () => {
      hints.forEach((hint, index) => {
        hint.hidden = index > 0 && !hints.slice(0, index).every((one) => one.hasAttribute('data-opened') || one.open)
      })
    }
    for (const hint of hints) {
      hint.addEventListener(
        'toggle',
        () => {
          if (hint.open) hint.setAttribute('data-opened', '')
          offer()
        },
        { signal },
      )
    }
    offer()
  }
}

/** The texts of a solution's programs, by the names of their files. */
async function solutionTexts(lab: string, task: string, shown: readonly HTMLElement[]): Promise<[string, string][]> {
  const loads = shown.flatMap(({ dataset: { file = '' } }) => {
    const load = solutions[`/labs/catalog/${lab}/solution/${task}/${file}`]
    return load ? [load().then((text): [string, string] => [file, text])] : []
  })
  return Promise.all(loads)
}

/** Whether a program of a lab is to be run in this language now. */
function isChosen(root: HTMLElement, program: string, language: Language): boolean {
  const chosen = root.querySelector<HTMLInputElement>(`[data-program="${program}"] .choice input:checked`)
  return chosen?.value === language
}
