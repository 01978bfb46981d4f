/** Judges a lab's tasks and predictions by what its bench tells, and shows what comes out. Comes with the first run. */
import { Hearing, type Marked } from '../../labs/checks/evidence.ts'
import { type Checks, verdictOn } from '../../labs/checks/judge.ts'
import type { Story } from '../../labs/checks/story.ts'
import type { BenchEvent } from '../../labs/events.ts'
import type { Lab } from '../../labs/lab.ts'
import { make } from '../bench/dom.ts'
import { type Words, word } from '../bench/words.ts'
import type { Lang } from '../languages.ts'
import type { PredictElement } from './predict-element.ts'
import type { TaskElement } from './task-element.ts'
import { wake } from './wake.ts'
import { learnWords } from './words.ts'

const all = import.meta.glob<Checks>('/labs/catalog/*/checks.ts', { import: 'default' })

export interface JudgingParts {
  readonly root: HTMLElement
  readonly lab: Lab
  readonly lang: Lang
}

/** Output alone makes nothing to draw; what it proves is looked at so soon after it, in ms. */
const SOON = 60

/** Null where nothing of the lab is judged on this page. Rejects when it cannot be loaded. */
export async function openJudging(parts: JudgingParts): Promise<Judging | null> {
  const load = all[`/labs/catalog/${parts.lab.id}/checks.ts`]
  const of = `[data-of="${parts.lab.id}"]`
  if (load === undefined || document.querySelector(`bench-task${of}, bench-predict${of}`) === null) return null
  const [checks, words] = await Promise.all([load(), learnWords(parts.lang), wake()])
  return new Judging(parts, checks, words)
}

export class Judging {
  readonly #parts: JudgingParts
  readonly #checks: Checks
  readonly #words: Words
  readonly #hearing: Hearing
  readonly #left = new AbortController()
  readonly #token = make('p', { class: 'token', 'data-token': '', hidden: true })
  #story: Story | null = null
  #onPick: (step: number) => void = () => {}
  #marked: Marked | null = null
  #soon: ReturnType<typeof setTimeout> | undefined

  constructor(parts: JudgingParts, checks: Checks, words: Words) {
    this.#parts = parts
    this.#checks = checks
    this.#words = words
    this.#hearing = new Hearing(parts.lab)
    const { root } = parts
    root.querySelector('.lab-head .say')?.after(this.#token)
    root.addEventListener(
      'bytes-marked',
      (event) => {
        this.#marked = (event as CustomEvent<Marked | null>).detail
        this.#judge()
      },
      { signal: this.#left.signal },
    )
  }

  /** What leads to a step, as soon as there is something that can. */
  lead(onPick: (step: number) => void): void {
    this.#onPick = onPick
  }

  /** Takes an event of the bench. */
  hear(event: BenchEvent): void {
    this.#hearing.hear(event)
    if (event.kind === 'starting' && event.token !== undefined) this.#showToken(event.token)
    if (event.kind === 'output' || event.kind === 'upto' || event.kind === 'counters') {
      this.#soon ??= setTimeout(() => this.#judge(), SOON)
    }
  }

  /** The bench is another one, or there is none. */
  restart(): void {
    this.#hearing.restart()
    this.#story = null
    this.#marked = null
    this.#token.hidden = true
    for (const element of this.#predictions) element.forget()
  }

  /** Takes the story of the run, each time it is told. */
  tell(story: Story): void {
    if (story === this.#story) return
    if (story.run !== this.#story?.run) this.#marked = null
    this.#story = story
    this.#judge()
  }

  close(): void {
    this.#left.abort()
    clearTimeout(this.#soon)
    this.#token.remove()
  }

  get #tasks(): TaskElement[] {
    return [...document.querySelectorAll<TaskElement>(`bench-task[data-of="${this.#parts.lab.id}"]`)]
  }

  get #predictions(): PredictElement[] {
    return [...document.querySelectorAll<PredictElement>(`bench-predict[data-of="${this.#parts.lab.id}"]`)]
  }

  #judge(): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    const story = this.#story
    // A run that has begun and is not told yet has no verdict; the one before it keeps its own.
    if (story === null || story.acts[0]?.run !== this.#hearing.begins) return
    const { root } = this.#parts
    const source = root.dataset.source === 'recorded' ? 'recorded' : 'live'
    const run = this.#hearing.evidence(story, source, this.#marked)
    const pick = (step: number) => {
      this.#onPick(step)
      root.scrollIntoView({ block: 'start', behavior: 'instant' })
    }
    for (const element of this.#tasks) {
      const task = this.#checks.tasks?.[element.dataset.task ?? '']
      if (task) element.show(verdictOn(task, run), pick)
    }
    for (const element of this.#predictions) {
      const prediction = this.#checks.predictions?.[element.dataset.predict ?? '']
      if (prediction === undefined) continue
      const saw = Object.entries(prediction.saw).map(([id, ask]) => {
        const { found } = ask(run)
        return [id, [...new Set(found.map(({ step }) => step).filter((step) => step > 0))]] as const
      })
      element.show({ shown: prediction.shows(run), saw: Object.fromEntries(saw) }, pick)
    }
  }

  /** A lab whose programs and tasks know nothing of it is not burdened with it. */
  #showToken(token: string): void {
    const knows = [this.#parts.root, ...this.#tasks].some((one) => /\bTOKEN\b/.test(one.textContent))
    if (!knows) return
    this.#token.hidden = false
    this.#token.textContent = word(this.#words, { key: 'task.token', values: { token } })
    this.#token.dataset.token = token
  }
}
