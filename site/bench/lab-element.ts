/** `<bench-lab>`: brings a lab of the page to life. What it shows is a fold; this file wires it to buttons. */
import type { Language } from '../../labs/lab.ts'
import { type BenchEvent, isObserved, SHELL } from '../../labs/protocol.ts'
import { langOf } from '../languages.ts'
import { choose, languageOf } from './choice.ts'
import { fold, isAlive, isBusy, type LabView, type Step, untouched, whyNot } from './fold.ts'
import { askHealth, forgetHealth } from './health.ts'
import { LiveSource } from './live.ts'
import { keep, opened, type PanelName, panelsIn } from './opened.ts'
import { ProgramBox, setDisabled, setText } from './program-box.ts'
import { labWords, whyNotWords } from './sentences.ts'
import { boundFont, changeSettings, FONT, onSettings, settings } from './settings.ts'
import type { BenchSource, News } from './source.ts'
import type { Spread } from './spread.ts'
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
  #pressed: Partial<Record<PanelName, boolean>> = {}
  #hasRun = false
  #spread: Spread | null = null
  #spreading: Promise<void> | null = null
  /** What is to be told as soon as somebody can tell it. */
  #untold: BenchEvent[] = []
  /** It could not be loaded; a press of the reader's tries again. */
  #untellable = false

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
      onSettings(() => {
        this.#showSettings()
        this.#showPanels()
      }),
    )
    addEventListener('pagehide', () => source.leave(), { signal })
    addEventListener('pageshow', ({ persisted }) => persisted && source.resume(), { signal })
    addEventListener('online', () => source.retry(), { signal })
    document.addEventListener('visibilitychange', () => this.#lookedAt(), { signal })
    this.followChoice()
    this.#showSettings()
    this.#showPanels()
    source.resume()
    void this.#askHealth()
  }

  disconnectedCallback(): void {
    labs.delete(this)
    this.#left?.abort()
    this.#source?.leave()
    this.#spread?.close()
    this.#spread = null
    this.#spreading = null
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
      onRun: () => void this.#run([box]).then(() => box.end === null && box.focus()),
      onStop: () => this.#stop([box]),
      onChoice: (language) => this.#chosen(box, language),
      onInput: (bytes) => source.input(box.name, bytes),
      onSize: (size) => source.resize(box.name, size),
      onParsed: (offset) => source.ack(box.name, offset),
      onNow: () => this.#spread?.toNow(),
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
    on('[data-toggle]', (button) => this.#toggle(button.dataset.toggle as PanelName))
    on('[data-screen-reader]', (box) => changeSettings({ screenReader: (box as HTMLInputElement).checked }), 'change')
  }

  /** Starts programs that are not running: terminals first, because a program is started with its terminal's size. */
  async #run(boxes: readonly ProgramBox[]): Promise<void> {
    const chosen = boxes.filter((box) => !this.#isBusy(box) && this.#canRun(box))
    if (chosen.length === 0) return
    this.#said = null
    // Panels first: a terminal that becomes narrower under its program would be drawn twice.
    if (chosen.some(({ end }) => end !== null)) this.#begins()
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

  /** The lab's own programs: all but the shells. */
  #programs(): ProgramBox[] {
    return [...this.#boxes.values()].filter(({ end }) => end !== null)
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
    if (news.kind === 'event') {
      const { event, replayed } = news
      if (event.kind === 'starting') this.#starts(event.program)
      this.#tell(event)
      if (isObserved(event)) return
      if ('program' in event) this.#boxes.get(event.program)?.hear(event, replayed)
      if (event.kind === 'output') return
    }
    this.#take(news)
    if (news.kind === 'opened') {
      // It may be another server than the one that was asked when the page came.
      forgetHealth()
      void this.#askHealth()
    }
    if (news.kind === 'closed' || (news.kind === 'opened' && news.instead) || isEnd(news, before)) {
      this.#untold = []
      this.#spread?.restart()
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

  #starts(program: string): void {
    if (!program.startsWith(SHELL)) this.#begins()
    else if (!this.#open.includes('shell')) {
      this.#pressed.shell = true
      this.#showPanels()
    }
  }

  /** A run begins: what comes with it is there from now on. */
  #begins(): void {
    if (!this.#hasRun) {
      this.#hasRun = true
      this.#showPanels()
    }
    this.#untellable = false
    void this.#spreadOut()
  }

  #toggle(panel: PanelName): void {
    const open = !this.#open.includes(panel)
    this.#pressed[panel] = open
    changeSettings({ panels: keep(settings().panels, panel, open) })
    this.#showPanels()
    if (open && panel !== 'shell' && panel !== 'terminal') void this.#spreadOut()
  }

  get #open(): readonly PanelName[] {
    const show = panelsIn(this.dataset.show ?? '')
    const withRun = panelsIn(this.dataset.then ?? '')
    return opened({ show, withRun, kept: settings().panels, pressed: this.#pressed, hasRun: this.#hasRun })
  }

  #showPanels(): void {
    const open = this.#open
    this.dataset.open = open.join(' ')
    for (const button of this.querySelectorAll<HTMLElement>('[data-toggle]')) {
      button.ariaPressed = String(open.includes(button.dataset.toggle as PanelName))
    }
    if (this.#spread) this.#spread.open = open
  }

  /** Tells the story of the run, or keeps what happens until it can be told. */
  #tell(event: BenchEvent): void {
    if (this.#spread) this.#spread.hear(event)
    else if (event.kind !== 'output' && !this.#untellable) {
      this.#untold.push(event)
      void this.#spreadOut()
    }
  }

  /** Loads what tells the story, once. Terminals do without where that fails. */
  #spreadOut(): Promise<void> {
    this.#spreading ??= this.#loadSpread().catch((error: Error) => {
      this.#spreading = null
      this.#untellable = true
      this.#untold = []
      this.#said = word(this.#words, { key: 'page.no-panels', values: { detail: error.message } })
      this.#show()
    })
    return this.#spreading
  }

  async #loadSpread(): Promise<void> {
    const { openSpread } = await import('./spread.ts')
    const spread = await openSpread({
      root: this,
      lang: langOf(this.lang.slice(0, 2)),
      lab: JSON.parse(this.dataset.definition ?? ''),
      onMoment: (moment) => {
        for (const box of this.#programs()) box.showMoment(moment)
      },
    })
    if (!this.isConnected) return spread.close()
    this.#spread = spread
    for (const event of this.#untold.splice(0)) spread.hear(event)
    spread.open = this.#open
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
    setText(label, isLive ? word(this.#words, { key: `source.${network}` }) : '')
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
