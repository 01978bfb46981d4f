/** The time line of a story: a slider over its steps, and one plain sentence for the moment. */
import { chaptersOf } from '../../../labs/checks/chapters.ts'
import type { Story } from '../../../labs/checks/story.ts'
import type { Lang } from '../../languages.ts'
import { addStyle, draw, make } from '../dom.ts'
import { setText } from '../program-box.ts'
import { changeSettings, settings } from '../settings.ts'
import type { Cast } from '../story/cast.ts'
import { sentenceOf } from '../story/sentence.ts'
import { momentText } from '../story/time.ts'
import { piecesOf, plainOf, say, type Voice } from '../story/wording.ts'
import type { Words } from '../words.ts'
import { ChapterRow, chapterFrom } from './chapter-row.ts'
import { lineElement, pieceNode, UNITS } from './drawing.ts'
import { MarkRow } from './mark-row.ts'
import { nextStop, stay } from './playing.ts'
import { SPEEDS, type Speed, speedOf } from './speeds.ts'
import { placeOf, stepAt, TICKS, tickPaths } from './ticks.ts'
import style from './time-line.css?inline'

/** What the time line is made with. */
export interface TimeLineParts {
  /** As `storyWords` gave them. */
  readonly words: Words
  readonly lang: Lang
  readonly cast: Cast
  /** The moment is to be this step; null: now, and to stay with the latest. Also called by its own playing. */
  readonly onMove: (at: number | null) => void
  /** Copies a link to this step, and gives what there is to say of it; null where no link leads here. */
  readonly onLink: ((at: number) => Promise<string>) | null
}

/** What is shown. */
interface Shown {
  readonly story: Story
  readonly at: number
  readonly follows: boolean
}

/** Steps that Page Up and Page Down go where there are no chapters. */
const PAGE = 10
const ICONS = { first: 'M0 0h2v10H0zM10 0v10L4 5z', back: 'M8 0v10L2 5z', forward: 'M2 0v10l6-5z' } as const
const PLAY = 'M2 0l7 5-7 5z'
const PAUSE = 'M1 0h3v10H1zM6 0h3v10H6z'

/** Shows, and plays; which moment it is is kept by whoever made it. The element it is given is its own to fill. */
export class TimeLine {
  readonly #root: HTMLElement
  readonly #parts: TimeLineParts
  readonly #voice: Voice
  readonly #slider: HTMLElement
  readonly #knob = make('span', { class: 'knob' })
  readonly #lines: readonly SVGSVGElement[]
  readonly #position = make('span')
  readonly #toNow: HTMLButtonElement
  readonly #now: HTMLElement
  readonly #sentence = make('p', { class: 'sentence', role: 'status', 'aria-live': 'off' })
  readonly #playButton: HTMLButtonElement
  readonly #playIcon = draw('path')
  readonly #playWord = make('span')
  readonly #speeds: HTMLSelectElement
  readonly #chapters: ChapterRow
  readonly #marks: MarkRow
  /** The chapter in which the moment stands. */
  readonly #chapter = make('b', { class: 'chapter' })
  /** What there is to say of a link that was copied, until the moment is another. */
  readonly #linked = make('p', { class: 'linked', role: 'status', hidden: true })
  #shown: Shown | null = null
  #told = ''
  #ticked: Story | null = null
  #frame = 0
  /** Null while it does not play. */
  #timer: ReturnType<typeof setTimeout> | null = null
  #undo: (() => void)[] = []

