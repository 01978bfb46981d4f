/**
 * Everything in a lab that tells the story of its run: marks beside the code, the wire, the sockets, the time line. Loaded
 * when the first program is run; a lab that is only read does without.
 */

import type { Story } from '../../labs/checks/story.ts'
import { tellLatest } from '../../labs/checks/tell.ts'
import type { BenchEvent } from '../../labs/events.ts'
import type { Lab } from '../../labs/lab.ts'
import { SHELL } from '../../labs/protocol.ts'
import type { Lang } from '../languages.ts'
import { type Judging, openJudging } from '../learn/judging.ts'
import { keepRun } from '../learn/store.ts'
import { Closer } from './closer.ts'
import { CodePanel, type Ran } from './code/code-panel.ts'
import { addStyle, make } from './dom.ts'
import { Moment, type Scene } from './moment.ts'
import type { PanelName } from './opened.ts'
import { panelWords } from './panel-words.ts'
import type { PastMoment } from './program-box.ts'
import { setText } from './program-box.ts'
import { changeSettings, settings } from './settings.ts'
import { SocketsPanel } from './sockets/sockets-panel.ts'
import { StatesPanel } from './sockets/states-panel.ts'
import type { BenchSource } from './source.ts'
import style from './spread.css?inline'
import { castOf } from './story/cast.ts'
import { storyWords } from './story/words.ts'
import { Thread } from './thread.ts'
import { stepAt } from './time-line/ticks.ts'
import { TimeLine } from './time-line/time-line.ts'
import { WirePanel } from './wire/wire-panel.ts'
import { type Words, word } from './words.ts'

export interface SpreadParts {
  /** The lab's element, with a place for each panel. */
  readonly root: HTMLElement
  readonly lang: Lang
  readonly lab: Lab
  /** By which a reader changes what wires do. */
  readonly source: BenchSource | null
  /** A panel could not be loaded: the system's word for it. */
  readonly onMissing: (detail: string) => void
  /** A program stands at a moment of the past, or (null) is in the present. */
  readonly onMoment: (program: string, moment: PastMoment | null) => void
  /** What of a program is shown is a run of this; null: of nothing. */
  readonly onRan: (program: string, ran: Ran | null) => void
  /** As in `TimeLineParts`. */
  readonly onLink: ((at: number) => Promise<string>) | null
}

/** Panels that draw from the story; while none of them is open nothing is told. */
const TELLING: readonly PanelName[] = ['code', 'wire', 'bytes', 'sockets']

/** Loads the words and makes all panels. Rejects when the words cannot be loaded. */
export async function openSpread(parts: SpreadParts): Promise<Spread> {
  const { root, lab, lang } = parts
  // Where what judges is missing, the lab is still shown.
  const judging = openJudging({ root, lab, lang }).catch((error: Error) => {
    parts.onMissing(error.message)
    return null
  })
  const [story, panels, judge] = await Promise.all([storyWords(lang), panelWords(lang), judging])
  return new Spread(parts, story, panels, judge)
}

export class Spread {
  readonly #parts: SpreadParts
  readonly #words: Words
  readonly #moment: Moment
  readonly #codes: readonly CodePanel[]
  readonly #wire: WirePanel
  readonly #sockets: SocketsPanel
  readonly #states: StatesPanel
  readonly #timeLine: TimeLine
  readonly #thread: Thread
  readonly #closer: Closer | null
  readonly #judging: Judging | null
  readonly #left = new AbortController()
  #open: readonly PanelName[] = []

