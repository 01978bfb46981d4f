import type { BenchEvent, RunLanguage, Size } from '../../labs/events.ts'
import type { End, Language } from '../../labs/lab.ts'
import { SHELL } from '../../labs/protocol.ts'
import { commandOf, isView, type ViewName } from '../../labs/views.ts'
import { copy, pasted } from './clipboard.ts'
import { isBusy, isRecorded, type LabView, type ProgramView, shownState, whyNot } from './fold.ts'
import type { Feed } from './panels/feed.ts'
import type { PastTerminal } from './panels/past.ts'
import type { TerminalPanel } from './panels/terminal.ts'
import { Reel } from './reel.ts'
import { type Ended, endWords, offerOf, programWords } from './sentences.ts'
import { settings } from './settings.ts'
import { commandLine } from './shell.ts'
import { type Words, word } from './words.ts'

/** How long a button says that something was copied, in ms. */
const COPIED_FOR = 2000

/** What a program's box asks of its lab. */
export interface BoxParts {
  readonly words: Words
  readonly onRun: () => void
  readonly onStop: () => void
  readonly onHold: (on: boolean) => void
  readonly onRelease: () => void
  readonly onChoice: (language: Language) => void
  readonly onInput: (bytes: Uint8Array) => void
  readonly onSize: (size: Size) => void
  readonly onParsed: (offset: number) => void
  /** The reader wants the present again. */
  readonly onNow: () => void
  /** Something went wrong in the page itself. */
  readonly onTrouble: (sentence: string) => void
}

/** A step of the story at which the lab stands. */
export interface PastMoment {
  readonly at: number
  /** What the program had printed by then was told no later than this. */
  readonly until: number
}

/**
 * The box of one program in the page, of a view of the machine, or of a host's shell: its head, its language, its
 * terminal. It shows; it decides nothing.
 */
export class ProgramBox {
  readonly name: string
  /** What a reader calls it: a shell goes by its host, a view by what it shows. */
  readonly title: string
  /** Null for a shell and for a view, which are no end of any conversation. */
  readonly end: End | null
  /** Null for all but a view of the machine. */
  readonly viewOf: ViewName | null
  readonly #box: HTMLElement
  readonly #parts: BoxParts
  /** What its button says while nothing runs. */
  readonly #runLabel: string
  #view: ProgramView | null = null
  #folder: string | null = null
  #platform: string | null = null
  /** Nothing runs here: what is told is of a recording. */
  #recorded = false
  #panel: TerminalPanel | null = null
  #opening: Promise<TerminalPanel> | null = null
  /** What is to be shown in the terminal as soon as it is there. */
  #waiting: ((panel: TerminalPanel) => void)[] = []
  /** The run whose command stands in the terminal. */
  #begun = 0
  /** What was printed, to be printed again as it was at a moment. */
  readonly #reel = new Reel<(feed: Feed) => void>()
  #lastTime = 0
  /** What comes next is of another bench, and its times begin anew. */
  #isOver = false
  #moment: PastMoment | null = null
  #past: PastTerminal | null = null