  constructor(root: HTMLElement, parts: TimeLineParts) {
    addStyle(style)
    this.#root = root
    this.#parts = parts
    this.#voice = { words: parts.words, cast: parts.cast }
    this.#lines = [lineElement('all'), lineElement('past')]
    this.#slider = make(
      'div',
      {
        class: 'track',
        role: 'slider',
        tabindex: 0,
        'aria-label': say(this.#voice, 'line.moment'),
        'aria-valuemin': 1,
      },
      ...this.#lines,
      this.#knob,
    )
    this.#toNow = make('button', { type: 'button', class: 'quiet' }, say(this.#voice, 'line.to-now'))
    this.#now = make('span', { class: 'at-now' }, say(this.#voice, 'line.now'))
    this.#playButton = make(
      'button',
      { type: 'button', class: 'btn play' },
      draw('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, this.#playIcon),
      this.#playWord,
    )
    this.#speeds = speedChoice(this.#voice)
    const onMove = (at: number) => this.#move(at, true)
    this.#chapters = new ChapterRow(this.#voice, onMove)
    this.#marks = new MarkRow(this.#voice, onMove)
    const { onLink } = parts
    const link = onLink && make('button', { type: 'button', class: 'quiet link' }, say(this.#voice, 'line.link'))
    link?.addEventListener('click', () => void this.#copyLink())
    root.classList.add('moment')
    root.replaceChildren(
      make(
        'div',
        { class: 'steps' },
        this.#stepButton('first', () => 1),
        this.#stepButton('back', ({ at }) => at - 1),
        this.#stepButton('forward', ({ at }) => at + 1),
        this.#playButton,
        make('label', { class: 'speed' }, make('span', { class: 'vh' }, say(this.#voice, 'line.speed')), this.#speeds),
      ),
      make('div', { class: 'line-box' }, this.#marks.element, this.#slider, this.#chapters.element),
      make(
        'p',
        { class: 'pos' },
        this.#position,
        make('span', { 'aria-hidden': 'true' }, ' · '),
        this.#toNow,
        this.#now,
        this.#chapter,
        ...(link ? [link] : []),
      ),
      this.#sentence,
      this.#linked,
    )
    this.#listen()
    this.#showPlaying()
  }

  /** Shows the step `at` as the moment, the last one when `follows`: then it says that it stays with now. */
  show(story: Story, at: number, follows: boolean): void {
    if (this.#timer !== null && story.run !== this.#shown?.story.run) this.#stop()
    this.#shown = { story, at, follows }
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#draw()
    })
  }

  /** Ends everything it waits for, and playing with it. */
  close(): void {
    this.#stop()
    cancelAnimationFrame(this.#frame)
    for (const undo of this.#undo) undo()
    this.#root.replaceChildren()
  }

  #listen(): void {
    const slider = this.#slider
    slider.addEventListener('keydown', (event) => this.#press(event))
    slider.addEventListener('pointerdown', (event) => this.#drag(event))
    this.#toNow.addEventListener('click', () => {
      this.#stop()
      // The button goes; the focus must not go with it.
      slider.focus({ preventScroll: true })
      this.#parts.onMove(null)
    })
    this.#playButton.addEventListener('click', () => this.#toggle())
  }

  #stepButton(name: keyof typeof ICONS, to: (shown: Shown) => number): HTMLButtonElement {
    const icon = draw('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, draw('path', { d: ICONS[name] }))
    const label = say(this.#voice, `line.${name}`)
    const button = make('button', { type: 'button', class: 'btn sq', 'aria-label': label, title: label }, icon)
    button.addEventListener('click', () => this.#shown && this.#move(to(this.#shown), true))
    return button
  }

  /** Moves because the reader wants it; `aloud` where nothing else says what is there. */
  #move(to: number, aloud: boolean): void {
    if (this.#shown === null) return
    this.#stop()
    this.#sentence.ariaLive = aloud ? 'polite' : 'off'
    const last = this.#shown.story.steps.length
    this.#parts.onMove(Math.min(Math.max(to, 1), last))
  }

  #press(event: KeyboardEvent): void {
    if (this.#shown === null || event.ctrlKey || event.metaKey || event.altKey) return
    const { at, story } = this.#shown
    const last = story.steps.length
    const byChapter = chaptersOf(story).length > 1
    const to: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: byChapter ? chapterFrom(story, at, 'before') : at - PAGE,
      PageUp: byChapter ? chapterFrom(story, at, 'next') : at + PAGE,
      Home: 1,
      End: last,
    }
    const wanted = to[event.key]
    if (wanted === undefined && event.key !== ' ') return
    event.preventDefault()
    if (wanted === undefined) this.#toggle()
    else this.#move(wanted, false)
  }

  #drag(event: PointerEvent): void {
    if (event.button !== 0 || this.#shown === null) return
    const slider = this.#slider
    slider.setPointerCapture(event.pointerId)
    const to = ({ clientX }: PointerEvent) => {
      const { left, width } = slider.getBoundingClientRect()
      const last = this.#shown?.story.steps.length ?? 0
      const step = stepAt((clientX - left) / width, last)
      if (step !== this.#shown?.at || this.#shown.follows) this.#move(step, false)
    }
    const end = () => {
      slider.removeEventListener('pointermove', to)
      slider.removeEventListener('pointerup', end)
      slider.removeEventListener('pointercancel', end)
    }
    slider.addEventListener('pointermove', to)
    slider.addEventListener('pointerup', end)
    slider.addEventListener('pointercancel', end)
    to(event)
  }

  #toggle(): void {
    if (this.#shown === null) return
    if (this.#timer !== null) {
      this.#stop()
      return
    }
    this.#sentence.ariaLive = 'polite'
    const { at, story } = this.#shown
    // Who is at the end wants to see it from the beginning.
    if (at >= story.steps.length) this.#parts.onMove(1)
    this.#playFrom(at >= story.steps.length ? 1 : at)
  }

  #playFrom(at: number): void {
    const { story } = this.#shown ?? {}
    const next = story ? nextStop(story, at) : null
    if (!story || next === null) {
      this.#stop()
      return
    }
    this.#timer = setTimeout(
      () => {
        this.#parts.onMove(next)
        this.#playFrom(next)
      },
      stay(story, at, next, this.#speeds.value as Speed),
    )
    this.#showPlaying()
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#showPlaying()
  }

  async #copyLink(): Promise<void> {
    const { at } = this.#shown ?? {}
    if (at === undefined) return
    this.#stop()
    const said = await this.#parts.onLink?.(at)
    if (at !== this.#shown?.at) return
    setText(this.#linked, said ?? '')
    this.#linked.hidden = said === undefined
  }

  #showPlaying(): void {
    const plays = this.#timer !== null
    this.#playIcon.setAttribute('d', plays ? PAUSE : PLAY)
    this.#playWord.textContent = say(this.#voice, plays ? 'line.pause' : 'line.play')
  }

  #draw(): void {
    if (this.#shown === null) return
    const { story, at, follows } = this.#shown
    const last = story.steps.length
    this.#root.classList.toggle('empty', last === 0)
    if (this.#ticked !== story) this.#drawTicks(story)
    setText(this.#chapter, this.#chapters.show(story, at))
    this.#root.style.setProperty('--now', `${(placeOf(at, last) * 100).toFixed(2)}%`)
    this.#position.innerHTML = ''
    const [before = '', after = ''] = say(this.#voice, 'line.position', { last }).split('{at}')
    this.#position.append(before, make('b', {}, String(at)), after)
    this.#toNow.hidden = follows
    this.#now.hidden = !follows
    const sentence = sentenceOf(story, at, this.#parts.cast)
    const spoken = say(this.#voice, 'line.value', { at, last, sentence: plainOf(sentence, this.#voice) })
    this.#slider.ariaValueMin = '1'
    this.#slider.ariaValueMax = String(last)
    this.#slider.ariaValueNow = String(at)
    if (spoken === this.#told) return
    this.#told = spoken
    this.#linked.hidden = true
    this.#slider.ariaValueText = spoken
    const step = story.steps[at - 1]
    const time = step ? [make('span', { class: 't' }, momentText(step.t, story.steps[0]?.t ?? 0, this.#voice))] : []
    this.#sentence.replaceChildren(...time, ...piecesOf(sentence, this.#voice).map(pieceNode))
  }

  #drawTicks(story: Story): void {
    this.#ticked = story
    this.#marks.show(story)
    const paths = tickPaths(story.steps, this.#parts.cast, UNITS)
    for (const line of this.#lines) {
      for (const tick of TICKS) line.querySelector(`.${tick}`)?.setAttribute('d', paths[tick])
    }
  }
}

/** What the reader chose once holds for all labs. */
function speedChoice(voice: Voice): HTMLSelectElement {
  const select = make('select')
  for (const speed of SPEEDS) {
    const name = speed === 'real' ? say(voice, 'line.speed-real') : speed === '0.5' ? '½×' : `${speed}×`
    select.append(new Option(name, speed))
  }
  select.value = settings().speed
  select.addEventListener('change', () => changeSettings({ speed: speedOf(select.value) }))
  return select
}
