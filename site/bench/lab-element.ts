/** `<bench-lab>`: brings a lab of the page to life. What it shows is a fold; this file wires it to buttons. */

import { isObserved } from '../../labs/events.ts'
import type { Language } from '../../labs/lab.ts'
import { SHELL } from '../../labs/protocol.ts'
import { langOf } from '../languages.ts'
import type { PredictElement } from '../learn/predict-element.ts'
import { choose, languageOf } from './choice.ts'
import type { Deck } from './deck.ts'
import type { Desk, DeskParts } from './edit/desk.ts'
import { Editing } from './edit/editing.ts'
import { fold, isAlive, isBusy, isRecorded, type LabView, type Step, untouched, whyNot } from './fold.ts'
import { askHealth, forgetHealth } from './health.ts'
import { showFace } from './lab-face.ts'
import { keep, opened, type PanelName, panelsIn } from './opened.ts'
import { Playback } from './playback.ts'
import { ProgramBox, setDisabled, setText } from './program-box.ts'
import { labWords, whyNotWords } from './sentences.ts'
import { boundFont, changeSettings, FONT, onSettings, settings } from './settings.ts'
import type { News } from './source.ts'
import type { SpreadParts } from './spread.ts'
import { Telling } from './telling.ts'
import { pageWords, type Words, word, wordTrouble } from './words.ts'

/** The labs of this page. */
const labs = new Set<BenchLab>()

/** What is hidden where a panel is closed. Code, terminals and shells are the page's own, and hidden by its styles. */
const PLACES: readonly (readonly [panel: PanelName, place: string])[] = [
  ['wire', '[data-panel=wire]'],
  ['bytes', '[data-panel=bytes]'],
  ['faults', '[data-panel=faults]'],
  ['sockets', '.under'],
]

class BenchLab extends HTMLElement {
  #words: Words = {}
  #view: LabView = untouched([])
  #playback: Playback | null = null
  #boxes = new Map<string, ProgramBox>()
  /** What went wrong in the page itself, until the reader does something else. */
  #said: string | null = null
  #left: AbortController | null = null
  #pressed: Partial<Record<PanelName, boolean>> = {}
  #hasRun = false
  #telling: Telling | null = null
  #editing: Editing | null = null
  /** The step of a recorded run to which a link leads (null: its end) until it is played; undefined where none does. */
  #linkedTo: number | null | undefined

  connectedCallback(): void {
    const left = new AbortController()
    const { signal } = left
    const playback = new Playback({
      known: JSON.parse(this.dataset.known ?? ''),
      recordings: JSON.parse(this.dataset.recordings ?? '{}'),
      languages: () => this.#languages(),
    })
    const source = playback.deck
    this.#left = left
    this.#playback = playback
    this.#words = pageWords()
    this.#telling = this.#tellingOf(playback)
    this.#editing = this.#editingOf()
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
    if (this.#editing.isKept) void this.#openDesk()
    source.resume()
    void this.#askHealth()
    if (isLinked(this)) void this.#follow(playback)
  }

  disconnectedCallback(): void {
    labs.delete(this)
    this.#left?.abort()
    this.#source?.leave()
    this.#telling?.close()
    this.#telling = null
    this.#editing?.close()
    this.#editing = null
    for (const box of this.#boxes.values()) box.close()
  }

  get #source() {
    return this.#playback?.deck
  }

  /** What each program is to be written in now. */
  #languages(): Record<string, Language> {
    return Object.fromEntries(
      this.#programs().flatMap(({ name, language }) => (language === 'sh' ? [] : [[name, language]])),
    )
  }

