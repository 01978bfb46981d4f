/** Acknowledged at least this often while the parser is busy, in bytes. */
export const ACK_EVERY = 32 * 1024

/** The part of a terminal that is written to. `parsed` is called when the data, and all before it, has been parsed. */
export interface Screen {
  write(data: string | Uint8Array, parsed: () => void): void
  /** The cursor's column after what has been parsed; 0 is the first. */
  column(): number
  /** Whether the screen that programs such as editors take for themselves is shown. */
  alternate(): boolean
}

const SOFT = '\x1b[90m'
const PLAIN = '\x1b[0m'
const SHOW_CURSOR = '\x1b[?25h'
const HIDE_CURSOR = '\x1b[?25l'
/** Leaves a half-written sequence (CAN), then undoes modes a program may have left: soft reset, mouse, its encoding. */
const RESTORE = '\x18\x1b[!p\x1b[?1003l\x1b[?1006l'
/** Leaves a half-written sequence (CAN), then resets everything (RIS). */
const RESET = '\x18\x1bc'
const LEAVE_ALTERNATE = '\x1b[?1049l\r\n'

/**
 * Feeds one terminal: the programs' output, unchanged and acknowledged when parsed, and between it the lines that the
 * page itself prints, which always begin at the first column and count for nothing.
 */
export class Feed {
  readonly #screen: Screen
  readonly #ack: (offset: number) => void
  /** What waits until the place of a line is known; null when nothing does. */
  #held: (() => void)[] | null = null
  #printed = false
  #turn = 0
  #unparsed = 0
  #replays = 0
  #acked = 0

  constructor(screen: Screen, ack: (offset: number) => void) {
    this.#screen = screen
    this.#ack = ack
  }

  /** Output replayed from before is still being parsed; what the terminal says meanwhile answers the past. */
  get replaying(): boolean {
    return this.#replays > 0
  }

  /** Writes output whose first byte has this offset. */
  output(bytes: Uint8Array, offset: number, replayed: boolean): void {
    const turn = this.#turn
    this.#unparsed += 1
    if (replayed) this.#replays += 1
    this.#inOrder(() => {
      this.#printed = true
      this.#screen.write(bytes, () => {
        if (replayed) this.#replays -= 1
        if (turn === this.#turn) this.#parsed(offset + bytes.length)
      })
    })
  }

  /** Begins a run: the command it runs, set off by a blank line from what stands before. */
  command(text: string): void {
    this.#line(() => `${this.#apart()}${SHOW_CURSOR}${SOFT}$ ${printable(text)}${PLAIN}\r\n`)
  }

  /** A remark of the page. */
  note(text: string): void {
    this.#line(() => `${SOFT}— ${printable(text)}${PLAIN}\r\n`)
  }

  /** A run that never began: a remark in place of a command. */
  never(text: string): void {
    this.#line(() => `${this.#apart()}${SOFT}— ${printable(text)}${PLAIN}\r\n`)
  }

  /** The last remark of a run: the terminal is as a shell would want it, and has no cursor. */
  end(text: string): void {
    this.#line((alternate) => {
      const leave = alternate ? LEAVE_ALTERNATE : ''
      return `${leave}${SOFT}— ${printable(text)}${PLAIN}${HIDE_CURSOR}\r\n`
    }, RESTORE)
  }

  /** Offsets begin anew with the next output; what is still unparsed is not acknowledged. */
  restart(): void {
    this.#turn += 1
    this.#unparsed = 0
    this.#acked = 0
  }

  /** Empties the screen, its scrolled rows included, as soon as what waits has been written; offsets begin anew. */
  clear(): void {
    this.restart()
    this.#inOrder(() => {
      this.#printed = false
      this.#screen.write(RESET, () => {})
    })
  }

  #apart(): string {
    return this.#printed ? '\r\n' : ''
  }

  #parsed(offset: number): void {
    this.#unparsed -= 1
    if (this.#unparsed > 0 && offset - this.#acked < ACK_EVERY) return
    this.#acked = offset
    this.#ack(offset)
  }

  #line(text: (alternate: boolean) => string, before = ''): void {
    this.#inOrder(() => {
      this.#held = []
      this.#screen.write('', () => {
        const alternate = this.#screen.alternate()
        const newLine = !alternate && this.#screen.column() > 0 ? '\r\n' : ''
        const held = this.#held ?? []
        this.#held = null
        this.#screen.write(`${before}${newLine}${text(alternate)}`, () => {})
        this.#printed = true
        for (const next of held) this.#inOrder(next)
      })
    })
  }

  #inOrder(next: () => void): void {
    if (this.#held) this.#held.push(next)
    else next()
  }
}

/** Words come from the page and from the bench; neither may steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}
