/** `<bench-lab>`: brings a lab of the page to life. What it shows is a fold; this file wires it to buttons. */
import type { Language } from '../../labs/lab.ts'
import { choose, languageOf } from './choice.ts'
import { fold, isAlive, isBusy, type LabView, type Step, untouched, whyNot } from './fold.ts'
import { askHealth, forgetHealth } from './health.ts'
import { LiveSource } from './live.ts'
import { ProgramBox, setDisabled, setText } from './program-box.ts'
import { labWords, whyNotWords } from './sentences.ts'
import { boundFont, changeSettings, FONT, onSettings, settings } from './settings.ts'
import type { BenchSource, News } from './source.ts'
import { pageWords, type Words, word, wordTrouble } from './words.ts'

/** The labs of this page. */
const labs = new Set<BenchLab>()

class BenchLab extends HTMLElement {
  #words: Words = {}
  #view: LabView = untouched([])
  #source: BenchSource | null = null
  #boxes = new Map<string, ProgramBox>()
  /** What went wrong in the page itself, until the reader does something else. */
  #said: string | null = null
  #left: AbortController | null = null

  connectedCallback(): void {
    const left = new AbortController()
    const { signal } = left
    const source = new LiveSource(this.dataset.lab ?? '')
    this.#left = left
    this.#source = source
    this.#words = pageWords()
    this.#boxes = new Map(
      [...this.querySelectorAll<HTMLElement>('[data-program]')].map((element) => {
        const box = this.#box(element, source)
        return [box.name, box]
      }),
    )
    this.#view = untouched([...this.#boxes.keys()], Number(this.dataset.hosts))
    labs.add(this)
    this.#wireTools(signal)
    signal.addEventListener(
      'abort',
      source.onNews((news) => this.#hear(news)),
    )
    signal.addEventListener(
      'abort',
      onSettings(() => this.#showSettings()),
    )
    addEventListener('pagehide', () => source.leave(), { signal })
    addEventListener('pageshow', ({ persisted }) => persisted && source.resume(), { signal })
    addEventListener('online', () => source.retry(), { signal })
    document.addEventListener('visibilitychange', () => this.#lookedAt(), { signal })
    this.followChoice()
    this.#showSettings()
    source.resume()
    void this.#askHealth()
  }

  disconnectedCallback(): void {
    labs.delete(this)
    this.#left?.abort()
    this.#source?.leave()
    for (const box of this.#boxes.values()) box.close()
  }

  /** Takes over the languages chosen elsewhere on the page, unless something of this lab is running. */
  followChoice(): void {
    if (this.#programs().some((box) => this.#isBusy(box))) return
    const { choice } = settings()
    for (const box of this.#programs()) if (box.end) box.language = languageOf(choice, box.end)
    this.#show()
  }

  #box(element: HTMLElement, source: BenchSource): ProgramBox {
    const box: ProgramBox = new ProgramBox(element, {
      words: this.#words,
      // Who opens a shell wants to type.
      onRun: () => void this.#run([box]).then(() => box.isShell && box.focus()),
      onStop: () => this.#stop([box]),
      onChoice: (language) => this.#chosen(box, language),
      onInput: (bytes) => source.input(box.name, bytes),
      onSize: (size) => source.resize(box.name, size),
      onParsed: (offset) => source.ack(box.name, offset),
      onTrouble: (sentence) => {
        this.#said = sentence
        this.#show()
      },
    })
    return box
  }

  #wireTools(signal: AbortSignal): void {
    const on = (selector: string, act: (element: HTMLElement) => void, type = 'click') => {
      for (const element of this.querySelectorAll<HTMLElement>(selector)) {
        element.addEventListener(type, () => element.getAttribute('aria-disabled') !== 'true' && act(element), {
          signal,
        })
      }
    }
    on('[data-run-all]', () => void this.#run(this.#programs()))
    on('[data-stop-all]', () => this.#stop(this.#programs()))
    on('[data-font]', ({ dataset }) => changeSettings({ font: boundFont(settings().font + Number(dataset.font)) }))
    on('[data-screen-reader]', (box) => changeSettings({ screenReader: (box as HTMLInputElement).checked }), 'change')
  }

  /** Starts programs that are not running: terminals first, because a program is started with its terminal's size. */
  async #run(boxes: readonly ProgramBox[]): Promise<void> {
    const chosen = boxes.filter((box) => !this.#isBusy(box) && this.#canRun(box))
    if (chosen.length === 0) return
    this.#said = null
    this.#take({ kind: 'asked', programs: chosen.map(({ name }) => name) })
    this.#source?.open()
    try {
      await Promise.all(chosen.map((box) => box.open()))
    } catch {
      return this.#take({ kind: 'withdrawn' })
    }
    const wanted = chosen.filter(({ name }) => this.#view.programs[name]?.asked)
    if (wanted.length === 0) return
    this.#source?.run(wanted.map((box) => ({ program: box.name, language: box.language, ...box.fit() })))
  }

  #stop(boxes: readonly ProgramBox[]): void {
    const programs = boxes.filter((box) => this.#isBusy(box)).map(({ name }) => name)
    if (programs.length === 0) return
    this.#said = null
    this.#source?.stop(programs)
    // A stop also ends the waiting of programs whose turn had not come.
    this.#take({ kind: 'withdrawn' })
  }

  /** The lab's own programs and views: all but the shells. */
  #programs(): ProgramBox[] {
    return [...this.#boxes.values()].filter(({ isShell }) => !isShell)
  }

  #canRun({ language }: ProgramBox): boolean {
    const { interpreters } = this.#view
    return whyNot(this.#view) === null && (language === 'sh' || interpreters?.[language] !== null)
  }

  #isBusy(box: ProgramBox): boolean {
    const program = this.#view.programs[box.name]
    return program !== undefined && isBusy(program)
  }

  #chosen(box: ProgramBox, language: Language): void {
    if (box.end) changeSettings({ choice: choose(settings().choice, box.end, language) })
    for (const lab of labs) lab.followChoice()
    this.#show()
  }

  #hear(news: News): void {
    const before = this.#view
    const output = news.kind === 'event' && news.event.kind === 'output'
    if (news.kind === 'event' && 'program' in news.event) {
      this.#boxes.get(news.event.program)?.hear(news.event, news.replayed)
    }
    if (!output) this.#take(news)
    if (news.kind === 'opened') {
      // It may be another server than the one that was asked when the page came.
      forgetHealth()
      void this.#askHealth()
    }
    if (news.kind === 'closed' || (news.kind === 'opened' && news.instead) || isEnd(news, before)) {
      for (const box of this.#boxes.values()) {
        const alive = before.programs[box.name]
        const now = this.#view.programs[box.name]
        box.restart(alive && isAlive(alive) ? (now?.gone ?? null) : null)
      }
    }
  }

  #take(step: Step): void {
    this.#view = fold(this.#view, step)
    this.#show()
  }

  #show(): void {
    const view = this.#view
    this.dataset.connection = view.connection
    for (const box of this.#boxes.values()) box.show(view)
    setText(this.querySelector<HTMLElement>('[data-say]'), labWords(this.#words, view))
    const trouble = this.querySelector<HTMLElement>('[data-trouble]')
    const sentence = this.#said ?? (view.trouble && wordTrouble(this.#words, view.trouble))
    setText(trouble, sentence ?? '')
    if (trouble) trouble.hidden = !sentence
    this.#showNetwork()
    this.#showAll()
  }

  /** What programs run on, and whether anything runs at all. */
  #showNetwork(): void {
    const { network } = this.#view
    const label = this.querySelector<HTMLElement>('[data-source-label]')
    const none = this.querySelector<HTMLElement>('[data-none]')
    const isLive = network === 'own' || network === 'plain'
    if (network) this.dataset.network = network
    else delete this.dataset.network
    if (isLive) this.dataset.source = 'live'
    else delete this.dataset.source
    // Where there are views alone, nothing runs in a network of the bench.
    const shown = this.dataset.on === 'machine' ? 'plain' : network
    setText(label, isLive ? word(this.#words, { key: `source.${shown}` }) : '')
    if (label) label.hidden = !isLive
    setText(this.querySelector<HTMLElement>('[data-why]'), whyNotWords(this.#words, this.#view))
    if (none) none.hidden = whyNot(this.#view) === null
    for (const note of this.querySelectorAll<HTMLElement>('[data-shell-note]')) {
      if (isLive) setText(note, word(this.#words, { key: `lab.shell-${network}` }))
    }
  }

  #showAll(): void {
    const boxes = this.#programs()
    const runAll = this.querySelector<HTMLElement>('[data-run-all]')
    const stopAll = this.querySelector<HTMLElement>('[data-stop-all]')
    const idle = boxes.filter((box) => !this.#isBusy(box))
    setDisabled(runAll, !idle.some((box) => this.#canRun(box)))
    if (!stopAll) return
    const hide = idle.length === boxes.length
    // A button that goes must not take the focus with it.
    if (hide && stopAll === document.activeElement) runAll?.focus()
    stopAll.hidden = hide
  }

  #showSettings(): void {
    const { font, screenReader } = settings()
    for (const button of this.querySelectorAll<HTMLElement>('[data-font]')) {
      setDisabled(button, font === (Number(button.dataset.font) < 0 ? FONT.least : FONT.most))
    }
    for (const box of this.querySelectorAll<HTMLInputElement>('[data-screen-reader]')) box.checked = screenReader
    for (const box of this.#boxes.values()) {
      box.setFont(font)
      box.setScreenReader(screenReader)
    }
  }

  #lookedAt(): void {
    if (document.visibilityState !== 'visible') return
    this.#source?.retry()
    if (this.#view.connection !== 'unreachable') return
    forgetHealth()
    void this.#askHealth()
  }

  async #askHealth(): Promise<void> {
    this.#take({ kind: 'health', health: await askHealth() })
  }
}

/** Whether a bench was ended without a word of its own: it refused this page. */
function isEnd(news: News, before: LabView): boolean {
  return news.kind === 'connection' && news.connection === 'ended' && before.ending === null
}

customElements.define('bench-lab', BenchLab)