  /** Takes over the languages chosen elsewhere on the page, unless something of this lab is running. */
  followChoice(): void {
    if (this.#programs().some((box) => this.#isBusy(box))) return
    const { choice } = settings()
    for (const box of this.#programs()) if (box.end) box.language = languageOf(choice, box.end)
    this.#show()
  }

  #box(element: HTMLElement, source: Deck): ProgramBox {
    const box: ProgramBox = new ProgramBox(element, {
      words: this.#words,
      // Who opens a shell wants to type.
      onRun: () => void this.#run([box]).then(() => box.isShell && box.focus()),
      onStop: () => this.#stop([box]),
      onHold: (on) => source.hold(box.name, on),
      onRelease: () => source.release(box.name),
      onChoice: (language) => this.#chosen(box, language),
      onInput: (bytes) => source.input(box.name, bytes),
      onSize: (size) => source.resize(box.name, size),
      onParsed: (offset) => source.ack(box.name, offset),
      onNow: () => this.#telling?.toNow(),
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
    on('[data-edit]', (button) => void this.#edit(button))
    on('[data-run-all]', () => void this.#run(this.#programs()))
    on('[data-stop-all]', () => this.#stop(this.#programs()))
    on('[data-play-recorded]', () => {
      this.#playback?.choose()
      void this.#run(this.#programs())
    })
    on('[data-to-end]', () => this.#source?.toEnd())
    on('[data-back]', () => this.#back())
    on('[data-save-run]', () => void this.#save())
    on('[data-open-run]', () => this.querySelector<HTMLInputElement>('[data-run-file]')?.click())
    on('[data-run-file]', (input) => void this.#openFile(input as HTMLInputElement), 'change')
    on('[data-font]', ({ dataset }) => changeSettings({ font: boundFont(settings().font + Number(dataset.font)) }))
    on('[data-toggle]', (button) => this.#toggle(button.dataset.toggle as PanelName))
    on('[data-ask]', (box) => changeSettings({ ask: (box as HTMLInputElement).checked }), 'change')
    on('[data-screen-reader]', (box) => changeSettings({ screenReader: (box as HTMLInputElement).checked }), 'change')
  }

  /** Runs all programs, as *Run all* does. */
  runAll(): void {
    void this.#run(this.#programs())
  }

  /** A prediction that is still to be made holds what was to be run, and runs it afterwards. */
  async #isAsked(boxes: readonly ProgramBox[]): Promise<boolean> {
    const question = document.querySelector<PredictElement>(`bench-predict[data-of="${this.dataset.lab}"]`)
    if (question === null || !settings().ask || !boxes.some(({ isShell }) => !isShell)) return false
    await import('../learn/elements.ts').catch(() => null)
    await question.ready
    return question.hold(() => void this.#run(boxes))
  }

  /** Starts programs that are not running: terminals first, because a program is started with its terminal's size. */
  async #run(boxes: readonly ProgramBox[]): Promise<void> {
    if (await this.#isAsked(boxes)) return
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
    // Its reader's version is run, or nothing: never the course's text in its place.
    const editing = this.#editing?.needed
    const desk = await editing
    if (editing && !desk) return this.#take({ kind: 'withdrawn' })
    this.#source?.run(
      wanted.map((box) => {
        const source = box.end ? desk?.source(box.name) : null
        return { program: box.name, language: box.language, ...box.fit(), ...(source != null && { source }) }
      }),
    )
  }

  /** The reader wants to edit a program, or has done. */
  async #edit(button: HTMLElement): Promise<void> {
    if (!this.#open.includes('code')) this.#toggle('code')
    await (await this.#openDesk())?.toggle(button)
  }

  async #openDesk(): Promise<Desk | null> {
    const desk = (await this.#editing?.open()) ?? null
    desk?.surroundings(this.#around)
    return desk
  }

  #editingOf(): Editing {
    const parts: DeskParts = {
      root: this,
      lab: this.dataset.lab ?? '',
      lang: langOf(this.lang.slice(0, 2)),
      languageOf: (program) => (this.#boxes.get(program)?.language === 'py' ? 'py' : 'ts'),
      onRun: (program) => {
        const box = this.#boxes.get(program)
        if (box) void this.#run([box])
      },
      onMissing: (sentence) => this.#complain(sentence),
    }
    return new Editing(parts, (detail) => this.#missing(detail))
  }

  /** What a reader who edits must know of where programs run. */
  get #around() {
    const why = this.#playback?.isChosen ? '' : whyNotWords(this.#words, this.#view)
    return { recorded: isRecorded(this.#view), why }
  }

  #stop(boxes: readonly ProgramBox[]): void {
    const programs = boxes.filter((box) => this.#isBusy(box)).map(({ name }) => name)
    if (programs.length === 0 && !this.#view.recording?.playing) return
    this.#said = null
    this.#source?.stop(programs)
    // A stop also ends the waiting of programs whose turn had not come.
    this.#take({ kind: 'withdrawn' })
  }

  /** Away from what was opened or linked to; the page's address says no more of it. */
  #back(): void {
    this.#playback?.back(this.#view)
    if (isLinked(this)) void import('./link/follow.ts').then(({ leaveLink }) => leaveLink())
  }

  /** Opens what the address of this page links to. */
  async #follow(playback: Playback): Promise<void> {
    const { follow } = await import('./link/follow.ts')
    await follow({
      root: this,
      playback,
      programs: this.#programs(),
      press: (pressed) => {
        Object.assign(this.#pressed, pressed)
        this.#showPanels()
      },
      play: (at) => {
        this.#linkedTo = at
        return this.#run(this.#programs())
      },
      say: (trouble) => this.#complain(trouble),
    })
  }

  /** The recorded run to which a link leads has begun: all of it is told at once, and then its moment shown. */
  async #arrive(at: number | null): Promise<void> {
    this.#source?.toEnd()
    const last = (await this.#telling?.seek(at)) ?? 0
    if (at === null || at <= last) return
    const { tellBeyond } = await import('./link/follow.ts')
    this.#complain([this.#said ?? '', await tellBeyond(this.lang, at, last)].join(' ').trim())
  }

  /** Something of the page could not be loaded: the system's word for it. */
  #missing(detail: string): void {
    this.#complain(word(this.#words, { key: 'page.no-panels', values: { detail } }))
  }

  #complain(sentence: string): void {
    this.#said = sentence
    this.#show()
  }

  /** Copies a link to a step of what is shown. @returns what there is to say of it. */
  async #link(at: number): Promise<string> {
    const { copyLink } = await import('./link/follow.ts')
    const linked = this.#playback?.linked(this.#view) ?? null
    const panels = this.#open.filter((panel) => panel !== 'shell')
    const moment = linked && { lab: this.dataset.lab ?? '', run: linked.run, panels, at }
    return copyLink(this.lang, moment, linked?.isShown === true)
  }

  async #save(): Promise<void> {
    const file = await this.#playback?.save(this.#view)
    this.#said = typeof file === 'string' ? word(this.#words, { key: `page.${file}` }) : null
    if (file instanceof File) (await import('./files.ts')).download(file)
    this.#show()
  }

  async #openFile(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? []
    // The same file may be chosen again.
    input.value = ''
    if (!file || !this.#playback) return
    const trouble = await this.#playback.open(file)
    this.#said = trouble && wordTrouble(this.#words, trouble)
    this.#show()
    if (trouble === null) await this.#run(this.#programs())
  }

  /** The lab's own programs and views: all but the shells. */
  #programs(): ProgramBox[] {
    return [...this.#boxes.values()].filter(({ isShell }) => !isShell)
  }

  #canRun({ language }: ProgramBox): boolean {
    const { interpreters } = this.#view
    if (isRecorded(this.#view)) return true
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
    this.#playback?.hear(news)
    if (news.kind === 'turned' || news.kind === 'recording') {
      for (const box of this.#boxes.values()) box.clear()
      this.#forgetStory()
    }
    if (news.kind === 'event') {
      const { event, replayed } = news
      if (event.kind === 'starting') this.#starts(event.program)
      if (event.kind === 'starting' && event.edited) void this.#openDesk()
      // A view of the machine has no story.
      if (this.dataset.on !== 'machine') this.#telling?.hear(event)
      this.#editing?.tell((desk) => desk.hear(event))
      // Thousands a second: nothing but the story takes them into account, save that a program is held.
      if (isObserved(event) && event.kind !== 'held' && this.#view.recording?.silence == null) return
      if ('program' in event) this.#boxes.get(event.program)?.hear(event, replayed)
      if (event.kind === 'output') return
    }
    this.#take(news)
    if (news.kind === 'recording' && this.#linkedTo !== undefined) {
      const at = this.#linkedTo
      this.#linkedTo = undefined
      // Whoever plays it has told of its beginning by then.
      queueMicrotask(() => void this.#arrive(at))
    }
    if (news.kind === 'unplayable') this.#linkedTo = undefined
    if (news.kind === 'opened') {
      // It may be another server than the one that was asked when the page came.
      forgetHealth()
      void this.#askHealth()
    }
    if (news.kind === 'closed' || (news.kind === 'opened' && news.instead)) this.#forgetStory()
    if (
      news.kind === 'played' ||
      news.kind === 'closed' ||
      (news.kind === 'opened' && news.instead) ||
      isEnd(news, before)
    ) {
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
    if (step.kind === 'health' || step.kind === 'connection') this.#settle()
  }

  /** Turns to the source that there should be now. */
  #settle(): void {
    if (!this.#programs().some((box) => this.#isBusy(box))) this.#playback?.settle(this.#view)
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
    this.#telling?.begin()
  }

  #toggle(panel: PanelName): void {
    const open = !this.#open.includes(panel)
    this.#pressed[panel] = open
    changeSettings({ panels: keep(settings().panels, panel, open) })
    this.#showPanels()
    if (open && panel !== 'shell' && panel !== 'terminal') void this.#telling?.load()
  }

  get #open(): readonly PanelName[] {
    const show = panelsIn(this.dataset.show ?? '')
    const withRun = panelsIn(this.dataset.then ?? '')
    const { panels: kept } = settings()
    // Where there is no wire to have faults, that panel is not there, wherever it was opened.
    const isThere = (panel: PanelName) => panel !== 'faults' || this.querySelector('[data-toggle=faults]') !== null
    return opened({ show, withRun, kept, pressed: this.#pressed, hasRun: this.#hasRun }).filter(isThere)
  }

  #showPanels(): void {
    const open = this.#open
    this.dataset.open = open.join(' ')
    for (const button of this.querySelectorAll<HTMLElement>('[data-toggle]')) {
      button.ariaPressed = String(open.includes(button.dataset.toggle as PanelName))
    }
    for (const [panel, place] of PLACES) {
      const element = this.querySelector<HTMLElement>(place)
      if (element) element.hidden = !open.includes(panel)
    }
    this.#telling?.showOpen()
  }

  /** The bench or the recording is another one. */
  #forgetStory(): void {
    this.#telling?.restart()
    this.#editing?.tell((desk) => desk.restart())
  }

  #tellingOf(playback: Playback): Telling {
    const parts = (): SpreadParts => ({
      root: this,
      lang: langOf(this.lang.slice(0, 2)),
      lab: JSON.parse(this.dataset.definition ?? ''),
      source: playback.deck,
      onMissing: (detail) => this.#missing(detail),
      onLink: playback.runs.length > 0 ? (at) => this.#link(at) : null,
      onMoment: (program, moment) => this.#boxes.get(program)?.showMoment(moment),
      onRan: (program, ran) => this.#editing?.ran(program, ran),
    })
    return new Telling(parts, () => this.#open)
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
    const boxes = this.#programs()
    const idle = boxes.filter((box) => !this.#isBusy(box))
    showFace(this, this.#words, {
      view,
      name: this.#playback?.name ?? null,
      isChosen: this.#playback?.isChosen === true,
      programs: boxes.length,
      idle: idle.length,
      canRun: idle.some((box) => this.#canRun(box)),
    })
    this.#editing?.tell((desk) => desk.surroundings(this.#around))
  }

  #showSettings(): void {
    const { font, screenReader, ask } = settings()
    for (const button of this.querySelectorAll<HTMLElement>('[data-font]')) {
      setDisabled(button, font === (Number(button.dataset.font) < 0 ? FONT.least : FONT.most))
    }
    for (const box of this.querySelectorAll<HTMLInputElement>('[data-screen-reader]')) box.checked = screenReader
    for (const box of this.querySelectorAll<HTMLInputElement>('[data-ask]')) box.checked = ask
    for (const box of this.#boxes.values()) {
      box.setFont(font)
      box.setScreenReader(screenReader)
    }
  }

  #lookedAt(): void {
    if (document.visibilityState !== 'visible') return
    this.#source?.retry()
    if (this.#view.connection !== 'unreachable' && !(isRecorded(this.#view) && this.#view.network === null)) return
    forgetHealth()
    void this.#askHealth()
  }

  async #askHealth(): Promise<void> {
    this.#take({ kind: 'health', health: await askHealth() })
  }
}

/** Whether the page's address links to a moment of this lab, or of one that is not here: of that the first lab tells. */
function isLinked({ dataset: { lab } }: HTMLElement): boolean {
  const linked = new URLSearchParams(location.search).get('lab')
  if (linked === null || linked === lab) return linked !== null
  const here = [...document.querySelectorAll<HTMLElement>('bench-lab')]
  return here[0]?.dataset.lab === lab && !here.some(({ dataset }) => dataset.lab === linked)
}

/** Whether a bench was ended without a word of its own: it refused this page. */
function isEnd(news: News, before: LabView): boolean {
  return news.kind === 'connection' && news.connection === 'ended' && before.ending === null
}

customElements.define('bench-lab', BenchLab)
