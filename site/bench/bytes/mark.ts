/** Bytes that a reader marks, with the pointer or with the keyboard. */

/** From this byte of a frame up to that, the last one included. */
export interface Range {
  readonly first: number
  readonly last: number
}

/** Watches the bytes of a dump, elements with `data-byte`. `onMark` is told every change, null when it is cleared. */
export class Marker {
  readonly #dump: HTMLElement
  readonly #onMark: (range: Range | null) => void
  /** Where a mark begun with Enter began. */
  #anchor: number | null = null
  #drawing = false
  #range: Range | null = null

  constructor(dump: HTMLElement, onMark: (range: Range | null) => void) {
    this.#dump = dump
    this.#onMark = onMark
    dump.addEventListener('pointerdown', (event) => this.#begin(event))
    dump.addEventListener('pointermove', (event) => this.#draw(event))
    dump.addEventListener('pointerup', (event) => this.#end(event))
    dump.addEventListener('keydown', (event) => this.#key(event))
  }

  /** Forgets the mark, for example with another packet. */
  clear(): void {
    this.#anchor = null
    this.#set(null)
  }

  #begin(event: PointerEvent): void {
    const byte = byteAt(event.target)
    if (byte === null || event.button !== 0) return
    this.#drawing = true
    this.#anchor = byte
  }

  #draw({ clientX, clientY, buttons }: PointerEvent): void {
    if (!this.#drawing || this.#anchor === null) return
    if (buttons === 0) this.#drawing = false
    // A touch keeps the element it began on as its target.
    const byte = byteAt(document.elementFromPoint(clientX, clientY))
    if (byte !== null && (this.#range !== null || byte !== this.#anchor)) this.#set(between(this.#anchor, byte))
  }

  /** A press that was not drawn is pointing, not marking. */
  #end({ target }: PointerEvent): void {
    if (this.#drawing && this.#range !== null && byteAt(target) === this.#anchor && !this.#isDrawn()) this.clear()
    this.#drawing = false
    this.#anchor = null
  }

  #isDrawn(): boolean {
    return this.#range !== null && this.#range.first !== this.#range.last
  }

  #key(event: KeyboardEvent): void {
    const byte = byteAt(event.target)
    if (byte === null) return
    if (event.key === 'Escape' && this.#range !== null) this.clear()
    else if (event.key === 'Enter') {
      if (this.#anchor === null) {
        this.#anchor = byte
        this.#set(between(byte, byte))
      } else {
        this.#set(between(this.#anchor, byte))
        this.#anchor = null
      }
    } else if (!this.#move(byte, event)) return
    event.preventDefault()
  }

  /** The arrows go from byte to byte and from row to row; with Shift they mark. */
  #move(byte: number, { key, shiftKey }: KeyboardEvent): boolean {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -16, ArrowDown: 16 }
    const step = steps[key]
    const target = step === undefined ? null : this.#dump.querySelector<HTMLElement>(`[data-byte="${byte + step}"]`)
    if (target === null || step === undefined) return step !== undefined
    for (const cell of this.#dump.querySelectorAll('[data-byte][tabindex="0"]')) cell.setAttribute('tabindex', '-1')
    target.tabIndex = 0
    target.focus()
    if (!shiftKey) return true
    this.#anchor ??= byte
    this.#set(between(this.#anchor, byte + step))
    return true
  }

  #set(range: Range | null): void {
    this.#range = range
    for (const cell of this.#dump.querySelectorAll<HTMLElement>('[data-byte]')) {
      const byte = Number(cell.dataset.byte)
      cell.classList.toggle('marked', range !== null && range.first <= byte && byte <= range.last)
    }
    this.#onMark(range)
  }
}

function between(one: number, other: number): Range {
  return { first: Math.min(one, other), last: Math.max(one, other) }
}

function byteAt(target: EventTarget | null): number | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-byte]') : null
  return cell === null ? null : Number(cell.dataset.byte)
}
