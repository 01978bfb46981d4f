/** The rows of the wire panel in the page: only those that can be seen are there, and keys move along all of them. */
import { make } from '../dom.ts'
import type { Station } from '../story/stations.ts'
import type { Drawing } from './drawing.ts'
import { windowOf } from './layout.ts'
import { fillElement, type Place, type RowWords, rowElement, stand } from './row-element.ts'
import type { RowView } from './row-view.ts'
import { keyOf, type Row, rowAt } from './rows.ts'

export interface RowListParts {
  readonly label: string
  readonly words: RowWords
  readonly stations: readonly Station[]
  readonly onPick: (at: number) => void
  readonly onPoint: (at: number | null) => void
  readonly onFold: (key: string) => void
  /** The bar came, or went. */
  readonly onBar: () => void
}

/** The moment, and what is lit. */
export interface Moment {
  /** The place of the row that tells it; -1 before the first. */
  readonly now: number
  readonly at: number
  readonly lit: ReadonlySet<number>
}

/** Up to so many rows all are there, so that they can be read and found as in any page. */
const ALL = 150
/** Rows this far outside of what is seen are there, in px; fewer while rows come faster than anybody scrolls. */
const MARGIN = { calm: 400, flood: 40 }
/** The row of the moment keeps this distance from the edges, in px. */
const AIR = 60
/** Where the page itself scrolls, no list is higher than this, in px. */
const LONG = 2400
/** When more rows come at once, they do not move: nobody could follow. */
const FEW = 6

interface Drawn {
  readonly element: HTMLElement
  readonly looks: string
}

export class RowList {
  readonly element: HTMLElement
  readonly #parts: RowListParts
  readonly #list: HTMLElement
  #fill: HTMLElement = make('div')
  #filled = ''
  #drawing: Drawing | null = null
  #moment: Moment = { now: -1, at: 0, lit: new Set() }
  #drawn = new Map<string, Drawn>()
  /** The key of the row that has or would have the focus; null: that of the moment. */
  #focus: string | null = null
  /** The last step that was ever shown of this run, which is not fresh any more. */
  #seen = { run: 0, at: 0 }
  #height = 0
  #bar = 0
  /** What is seen, in px: known without asking, for that would lay out the page once more in each frame. */
  #top = 0
  #seenHeight = 0
  readonly #sizes: ResizeObserver
  #frame = 0

