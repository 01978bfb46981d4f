/** A program's terminal. Loaded when the first program is run: everything of xterm is behind this file. */
import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import xtermStyle from '@xterm/xterm/css/xterm.css?inline'
import type { Size } from '../../../labs/events.ts'
import { MAX_CELLS } from '../../../labs/protocol.ts'
import { copy } from '../clipboard.ts'
import { FONT } from '../settings.ts'
import { Feed } from './feed.ts'
import { meaningOf } from './keys.ts'
import { leave } from './leave.ts'
import type { Present } from './past.ts'
import ownStyle from './terminal.css?inline'
import { onThemeChange, themeOf } from './theme.ts'

/** What a terminal is opened with. */
export interface TerminalOptions {
  /** Where it is opened. */
  readonly screen: HTMLElement
  /** What assistive technology calls it, and how it is told to leave it. */
  readonly name: string
  readonly leaveKeys: string
  readonly tooMuchOutput: string
  /** The question before a link is opened that the program has hidden behind other words. */
  readonly openLink: (url: string) => string
  readonly font: number
  readonly screenReader: boolean
  /** Typed or answered by the terminal, as bytes; never in answer to what was only shown again. */
  readonly onInput: (bytes: Uint8Array) => void
  /** Called in the turn in which the terminal itself has changed. */
  readonly onSize: (size: Size) => void
  readonly onParsed: (offset: number) => void
  readonly onCopyRefused: () => void
}

/** How long a terminal waits for the page's font before it is opened with another, in ms. */
const FONT_WITHIN = 1500

const mac = /Mac|iP(ad|hone|od)/.test(navigator.platform)
const encoder = new TextEncoder()
let styled = false

/** Opens a terminal, with the size its place has. */
export async function openTerminal(options: TerminalOptions): Promise<TerminalPanel> {
  style()
  const { screen, font } = options
  const family = getComputedStyle(screen).getPropertyValue('--mono').trim() || 'monospace'
  const loaded = document.fonts.load(`${font}px ${family}`).then(
    () => true,
    () => true,
  )
  const late = new Promise<false>((resolve) => setTimeout(resolve, FONT_WITHIN, false))
  const inTime = await Promise.race([loaded, late])
  const panel = new TerminalPanel(options, inTime ? family : 'monospace')
  if (!inTime) void loaded.then(() => panel.setFontFamily(family))
  return panel
}

/** One xterm with its program's output fed into it. */
export class TerminalPanel {
  readonly feed: Feed
  readonly #options: TerminalOptions
  readonly #terminal: Terminal
  readonly #fit = new FitAddon()
  readonly #undo: (() => void)[] = []
  #frame = 0

  constructor(options: TerminalOptions, fontFamily: string) {
    this.#options = options
    const { screen, font, screenReader, name, leaveKeys, tooMuchOutput } = options
    Terminal.strings.tooMuchOutput = tooMuchOutput
    this.#terminal = new Terminal({
      allowProposedApi: true,
      convertEol: false,
      cursorInactiveStyle: 'outline',
      fontFamily,
      fontSize: font,
      lineHeight: 1.25,
      linkHandler: { activate: (_, url) => this.#openHidden(url) },
      minimumContrastRatio: 4.5,
      screenReaderMode: screenReader,
      scrollback: 5000,
      theme: themeOf(screen),
    })
    this.#terminal.loadAddon(this.#fit)
    this.#terminal.loadAddon(new WebLinksAddon((_, url) => openLink(url)))
    // The one width model of the course: how many cells a character takes, here and in every test.
    this.#terminal.loadAddon(new Unicode11Addon())
    this.#terminal.unicode.activeVersion = '11'
    screen.classList.add('open')
    openUnpaused(this.#terminal, screen)
    screen.setAttribute('role', 'group')
    screen.setAttribute('aria-label', name)
    this.#terminal.textarea?.setAttribute('aria-label', name)
    this.#terminal.textarea?.setAttribute('aria-description', leaveKeys)

    const { buffer } = this.#terminal
    this.feed = new Feed(
      {
        write: (data, parsed) => this.#terminal.write(data, parsed),
        column: () => buffer.active.cursorX,
        alternate: () => buffer.active.type === 'alternate',
      },
      options.onParsed,
    )
    this.#terminal.onData((text) => this.#input(encoder.encode(text)))
    // Each character is one byte here; as UTF-8 those above 127 would become two.
    this.#terminal.onBinary((text) => this.#input(Uint8Array.from(text, (char) => char.charCodeAt(0))))
    this.#terminal.attachCustomKeyEventHandler((event) => this.#key(event))
    const observer = new ResizeObserver(() => this.#fitSoon())
    observer.observe(screen)
    this.#undo.push(
      () => observer.disconnect(),
      onThemeChange(() => {
        this.#terminal.options.theme = themeOf(screen)
      }),
    )
    this.fit()
  }

