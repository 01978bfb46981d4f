/** A thin line from the lit row of the wire to the lit line of code, where the two pages touch. */
import { draw } from './dom.ts'

/** How far the thread reaches into the gutter, in px. */
const WIDTH = 6

/** Measured anew from both ends whenever something moved; nothing where the wire does not lie between the programs. */
export class Thread {
  readonly #lab: HTMLElement
  readonly #path = draw('path')
  readonly #svg = draw('svg', { class: 'thread', 'aria-hidden': 'true' }, this.#path)
  readonly #left = new AbortController()
  readonly #observer = new ResizeObserver(() => this.lay())
  #frame = 0

  constructor(lab: HTMLElement) {
    this.#lab = lab
    const spread = lab.querySelector<HTMLElement>('.spread')
    spread?.append(this.#svg)
    if (spread) this.#observer.observe(spread)
    // Scrolling inside a panel does not bubble.
    spread?.addEventListener('scroll', () => this.lay(), { capture: true, passive: true, signal: this.#left.signal })
  }

  /** Lays it in the next frame, when everything is drawn. */
  lay(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => {
      this.#frame = requestAnimationFrame(() => this.#layNow())
    })
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#observer.disconnect()
    this.#left.abort()
    this.#svg.remove()
  }

  #layNow(): void {
    const spread = this.#svg.parentElement
    const wire = this.#lab.querySelector<HTMLElement>('[data-panel=wire]')
    const rows = wire?.querySelector<HTMLElement>('.evs')
    const moment =
      rows?.querySelector<HTMLElement>('.lit[aria-current=step]') ?? rows?.querySelector<HTMLElement>('.lit')
    const row = visible(moment, rows)
    const lines = [...this.#lab.querySelectorAll<HTMLElement>('.code :is(.ln, .cm-line).lit')]
    const found = lines.map((line) => ({ line, box: visible(line, line.closest<HTMLElement>('.code')) }))
    const end = found.find(({ box }) => box !== null)
    const first = spread?.firstElementChild
    // Where the wire lies below the pages, nothing touches.
    const isBeside = wire && first instanceof HTMLElement && wire.offsetTop === first.offsetTop
    if (!isBeside || !spread || !row || !end?.box) {
      this.#path.removeAttribute('d')
      return
    }
    const origin = spread.getBoundingClientRect()
    const gutter = wire.getBoundingClientRect()
    const isLeft = end.box.left < gutter.left
    const x = (isLeft ? gutter.left : gutter.right) - origin.left
    const from = (row.top + row.bottom) / 2 - origin.top
    const to = (end.box.top + end.box.bottom) / 2 - origin.top
    const inward = isLeft ? WIDTH / 2 : -WIDTH / 2
    this.#path.setAttribute('d', `M${x + 2 * inward} ${from}H${x + inward}V${to}H${x}`)
  }
}

/** The part of an element that can be seen inside the box that scrolls it; null where it cannot. */
function visible(element: HTMLElement | null | undefined, box: HTMLElement | null | undefined): DOMRect | null {
  if (!element || !box || !element.checkVisibility()) return null
  const inner = element.getBoundingClientRect()
  const outer = box.getBoundingClientRect()
  const top = Math.max(inner.top, outer.top)
  const bottom = Math.min(inner.bottom, outer.bottom)
  return bottom - top < 4 ? null : new DOMRect(inner.left, top, inner.width, bottom - top)
}