  constructor(parts: RowListParts) {
    this.#parts = parts
    this.#list = make('ol', { 'aria-label': parts.label })
    this.element = make('div', { class: 'evs' }, this.#list, this.#fill)
    this.element.addEventListener('scroll', () => this.#scrolled(), { passive: true })
    this.#sizes = new ResizeObserver(() => this.#resized())
    this.#sizes.observe(this.element)
    const list = this.#list
    list.addEventListener('pointerover', ({ target }) => this.#point(target))
    list.addEventListener('pointerleave', () => parts.onPoint(null))
    list.addEventListener('focusin', ({ target }) => this.#focused(target))
    list.addEventListener('focusout', () => parts.onPoint(null))
    list.addEventListener('click', (event) => this.#click(event))
    list.addEventListener('keydown', (event) => this.#press(event))
  }

  show(drawing: Drawing, moment: Moment): void {
    const { layout, story, rows } = drawing
    const moved = this.#moment.at !== moment.at || this.#drawing?.story.run !== story.run
    const reveals = moved && (this.#isSeen(this.#moment.now) || moment.now < rows.length - 1)
    this.#drawing = drawing
    this.#moment = moment
    const height = layout.tops.at(-1) ?? 0
    if (height !== this.#height) {
      this.#height = height
      this.#list.style.height = `${height}px`
      this.element.style.setProperty('--rows-height', `${height}px`)
      this.element.classList.toggle('long', height > LONG)
    }
    const top = reveals ? this.#revealing(moment.now) : this.#top
    const scrolls = top !== this.#top
    this.#top = top
    this.#draw()
    this.#drawFill(drawing, height)
    // Last, for the page must be laid out for it.
    if (scrolls) this.element.scrollTop = top
  }

  /** How wide the bar is by which rows are scrolled, in px; what stands above the rows must leave it free. */
  get bar(): number {
    return this.#bar
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#sizes.disconnect()
  }

  #scrolled(): void {
    const { scrollTop } = this.element
    // What was scrolled to by `show` is drawn.
    if (Math.abs(scrollTop - this.#top) < 1) return
    this.#top = scrollTop
    this.#later()
  }

  /** The place for the rows has another size: what was seen last stays seen. */
  #resized(): void {
    const stays = this.#seenHeight === 0 || this.#isSeen(this.#moment.now)
    this.#seenHeight = this.element.clientHeight
    const bar = this.element.offsetWidth - this.element.clientWidth
    if (bar !== this.#bar) {
      this.#bar = bar
      this.#parts.onBar()
    }
    const top = stays ? this.#revealing(this.#moment.now) : this.#top
    if (top !== this.#top) this.element.scrollTop = top
    this.#top = top
    this.#later()
  }

  /** Whether a row can be seen, at least in part. The one before the first always can. */
  #isSeen(place: number): boolean {
    const { tops = [] } = this.#drawing?.layout ?? {}
    const [top, bottom] = [tops[place], tops[place + 1]]
    if (top === undefined || bottom === undefined) return true
    return bottom > this.#top && top < this.#top + this.#seenHeight
  }

  /** How far the rows, never the page, have to be scrolled so that a row is seen. */
  #revealing(place: number): number {
    const { tops = [] } = this.#drawing?.layout ?? {}
    const air = Math.min(AIR, this.#seenHeight / 4)
    const top = (tops[place] ?? 0) - air
    const bottom = (tops[place + 1] ?? 0) + air
    const most = Math.max(this.#height - this.#seenHeight, 0)
    if (top < this.#top) return Math.min(Math.max(top, 0), most)
    if (bottom > this.#top + this.#seenHeight) return Math.min(bottom - this.#seenHeight, most)
    return Math.min(this.#top, most)
  }

  #later(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#draw()
    })
  }

  #draw(): void {
    const drawing = this.#drawing
    if (drawing === null) return
    const { from: fresh, flood } = this.#freshFrom(drawing)
    const places = this.#places(drawing, flood ? MARGIN.flood : MARGIN.calm)
    const active = this.#list.contains(document.activeElement)
    const focus = this.#placeOfFocus(drawing)
    const all = places.length === drawing.rows.length
    const kept = new Map<string, Drawn>()
    let refocus: HTMLElement | null = null
    let before: Element | null = null
    for (const place of places) {
      const key = keyOf(drawing.rows[place] as Row)
      const old = this.#drawn.get(key)
      const drawn = this.#row(drawing, place, old, fresh)
      kept.set(key, drawn)
      this.#drawn.delete(key)
      const { element } = drawn
      element.tabIndex = place === focus ? 0 : -1
      // Where not all rows are there, each says which it is.
      element.ariaPosInSet = all ? null : String(place + 1)
      element.ariaSetSize = all ? null : String(drawing.rows.length)
      if (old && old !== drawn) {
        if (active && old.element.contains(document.activeElement)) refocus = element
        old.element.replaceWith(element)
      }
      const next: Element | null = before === null ? this.#list.firstElementChild : before.nextElementSibling
      if (next !== element) this.#list.insertBefore(element, next)
      before = element
    }
    for (const { element } of this.#drawn.values()) element.remove()
    this.#drawn = kept
    refocus?.focus({ preventScroll: true })
  }

  #drawFill({ rows, view }: Drawing, height: number): void {
    const last = rows.length === 0 ? null : view(rows.length - 1)
    const later = this.#moment.now < rows.length - 1
    const filled = JSON.stringify([height, later, last?.zones.map(({ lanes, holds }) => [lanes, holds])])
    if (filled === this.#filled) return
    this.#filled = filled
    const fill = fillElement(last, this.#parts.stations, height)
    fill.classList.toggle('later', later)
    this.#fill.replaceWith(fill)
    this.#fill = fill
  }

  /** The places of the rows that are to be there, in order. */
  #places({ rows, layout }: Drawing, margin: number): number[] {
    if (rows.length <= ALL) return [...rows.keys()]
    const [from, to] = windowOf(layout, this.#top - margin, this.#top + this.#seenHeight + margin)
    const places = Array.from({ length: to - from }, (_, i) => from + i)
    const focus = this.#list.contains(document.activeElement) ? this.#placeOfFocus({ rows }) : -1
    if (focus !== -1 && focus < from) places.unshift(focus)
    if (focus >= to) places.push(focus)
    return places
  }

  /** From which step on rows are fresh, past the last when none is; and whether too many are to be followed. */
  #freshFrom({ rows, story }: Drawing): { from: number; flood: boolean } {
    const last = story.steps.length
    const before = this.#seen.run === story.run ? this.#seen.at : 0
    this.#seen = { run: story.run, at: Math.max(last, before) }
    const flood = rows.length - 1 - rowAt(rows, before) > FEW
    return { from: this.#moment.at === last && !flood ? before + 1 : last + 1, flood }
  }

  #placeOfFocus({ rows }: Pick<Drawing, 'rows'>): number {
    const { now } = this.#moment
    const focused = this.#focus === null ? -1 : rows.findIndex((row) => keyOf(row) === this.#focus)
    return focused === -1 ? Math.max(now, 0) : focused
  }

  #row(drawing: Drawing, place: number, old: Drawn | undefined, fresh: number): Drawn {
    const view = drawing.view(place)
    const { row } = view
    const { tops, heights, drops, lifts, cuts } = drawing.layout
    const [top = 0, height = 0] = [tops[place], heights[place]]
    const lies: Place = {
      top,
      height,
      space: (tops[place + 1] ?? 0) - top - height,
      drop: drops[place] ?? 0,
      lift: lifts[place] ?? 0,
      cut: cuts[place] ?? false,
      wire: drawing.geometry.wire,
    }
    const looks = looksOf(view, lies)
    const drawn =
      old?.looks === looks ? old : { element: rowElement(view, this.#parts.stations, lies, this.#parts.words), looks }
    if (!old && row.from >= fresh) drawn.element.classList.add('fresh')
    stand(drawn.element, {
      now: place === this.#moment.now,
      lit: isLit(row, this.#moment.lit),
      later: row.from > this.#moment.at,
    })
    return drawn
  }

  #click(event: MouseEvent): void {
    const row = this.#rowOf(event.target)
    if (row === null || getSelection()?.isCollapsed === false) return
    if (event.target instanceof Element && event.target.closest('[data-fold]')) {
      this.#parts.onFold(keyOf(row))
      return
    }
    this.#focus = keyOf(row)
    this.#parts.onPick(targetOf(row))
  }

  #point(target: EventTarget | null): void {
    const row = this.#rowOf(target)
    this.#parts.onPoint(row && targetOf(row))
  }

  #focused(target: EventTarget | null): void {
    const row = this.#rowOf(target)
    if (row === null) return
    this.#focus = keyOf(row)
    this.#parts.onPoint(targetOf(row))
  }

  #press(event: KeyboardEvent): void {
    const drawing = this.#drawing
    if (drawing === null || event.ctrlKey || event.metaKey || event.altKey) return
    const place = this.#placeOfFocus(drawing)
    const row = drawing.rows[place]
    const to = target(event.key, place, drawing.rows.length)
    if (to !== null) {
      event.preventDefault()
      this.#focusRow(to)
    } else if ((event.key === 'Enter' || event.key === ' ') && row && !isButton(event.target)) {
      event.preventDefault()
      this.#parts.onPick(targetOf(row))
    }
  }

  #focusRow(place: number): void {
    const row = this.#drawing?.rows[place]
    if (row === undefined) return
    this.#focus = keyOf(row)
    const top = this.#revealing(place)
    const scrolls = top !== this.#top
    this.#top = top
    // The focus must have somewhere to go.
    this.#draw()
    if (scrolls) this.element.scrollTop = top
    this.#drawn.get(this.#focus)?.element.focus()
  }

  #rowOf(target: EventTarget | null): Row | null {
    const element = target instanceof Element ? target.closest('li') : null
    if (element === null) return null
    const key = [...this.#drawn].find(([, drawn]) => drawn.element === element)?.[0]
    return this.#drawing?.rows.find((row) => keyOf(row) === key) ?? null
  }
}

/** The step that a row stands for: all it tells has happened then. */
function targetOf(row: Row): number {
  return row.kind === 'run' && row.open ? row.from : row.at
}

function isLit(row: Row, lit: ReadonlySet<number>): boolean {
  if (row.kind === 'step') return lit.has(row.at)
  if (row.open) return false
  for (const at of lit) if (at >= row.from && at <= row.at) return true
  return false
}

/** Everything an element is made from. */
function looksOf({ row, ...view }: RowView, place: Place): string {
  const open = row.kind === 'run' && row.open
  return JSON.stringify([row.from, row.at, open, view, place])
}

function target(key: string, place: number, rows: number): number | null {
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return Math.min(place + 1, rows - 1)
    case 'ArrowUp':
    case 'k':
      return Math.max(place - 1, 0)
    case 'Home':
      return 0
    case 'End':
      return rows - 1
    default:
      return null
  }
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLButtonElement
}
