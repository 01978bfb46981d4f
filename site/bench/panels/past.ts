/** A terminal as it was at a moment of the past, laid over the one that lives. Only to be read. */
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'
import type { Reel } from '../reel.ts'
import { Feed } from './feed.ts'
import { onThemeChange, themeOf } from './theme.ts'

/** The terminal it is laid over, as it is now. */
export interface Present {
  readonly screen: HTMLElement
  readonly name: string
  readonly columns: number
  readonly rows: number
  readonly fontSize: number
  readonly fontFamily: string
}

type Print = (feed: Feed) => void

/** Leaves a half-written sequence, then resets everything. In the stream, so that it is not overtaken. */
const ANEW = '\x18\x1bc'

/** Prints again what the reel holds, up to the moment. The living terminal goes on unseen beneath it. */
export class PastTerminal {
  readonly #present: Present
  readonly #cover = document.createElement('div')
  readonly #terminal: Terminal
  readonly #offTheme: () => void
  readonly #reel: Reel<Print>
  #feed: Feed
  /** Rises when all is printed anew; what an earlier feed still has to say is dropped. */
  #turn = 0
  #shown: number

  constructor(reel: Reel<Print>, present: Present) {
    const { screen, name, columns: cols, rows, fontSize, fontFamily } = present
    this.#present = present
    this.#reel = reel
    this.#cover.className = 'past'
    this.#cover.setAttribute('role', 'group')
    this.#cover.setAttribute('aria-label', name)
    screen.append(this.#cover)
    this.#terminal = new Terminal({
      allowProposedApi: true,
      cols,
      rows,
      convertEol: false,
      cursorInactiveStyle: 'none',
      disableStdin: true,
      fontFamily,
      fontSize,
      lineHeight: 1.25,
      minimumContrastRatio: 4.5,
      scrollback: 5000,
      theme: themeOf(screen),
    })
    this.#terminal.loadAddon(new Unicode11Addon())
    this.#terminal.unicode.activeVersion = '11'
    this.#terminal.open(this.#cover)
    // Nothing can be typed here, so no key leads here.
    if (this.#terminal.textarea) this.#terminal.textarea.tabIndex = -1
    this.#offTheme = onThemeChange(() => {
      this.#terminal.options.theme = themeOf(screen)
    })
    this.#feed = this.#newFeed()
    this.#shown = reel.begin
  }

  /** Shows what had been printed by `t`. */
  show(t: number): void {
    const end = this.#reel.end(t)
    if (end < this.#shown || this.#reel.begin > this.#shown) {
      this.#feed = this.#newFeed()
      this.#shown = this.#reel.begin
    }
    for (const print of this.#reel.between(this.#shown, end)) print(this.#feed)
    this.#shown = Math.max(end, this.#shown)
  }

  /** Whether it still fits the terminal it is laid over. */
  fits({ columns, rows, fontSize, fontFamily }: Present): boolean {
    const now = this.#present
    return columns === now.columns && rows === now.rows && fontSize === now.fontSize && fontFamily === now.fontFamily
  }

  close(): void {
    this.#offTheme()
    this.#terminal.dispose()
    this.#cover.remove()
  }

  #newFeed(): Feed {
    const { buffer } = this.#terminal
    this.#turn += 1
    const turn = this.#turn
    this.#terminal.write(ANEW)
    return new Feed(
      {
        write: (data, parsed) => {
          if (turn === this.#turn) this.#terminal.write(data, parsed)
        },
        column: () => buffer.active.cursorX,
        alternate: () => buffer.active.type === 'alternate',
      },
      () => {},
    )
  }
}