  constructor(box: HTMLElement, parts: BoxParts) {
    this.#box = box
    this.#parts = parts
    this.name = box.dataset.program ?? ''
    const { end } = box.dataset
    this.end = end === 'waits' || end === 'begins' ? end : null
    this.viewOf = isView(box.dataset.view) ? box.dataset.view : null
    this.title = this.#title()
    this.#runLabel = this.#find('[data-run]')?.textContent?.trim() ?? ''
    this.#find('[data-run]')?.addEventListener('click', () => this.#press())
    const press = (button: HTMLElement | null, act: () => void) =>
      button?.addEventListener('click', () => button.getAttribute('aria-disabled') !== 'true' && act())
    press(this.#find('[data-hold]'), () => parts.onHold(this.#view?.hold !== true))
    press(this.#find('[data-release]'), () => parts.onRelease())
    for (const radio of this.#radios()) radio.addEventListener('change', () => this.#chosen(radio.value as Language))
    this.#find('[data-copy-command]')?.addEventListener('click', () => this.#copyCommand())
    this.#find('[data-copy]')?.addEventListener('click', () => this.#copyText())
    this.#find('[data-paste]')?.addEventListener('click', () => this.#paste())
    this.#find('[data-fullscreen]')?.addEventListener('click', () => this.#toggleFullScreen())
    this.#find('[data-now]')?.addEventListener('click', () => parts.onNow())
    this.#term()?.addEventListener('fullscreenchange', () => this.#showFullScreen())
  }

  /** Whether it is a host's shell, beside the lab's own programs and views. */
  get isShell(): boolean {
    return this.name.startsWith(SHELL)
  }

  get language(): RunLanguage {
    if (this.end === null) return 'sh'
    return this.#radios().find(({ checked }) => checked)?.value === 'py' ? 'py' : 'ts'
  }

  /** Nothing happens to a shell or a view, which has no other. */
  set language(language: RunLanguage) {
    for (const radio of this.#radios()) radio.checked = radio.value === language
    this.#showLanguage()
  }

  /** Loads the terminal if need be. Rejects when it cannot be loaded. */
  async open(): Promise<void> {
    await this.#open()
  }

  /** Lets the reader type into the terminal, if it is open. */
  focus(): void {
    this.#panel?.focus()
  }

  /** The size a program is to have when it starts now; the terminal must be open. */
  fit(): Size {
    if (this.#panel === null) throw new Error(`The terminal of \`${this.name}\` is not open.`)
    return this.#panel.fit()
  }

  setFont(px: number): void {
    this.#panel?.setFont(px)
    if (this.#past) void this.#cover()
  }

  setScreenReader(on: boolean): void {
    this.#panel?.setScreenReader(on)
  }

  /** Shows what there is to show of the program. */
  show(lab: LabView): void {
    const view = lab.programs[this.name]
    if (view === undefined) return
    const { words } = this.#parts
    this.#view = view
    this.#folder = lab.folder
    if (lab.platform !== this.#platform) {
      this.#platform = lab.platform
      this.#showCommand()
    }
    this.#recorded = isRecorded(lab)
    setText(this.#find('[data-cap]'), this.#say(this.#recorded ? 'lab.terminal-recorded' : 'lab.terminal'))
    const busy = isBusy(view)
    const { dataset } = this.#box
    dataset.state = shownState(view)
    if (!busy && view.exit) dataset.exit = view.exit.signal ?? String(view.exit.code)
    else delete dataset.exit
    setText(this.#find('[data-words]'), programWords(words, view, offerOf(lab)))
    const { language } = this
    const missing = !busy && !this.#recorded && language !== 'sh' && lab.interpreters?.[language] === null
    const sentence = this.#find('[data-missing]')
    setText(sentence, missing ? word(words, { key: `lab.missing-${language}` }) : '')
    if (sentence) sentence.hidden = !missing
    const run = this.#find('[data-run]')
    // A recording is of all programs, and is played as a whole.
    if (run) run.hidden = this.#recorded
    setText(run, busy ? this.#say('lab.stop') : this.#runLabel)
    if (busy) run?.setAttribute('aria-label', this.#say('lab.stop-program', { program: this.title }))
    else if (this.isShell) run?.removeAttribute('aria-label')
    else run?.setAttribute('aria-label', this.#say('lab.run-program', { program: this.title }))
    if (!this.isShell) run?.classList.toggle('go', !busy)
    setDisabled(run, missing || (whyNot(lab) !== null && !busy))
    for (const radio of this.#radios()) radio.disabled = busy
    this.#showHold(view, whyNot(lab) !== null)
    const paste = this.#find('[data-paste]')
    setDisabled(paste, !this.#takesInput())
    if (paste && this.#panel) paste.hidden = this.#recorded || this.viewOf !== null
    this.#panel?.setRunning(this.#takesInput())
  }

  /** Takes an event of this program into its terminal. */
  hear(event: BenchEvent, replayed: boolean): void {
    if (this.#isOver) this.#reel.clear()
    this.#isOver = false
    this.#lastTime = event.t
    switch (event.kind) {
      case 'starting':
        this.language = event.language
        this.#inTerminal(() => {})
        break
      case 'started':
        this.#begin(event.run, event.command.join(' '))
        break
      case 'output':
        this.#begin(event.run, this.#command())
        this.#reel.add(event.t, event.bytes.length, (feed) => feed.output(event.bytes, event.offset, true))
        this.#inTerminal(({ feed }) => feed.output(event.bytes, event.offset, replayed))
        break
      case 'gap': {
        const sentence = this.#say('print.gap', { bytes: event.to - event.from })
        this.#print((feed) => feed.note(sentence))
        break
      }
      case 'exited': {
        const { code, signal, stopped } = event
        this.#begin(event.run, this.#command())
        this.#end({ exit: { code, signal, stopped } })
        break
      }
      case 'failed': {
        const sentence = endWords(this.#parts.words, { trouble: event.trouble })
        this.#print((feed) => feed.never(sentence))
      }
    }
  }

  /** The bench is another one, or none: its runs and offsets begin anew. `gone` says how it ended under the program. */
  restart(gone: ProgramView['gone']): void {
    this.#begun = 0
    if (gone) this.#end({ gone })
    this.#isOver = true
    if (this.#opening) this.#inTerminal(({ feed }) => feed.restart())
  }

  /** Shows the terminal as it was at a moment, or (null) as it is. */
  showMoment(moment: PastMoment | null): void {
    if (moment?.at === this.#moment?.at && moment?.until === this.#moment?.until) return
    this.#moment = moment
    const label = this.#find('[data-past]')
    if (label) label.hidden = moment === null
    setText(this.#find('[data-past-say]'), moment ? this.#say('lab.past', { event: moment.at }) : '')
    if (moment === null) this.#uncover()
    else void this.#cover()
  }

  /** Everything that was shown is of another source. */
  clear(): void {
    this.#begun = 0
    this.#waiting = []
    this.#panel?.feed.clear()
    this.#reel.clear()
  }

  close(): void {
    this.#uncover()
    this.#panel?.close()
    this.#panel = null
    this.#opening = null
    this.#waiting = []
  }

  #begin(run: number, command: string): void {
    if (run <= this.#begun) return
    this.#begun = run
    this.#print((feed) => feed.command(command))
  }

  #end(ended: Ended): void {
    const sentence = endWords(this.#parts.words, ended)
    this.#print((feed) => feed.end(sentence))
  }

  /** The page's own words in the terminal, at the time of what they tell. */
  #print(act: (feed: Feed) => void): void {
    this.#reel.add(this.#lastTime, 0, act)
    this.#inTerminal(({ feed }) => act(feed))
  }

  /** The past is loaded when it is first looked at; where that fails the label says that this is the present. */
  async #cover(): Promise<void> {
    if (this.#panel === null) return
    try {
      const { PastTerminal } = await import('./panels/past.ts')
      if (this.#moment === null || this.#panel === null) return
      const { present } = this.#panel
      if (this.#past && !this.#past.fits(present)) this.#uncover()
      this.#past ??= new PastTerminal(this.#reel, present)
      this.#past.show(this.#moment.until)
      this.#panel.covered = true
    } catch {
      setText(this.#find('[data-past-say]'), this.#say('lab.past-not'))
    }
  }

  #uncover(): void {
    this.#past?.close()
    this.#past = null
    if (this.#panel) this.#panel.covered = false
  }

  #inTerminal(act: (panel: TerminalPanel) => void): void {
    if (this.#panel) act(this.#panel)
    else {
      this.#waiting.push(act)
      this.#open().catch(() => {})
    }
  }

  #open(): Promise<TerminalPanel> {
    this.#opening ??= this.#load().catch((error: Error) => {
      // The next press tries again.
      this.#opening = null
      this.#parts.onTrouble(this.#say('page.no-terminal', { detail: error.message }))
      throw error
    })
    return this.#opening
  }

  async #load(): Promise<TerminalPanel> {
    const { words, onInput, onSize, onParsed, onTrouble } = this.#parts
    const screen = this.#find('[data-screen]')
    if (!screen) throw new Error(`The box of \`${this.name}\` has no [data-screen].`)
    const { openTerminal } = await import('./panels/terminal.ts')
    const { font, screenReader } = settings()
    const panel = await openTerminal({
      screen,
      font,
      screenReader,
      name: this.#say('lab.terminal-of', { program: this.title }),
      leaveKeys: word(words, { key: 'lab.leave-keys' }),
      tooMuchOutput: word(words, { key: 'page.too-much-output' }),
      openLink: (url) => this.#say('page.open-link', { url }),
      onInput,
      onSize: (size) => {
        onSize(size)
        if (this.#past) void this.#cover()
      },
      onParsed,
      onCopyRefused: () => onTrouble(word(words, { key: 'page.no-clipboard-write' })),
    })
    this.#panel = panel
    panel.setRunning(this.#takesInput())
    for (const button of [
      '[data-copy]',
      ...(this.viewOf || this.#recorded ? [] : ['[data-paste]']),
      '[data-fullscreen]',
    ]) {
      const found = this.#find(button)
      if (found) found.hidden = false
    }
    for (const act of this.#waiting.splice(0)) act(panel)
    onSize(panel.fit())
    return panel
  }

  /** *Release* stays while calls are held, so that it can be pressed again and again. */
  #showHold({ hold, held }: ProgramView, isIdle: boolean): void {
    const holds = this.#find('[data-hold]')
    if (holds) holds.ariaPressed = String(hold)
    setDisabled(holds, this.#recorded || isIdle)
    this.#box.toggleAttribute('data-held', held)
    const release = this.#find('[data-release]')
    setDisabled(release, !held)
    if (release === null) return
    // A button that goes must not take the focus with it.
    if (!hold && release === document.activeElement) holds?.focus()
    release.hidden = !hold
  }

  #press(): void {
    if (this.#view && isBusy(this.#view)) this.#parts.onStop()
    else if (this.#find('[data-run]')?.getAttribute('aria-disabled') !== 'true') this.#parts.onRun()
  }

  #chosen(language: Language): void {
    this.#showLanguage()
    this.#parts.onChoice(language)
  }

  #showLanguage(): void {
    setText(this.#find('[data-file]'), `${this.name}.${this.language}`)
    setText(this.#find('[data-command]'), this.#command())
  }

  /** The command of a view is the one of the system that runs it, as soon as that is known. */
  #showCommand(): void {
    const command = this.#command()
    if (this.viewOf === null || command === '') return
    setText(this.#find('[data-command]'), command)
    setText(this.#find('[data-view-note]'), this.#say('view.note', { command }))
  }

  /** What is typed into a view, or into a recording, goes nowhere. */
  #takesInput(): boolean {
    return this.#view?.state === 'running' && this.viewOf === null && !this.#recorded
  }

  #title(): string {
    if (this.isShell) return this.#say('lab.shell-name', { host: this.name.slice(SHELL.length) })
    return this.viewOf ? this.#say(`view.${this.viewOf}`) : this.name
  }

  #command(): string {
    if (this.viewOf) return commandOf(this.viewOf, this.#platform ?? '')?.join(' ') ?? ''
    if (this.end === null) return 'sh'
    return `${this.language === 'py' ? 'python3' : 'node'} ${this.name}.${this.language}`
  }

  async #copyCommand(): Promise<void> {
    const button = this.#find('[data-copy-command]')
    const shell = this.language === 'py' ? button?.dataset.shellPy : button?.dataset.shellTs
    // A view's command is for any folder, and a program of several hosts for a shell on its own.
    await this.#copy(button, shell ? commandLine(shell, this.#folder) : this.#command())
  }

  async #copyText(): Promise<void> {
    if (this.#panel) await this.#copy(this.#find('[data-copy]'), this.#panel.text())
  }

  async #copy(button: HTMLElement | null, text: string): Promise<void> {
    if (!(await copy(text))) return this.#parts.onTrouble(this.#say('page.no-clipboard-write'))
    if (button === null) return
    const label = button.dataset.label ?? button.textContent
    button.dataset.label = label
    setText(button, this.#say('lab.copied'))
    setTimeout(() => setText(button, label), COPIED_FOR)
  }

  async #paste(): Promise<void> {
    if (!this.#takesInput()) return
    const text = await pasted()
    if (text === null) this.#parts.onTrouble(this.#say('page.no-clipboard-read'))
    else this.#panel?.paste(text)
  }

  async #toggleFullScreen(): Promise<void> {
    const term = this.#term()
    if (!term) return
    if (document.fullscreenElement) await document.exitFullscreen()
    else if (term.classList.contains('whole-screen')) fillPage(term, false)
    else {
      try {
        await term.requestFullscreen()
      } catch {
        // Phones that keep full screen for films have no such method; others may refuse.
        fillPage(term, true)
      }
    }
    this.#showFullScreen()
    this.#panel?.fit()
    this.#panel?.focus()
  }

  #showFullScreen(): void {
    const term = this.#term()
    const full = term !== null && (document.fullscreenElement === term || term.classList.contains('whole-screen'))
    setText(this.#find('[data-fullscreen]'), this.#say(full ? 'lab.leave-full-screen' : 'lab.full-screen'))
  }

  #say(key: string, values?: Record<string, string | number>): string {
    return word(this.#parts.words, { key, ...(values && { values }) })
  }

  #term(): HTMLElement | null {
    return this.#find('[data-panel=terminal]')
  }

  #radios(): HTMLInputElement[] {
    return [...this.#box.querySelectorAll<HTMLInputElement>('.choice input[type=radio]')]
  }

  #find(selector: string): HTMLElement | null {
    return this.#box.querySelector<HTMLElement>(selector)
  }
}

/** Lets an element cover the page. As a popover it does so whatever its ancestors contain. */
function fillPage(element: HTMLElement, fill: boolean): void {
  if (!fill) element.hidePopover?.()
  element.popover = fill ? 'manual' : null
  element.classList.toggle('whole-screen', fill)
  if (fill) element.showPopover?.()
}

/** Changes a text only if it is another one, so that nothing is read aloud twice. */
export function setText(element: HTMLElement | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text
}

/** Keeps a button where it can be reached and read, but says that it does nothing now. */
export function setDisabled(element: HTMLElement | null, disabled: boolean): void {
  if (disabled) element?.setAttribute('aria-disabled', 'true')
  else element?.removeAttribute('aria-disabled')
}
