/** The wire between both ends of a lab: an ordered list of what happened that happens to be a picture. */
import type { Story } from '../../../labs/checks/story.ts'
import type { Lang } from '../../languages.ts'
import { copy } from '../clipboard.ts'
import { addStyle, make } from '../dom.ts'
import type { Cast } from '../story/cast.ts'
import { type Station, stationsOf } from '../story/stations.ts'
import { say, type Voice } from '../story/wording.ts'
import type { Words } from '../words.ts'
import { Choices } from './choices.ts'
import { type Drawing, drawingOf } from './drawing.ts'
import { headElement } from './head.ts'
import { geometryOf, type Scale } from './layout.ts'
import type { Measure } from './lines.ts'
import { measureFor } from './measure.ts'
import { savePicture } from './picture.ts'
import { RowList } from './row-list.ts'
import { EVERYTHING, rowAt } from './rows.ts'
import type { Shapes } from './shapes.ts'
import { textOf } from './text.ts'
import style from './wire.css?inline'

/** What the panel is made with. */
export interface WireParts {
  /** As `storyWords` gave them. */
  readonly words: Words
  readonly lang: Lang
  readonly cast: Cast
  /** What it is a picture of, for one that is saved: `Lab 12b Three packets`. */
  readonly title?: string
  /** The reader chose the step `at` as the moment. */
  readonly onPick: (at: number) => void
  /** The reader points at the step `at`, and then (null) at none. */
  readonly onPoint: (at: number | null) => void
}

/** What is shown. */
interface Shown {
  readonly story: Story
  readonly at: number
  readonly lit: ReadonlySet<number>
}

/** Shows; it decides nothing but how it shows it. The element it is given is its own to fill. */
export class WirePanel {
  readonly #root: HTMLElement
  readonly #parts: WireParts
  readonly #voice: Voice
  readonly #stations: readonly Station[]
  readonly #list: RowList
  readonly #choices: Choices
  readonly #empty: HTMLElement
  readonly #sizes: ResizeObserver
  readonly #measure: Measure
  #head: HTMLElement
  #shown: Shown | null = null
  #drawing: Drawing | null = null
  #choice = EVERYTHING
  #scale: Scale = 'events'
  #shapes: { width: number; known: Shapes } = { width: 0, known: new Map() }
  #frame = 0

  constructor(root: HTMLElement, parts: WireParts) {
    addStyle(style)
    this.#root = root
    this.#parts = parts
    this.#voice = { words: parts.words, cast: parts.cast }
    this.#stations = stationsOf(parts.cast)
    this.#head = headElement(this.#stations, null, this.#voice)
    this.#empty = make('p', { class: 'nothing' }, say(this.#voice, 'wire.nothing'))
    this.#list = new RowList({
      label: say(this.#voice, 'wire.list'),
      words: { fold: say(this.#voice, 'wire.fold'), unfold: say(this.#voice, 'wire.unfold') },
      stations: this.#stations,
      onPick: parts.onPick,
      onPoint: parts.onPoint,
      onFold: (key) => this.#fold(key),
      onBar: () => this.#redraw(),
    })
    this.#choices = new Choices({
      voice: this.#voice,
      onScale: (scale) => {
        this.#scale = scale
        this.#redraw()
      },
      onConversation: (conversation) => this.#choose({ conversation }),
      onBackground: (background) => this.#choose({ background }),
      onSave: (kind) => void this.#save(kind),
      onCopy: () => void this.#copy(),
    })
    root.classList.add('wire')
    root.dataset.stations = String(this.#stations.length)
    const body = make('div', { class: 'wire-body' }, this.#list.element, this.#empty, this.#choices.element)
    root.replaceChildren(this.#head, body)
    this.#list.element.hidden = true
    this.#choices.element.hidden = true
    this.#measure = measureFor(root)
    this.#sizes = new ResizeObserver(() => this.#redraw())
    this.#sizes.observe(root)
  }

  /**
   * Draws the story with the step `at` as the moment (0: before the first), and with the steps in `lit` marked: what
   * the reader points at, or the moment, with what belongs to it. May be called as often as the story changes: what it
   * draws waits for the next frame.
   */
  show(story: Story, at: number, lit: ReadonlySet<number>): void {
    if (this.#shown?.story !== story) this.#drawing = null
    this.#shown = { story, at, lit }
    this.#plan()
  }

  /** Ends everything it waits for. */
  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#sizes.disconnect()
    this.#list.close()
    this.#root.replaceChildren()
  }

  #choose(choice: Partial<typeof EVERYTHING>): void {
    this.#choice = { ...this.#choice, ...choice }
    this.#redraw()
  }

  #fold(key: string): void {
    const unfolded = new Set(this.#choice.unfolded)
    if (!unfolded.delete(key)) unfolded.add(key)
    this.#choose({ unfolded })
  }

  #redraw(): void {
    this.#drawing = null
    this.#plan()
  }

  #plan(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#draw()
    })
  }

  #draw(): void {
    const { clientWidth: width } = this.#root
    if (this.#shown === null || width === 0) return
    const { story, at, lit } = this.#shown
    if (this.#drawing === null) {
      const geometry = geometryOf(width - this.#list.bar, this.#stations.length)
      this.#drawing = drawingOf({
        story,
        choice: this.#choice,
        scale: this.#scale,
        stations: this.#stations,
        voice: this.#voice,
        geometry,
        measure: this.#measure,
        shapes: this.#shapesAt(geometry.wire),
      })
      this.#showAround(this.#drawing)
    }
    const { rows } = this.#drawing
    this.#list.show(this.#drawing, { now: rowAt(rows, at), at, lit })
  }

  #shapesAt(width: number): Shapes {
    if (this.#shapes.width !== width) this.#shapes = { width, known: new Map() }
    return this.#shapes.known
  }

  /** Everything but the rows; only what is other than before is touched. */
  #showAround({ geometry, rows, background, story, layout }: Drawing): void {
    const { no, zone, between, end, narrow } = geometry
    const last = this.#stations.length - 1
    const zones = this.#stations.map((_, i) => `${i === 0 || i === last ? zone : between}px`)
    const columns = `${no}px ${zones.join(' minmax(0, 1fr) ')}`
    if (this.#root.style.getPropertyValue('--columns') !== columns) {
      this.#root.style.setProperty('--columns', columns)
      this.#root.style.setProperty('--end-space', `${end}px`)
      this.#root.classList.toggle('narrow', narrow)
    }
    const head = headElement(this.#stations, story, this.#voice)
    head.style.setProperty('--bar', `${this.#list.bar}px`)
    if (!head.isEqualNode(this.#head)) {
      this.#head.replaceWith(head)
      this.#head = head
    }
    this.#list.element.hidden = rows.length === 0
    this.#empty.hidden = rows.length > 0
    this.#choices.element.hidden = story.steps.length === 0
    this.#choices.showScale(layout.scale)
    this.#choices.show(story, this.#choice.conversation, background.length, this.#choice.background)
  }

  async #save(kind: 'svg' | 'png'): Promise<void> {
    if (this.#shown === null) return
    const { story } = this.#shown
    const title = this.#parts.title ?? say(this.#voice, 'wire.title')
    await savePicture(kind, {
      story,
      title,
      choice: this.#choice,
      scale: this.#scale,
      stations: this.#stations,
      voice: this.#voice,
      lang: this.#parts.lang,
      measure: this.#measure,
    })
  }

  async #copy(): Promise<void> {
    if (this.#drawing === null) return
    const copied = await copy(textOf(this.#drawing))
    this.#choices.tell(copied ? 'wire.copied' : 'wire.copy-refused')
  }
}