  constructor(parts: SpreadParts, words: Words, ownWords: Words, judging: Judging | null) {
    addStyle(style)
    const { root, lang, lab, onLink } = parts
    const cast = castOf(lab)
    this.#parts = parts
    this.#words = ownWords
    this.#moment = new Moment({ tell: (events) => tellLatest(lab, events) })
    const onPick = (at: number) => this.#moment.go(at)
    const onPoint = (at: number | null) => this.#moment.point(at)
    const onMove = (at: number | null) => this.#moment.go(at)
    this.#codes = cast.programs.flatMap(({ name }) => {
      const box = root.querySelector<HTMLElement>(`[data-program="${name}"]`)
      return box
        ? [
            new CodePanel(box, {
              program: name,
              words: ownWords,
              onPick,
              onPoint,
              onRan: (ran) => parts.onRan(name, ran),
            }),
          ]
        : []
    })
    const title = root.querySelector('.lab-head h3')?.textContent ?? ''
    this.#wire = new WirePanel(placeIn(root, 'wire'), { words, lang, cast, title, onPick, onPoint })
    this.#sockets = new SocketsPanel(placeIn(root, 'sockets'), { words: ownWords, cast, onPick, onPoint })
    this.#states = new StatesPanel(placeIn(root, 'states'), { words: ownWords, cast, onPick, onPoint })
    this.#timeLine = new TimeLine(placeIn(root, 'timeline'), { words, lang, cast, onMove, onLink })
    this.#thread = new Thread(root)
    const { source, onMissing } = parts
    this.#closer = source && new Closer({ root, lang, lab, title, source, onPick, onMissing })
    this.#judging = judging
    judging?.lead(onPick)
    this.#moment.onScene((scene) => this.#show(scene))
    const { signal } = this.#left
    root.addEventListener('keydown', (event) => this.#press(event), { signal })
    const line = placeIn(root, 'timeline')
    line.addEventListener('pointermove', (event) => this.#pointAtLine(event), { signal })
    line.addEventListener('pointerleave', () => onPoint(null), { signal })
  }

  /** Takes an event of the bench. */
  hear(event: BenchEvent): void {
    this.#closer?.hear(event)
    this.#judging?.hear(event)
    this.#moment.hear(event)
    if (event.kind === 'starting' && !event.program.startsWith(SHELL)) keepRun(this.#parts.lab.id)
  }

  /** The bench is another one, or there is none: its events begin anew. */
  restart(): void {
    this.#closer?.restart()
    this.#judging?.restart()
    this.#moment.restart()
  }

  /** Shows these panels and no others. */
  set open(panels: readonly PanelName[]) {
    this.#open = panels
    this.#moment.wanted = this.#judging !== null || panels.some((panel) => TELLING.includes(panel))
    if (this.#moment.scene) this.#show(this.#moment.scene)
    else this.#closer?.show(null, panels)
  }

  /** Moves to now. */
  toNow(): void {
    this.#moment.go(null)
  }

  /** Moves to a step, or (null) to now, as soon as it is told. @returns how many steps there are then. */
  seek(at: number | null): Promise<number> {
    return this.#moment.seek(at)
  }

  close(): void {
    this.#left.abort()
    this.#judging?.close()
    this.#moment.close()
    for (const panel of [...this.#codes, this.#wire, this.#sockets, this.#states, this.#timeLine, this.#thread]) {
      panel.close()
    }
  }

  /** The arrows that step along the time line do so from everywhere in the lab where they mean nothing else. */
  #press(event: KeyboardEvent): void {
    const { key, target } = event
    const { scene } = this.#moment
    const by = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0
    if (by === 0 || scene === null || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (target instanceof Element && target.closest('input, select, textarea, [role=slider], .xterm')) return
    event.preventDefault()
    this.#moment.go(Math.max(scene.at + by, 1))
  }

  /** A tick of the time line is pointed at like any other event. */
  #pointAtLine({ target, clientX, buttons }: PointerEvent): void {
    const track = target instanceof Element ? target.closest('[role=slider]') : null
    const { scene } = this.#moment
    if (buttons !== 0) return
    const { left = 0, width = 1 } = track?.getBoundingClientRect() ?? {}
    this.#moment.point(track && scene && stepAt((clientX - left) / width, scene.story.steps.length))
  }

  #show(scene: Scene): void {
    const { root, lab, onMoment } = this.#parts
    const { story, at, follows, lit } = scene
    const isOpen = (panel: PanelName) => this.#open.includes(panel)
    this.#judging?.tell(story)
    const scrubs = story.steps.length > 1 && this.#open.some((panel) => TELLING.includes(panel))
    placeIn(root, 'timeline').hidden = !scrubs
    for (const { name } of lab.programs) onMoment(name, follows ? null : { at, until: untilOf(story, at, name) })
    if (isOpen('code')) for (const code of this.#codes) code.show(scene)
    if (isOpen('wire')) this.#wire.show(story, at, lit)
    if (isOpen('sockets')) {
      this.#sockets.show(scene)
      this.#states.show(scene)
    }
    if (scrubs) this.#timeLine.show(story, at, follows)
    this.#closer?.show(scene, this.#open)
    this.#tellBlind(scene)
    this.#meet(scene)
    this.#thread.lay()
  }

  /** An instrument that does not work says so in its panel. */
  #tellBlind({ story }: Scene): void {
    const { root } = this.#parts
    for (const { instrument, detail } of story.blind) {
      if (instrument === 'packets') {
        const key = root.dataset.network === 'plain' ? 'wire.blind-plain' : 'wire.blind'
        this.#note(root.querySelector('[data-panel=wire]'), 'blind', word(this.#words, { key, values: { detail } }))
      }
    }
  }

  /** Each open panel says once how it is read: the first time a reader meets it. */
  #meet({ story }: Scene): void {
    const { met } = settings()
    const unmet = ['timeline', ...this.#open].filter((panel) => Object.hasOwn(MEETING, panel) && !met.includes(panel))
    if (story.steps.length === 0 || unmet.length === 0) return
    const { root } = this.#parts
    const seen = unmet.filter((panel) => {
      const places = [...root.querySelectorAll<HTMLElement>(MEETING[panel] ?? '')]
      const place = places.find((one) => one.checkVisibility())
      const key = panel === 'terminal' && root.dataset.source === 'recorded' ? 'how.recorded' : `how.${panel}`
      if (place) this.#note(place, 'how', word(this.#words, { key }))
      return place !== undefined
    })
    if (seen.length > 0) changeSettings({ met: [...met, ...seen] })
  }

  #note(place: HTMLElement | null, name: string, text: string): void {
    const note = place?.querySelector<HTMLElement>(`.${name}`) ?? make('p', { class: name })
    setText(note, text)
    if (place === null || note.isConnected) return
    const before = place.querySelector(':scope > :is(.cap, .wire-body, .sentence)')
    if (before?.matches('.wire-body')) before.prepend(note)
    else if (before) before.after(note)
    else place.prepend(note)
  }
}

/**
 * Before when all that was told which a program had printed at a step: its next own step. What it prints is told some
 * time after it was printed; but while it waits it prints nothing.
 */
export function untilOf({ steps }: Story, at: number, program: string): number {
  for (let next = at; next < steps.length; next += 1) {
    const step = steps[next]
    if (step?.program === program && step.kind !== 'packet') return step.t - 1
  }
  return Number.POSITIVE_INFINITY
}

/** Where each panel says how it is read. */
const MEETING: Readonly<Record<string, string>> = {
  timeline: '[data-panel=timeline]',
  code: '.prog.B .code',
  terminal: '.prog.B [data-panel=terminal]',
  wire: '[data-panel=wire]',
  sockets: '[data-panel=sockets]',
}

/** The place in a lab that a panel fills. @throws {Error} naming it when the page has none. */
function placeIn(root: HTMLElement, panel: string): HTMLElement {
  const place = root.querySelector<HTMLElement>(`[data-panel=${panel}]`)
  if (place === null) throw new Error(`The lab \`${root.dataset.lab}\` has no place for the panel \`${panel}\`.`)
  return place
}