  /** Fits the terminal to its place, tells the size if it is another one, and returns it. */
  fit(): Size {
    const { screen, onSize } = this.#options
    const terminal = this.#terminal
    const proposed = screen.checkVisibility() ? this.#fit.proposeDimensions() : undefined
    if (proposed && Number.isFinite(proposed.cols) && Number.isFinite(proposed.rows)) {
      const columns = Math.min(Math.max(proposed.cols, 1), MAX_CELLS.columns)
      const rows = Math.min(Math.max(proposed.rows, 1), MAX_CELLS.rows)
      if (columns !== terminal.cols || rows !== terminal.rows) {
        terminal.resize(columns, rows)
        onSize({ columns, rows })
      }
    }
    return { columns: terminal.cols, rows: terminal.rows }
  }

  /** Whether what is typed goes anywhere. */
  setRunning(running: boolean): void {
    this.#terminal.options.disableStdin = !running
  }

  setFont(px: number): void {
    this.#terminal.options.fontSize = px
    this.fit()
  }

  setFontFamily(family: string): void {
    this.#terminal.options.fontFamily = family
    this.fit()
  }

  setScreenReader(on: boolean): void {
    this.#terminal.options.screenReaderMode = on
  }

  /** The selected text, or all of it. */
  text(): string {
    if (this.#terminal.hasSelection()) return this.#terminal.getSelection()
    const buffer = this.#terminal.buffer.active
    let text = ''
    for (let row = 0; row < buffer.length; row += 1) {
      const line = buffer.getLine(row)
      const wrapped = buffer.getLine(row + 1)?.isWrapped === true
      text += `${line?.translateToString(!wrapped) ?? ''}${wrapped ? '' : '\n'}`
    }
    return `${text.trimEnd()}\n`
  }

  /** What a picture of its past is to look like. */
  get present(): Present {
    const { screen, name } = this.#options
    const { cols, rows, options } = this.#terminal
    const { fontSize = FONT.first, fontFamily = 'monospace' } = options
    return { screen, name, columns: cols, rows, fontSize, fontFamily }
  }

  /** Whether something lies over it: then nothing can be typed or pointed at here. Its program goes on. */
  set covered(covered: boolean) {
    const { element } = this.#terminal
    if (element) element.inert = covered
  }

  paste(text: string): void {
    this.#terminal.paste(text)
    this.#terminal.focus()
  }

  focus(): void {
    this.#terminal.focus()
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    for (const undo of this.#undo.splice(0).reverse()) undo()
    this.#terminal.dispose()
  }

  /** Once per frame, so that a border that is dragged does not resize the program a hundred times. */
  #fitSoon(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.fit())
  }

  #input(bytes: Uint8Array): void {
    if (!this.feed.replaying) this.#options.onInput(bytes)
  }

  /** False keeps a key from the program. */
  #key(event: KeyboardEvent): boolean {
    const meaning = meaningOf(event, { mac, selected: this.#terminal.hasSelection() })
    if (meaning === 'program') return true
    if (meaning === 'browser' || event.type !== 'keydown') return false
    // Else the browser would do what it does with this key: Ctrl+Shift+C opens its tools.
    event.preventDefault()
    if (meaning === 'copy') void this.#copySelection()
    else leave(this.#options.screen, meaning)
    return false
  }

  async #copySelection(): Promise<void> {
    if (!this.#terminal.hasSelection()) return
    if (await copy(this.#terminal.getSelection())) this.#terminal.clearSelection()
    else this.#options.onCopyRefused()
  }

  #openHidden(url: string): void {
    if (confirm(this.#options.openLink(url))) openLink(url)
  }
}

/**
 * xterm stops drawing what is scrolled out of view. Here it goes on, so that the browser's own search finds the text of
 * every terminal of a page; drawing happens once per frame at most.
 */
function openUnpaused(terminal: Terminal, screen: HTMLElement): void {
  const observer = Object.getOwnPropertyDescriptor(window, 'IntersectionObserver')
  Reflect.deleteProperty(window, 'IntersectionObserver')
  try {
    terminal.open(screen)
  } finally {
    if (observer) Object.defineProperty(window, 'IntersectionObserver', observer)
  }
}

/** A program's output is a stranger's: only web addresses are opened, and the page behind them cannot reach this one. */
function openLink(url: string): void {
  if (/^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer')
}

function style(): void {
  if (styled) return
  styled = true
  for (const text of [xtermStyle, ownStyle]) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    document.adoptedStyleSheets.push(sheet)
  }
}
