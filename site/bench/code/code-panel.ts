/** The marks beside a program's lines: what each gave, and where it waits. The text itself is the page's own. */

import type { Edited } from '../../../labs/events.ts'
import { LANGUAGES, type Language } from '../../../labs/lab.ts'
import { addStyle, make } from '../dom.ts'
import type { Scene } from '../moment.ts'
import { type Words, word } from '../words.ts'
import style from './code-panel.css?inline'
import { type CodeMarks, type LineMarks, marksOf, missingOf } from './marks.ts'
import { type Mark, printedText, SHEET, sheetOn } from './sheet.ts'

/** What a program is, or was, a run of. */
export interface Ran {
  readonly language: Language
  /** Null when it was the course's text. */
  readonly edited: Edited | null
  /** The reader looks at a moment before the last. */
  readonly past: boolean
}

export interface CodePanelParts {
  /** The program's name. */
  readonly program: string
  readonly words: Words
  /** The reader chose the step `at` as the moment. */
  readonly onPick: (at: number) => void
  /** The reader points at the step `at`, and then (null) at none. */
  readonly onPoint: (at: number | null) => void
  /** What the scene that is shown is a run of; null before any. */
  readonly onRan: (ran: Ran | null) => void
}

/** One program's code in one language. */
interface Listing {
  readonly section: HTMLElement
  /** The text that the page printed. */
  readonly text: string
  readonly lines: readonly HTMLElement[]
  /** What is drawn beside each line now, as text to compare with. */
  readonly drawn: string[]
}

/** Marks the code of one program in both languages. */
export class CodePanel {
  readonly #parts: CodePanelParts
  readonly #listings: ReadonlyMap<Language, Listing>
  readonly #loop: HTMLElement
  /** What cannot be told here, and why. */
  readonly #missing = make('p', { class: 'blind' })
  readonly #left = new AbortController()
  /** The language whose text here is the one that was run; where another text stands nothing is marked. */
  #fits: Language | null = null
  #marks: CodeMarks = { language: null, edited: null, lines: new Map(), loop: false }
  #at = -1
  #scene: Scene | null = null

  constructor(box: HTMLElement, parts: CodePanelParts) {
    addStyle(style)
    this.#parts = parts
    this.#loop = make('p', { class: 'loop' }, word(parts.words, { key: 'code.loop' }))
    this.#listings = new Map(
      LANGUAGES.flatMap((language) => {
        const section = box.querySelector<HTMLElement>(`.code[data-language=${language}]`)
        if (section === null) return []
        const lines = [...section.querySelectorAll<HTMLElement>('.ln')]
        this.#listen(section, lines)
        section.addEventListener(SHEET, () => this.#redraw(), { signal: this.#left.signal })
        return [[language, { section, lines, text: printedText(section), drawn: [] }]]
      }),
    )
  }

  show(scene: Scene): void {
    const { program, words, onRan } = this.#parts
    const { story, at, lit, follows } = scene
    this.#scene = scene
    this.#marks = marksOf(story, at, program, words)
    const litLines = new Set<number>()
    for (const one of lit) {
      const step = story.steps[one - 1]
      if (step?.program === program && step.line !== null) litLines.add(step.line)
    }
    const { language: ranIn, edited } = this.#marks
    // Whoever shows another text now has it marked at once.
    onRan(ranIn && { language: ranIn, edited, past: !follows })
    this.#fits = null
    for (const [language, listing] of this.#listings) {
      const isRun = language === ranIn
      const fits = isRun && (edited ? edited.text : listing.text) === textOf(listing)
      if (fits) this.#fits = language
      this.#draw(listing, fits ? this.#marks.lines : new Map(), fits ? litLines : new Set())
      if (fits && this.#marks.loop) listing.section.append(this.#loop)
      if (isRun && this.#missing.parentElement !== listing.section) listing.section.append(this.#missing)
      if (fits && at !== this.#at) this.#reveal(listing, Math.min(...litLines))
    }
    if (!this.#marks.loop || this.#fits === null) this.#loop.remove()
    this.#tellMissing(scene)
    this.#at = at
  }

  /** Another text stands there than before, or none. */
  #redraw(): void {
    if (this.#scene) this.show(this.#scene)
  }

  close(): void {
    this.#left.abort()
    this.#loop.remove()
    this.#missing.remove()
    this.#parts.onRan(null)
    for (const listing of this.#listings.values()) this.#draw(listing, new Map(), new Set())
  }

  #tellMissing({ story }: Scene): void {
    const { words } = this.#parts
    const blind = story.blind.find(({ instrument }) => instrument === 'calls')
    const count = missingOf(story, 'calls')
    const sentence = blind
      ? word(words, { key: 'code.blind', values: { detail: blind.detail } })
      : count > 0
        ? word(words, { key: 'missing.calls', values: { count } })
        : ''
    if (this.#missing.textContent !== sentence) this.#missing.textContent = sentence
    this.#missing.hidden = sentence === ''
  }

  #draw({ section, lines, drawn }: Listing, marks: ReadonlyMap<number, LineMarks>, lit: ReadonlySet<number>): void {
    const sheet = sheetOn(section)
    if (sheet) sheet.mark(this.#onSheet(marks, lit))
    const own = sheet ? NOTHING : { marks, lit }
    this.#drawPrinted(lines, drawn, own.marks, own.lit)
  }

  #onSheet(marks: ReadonlyMap<number, LineMarks>, lit: ReadonlySet<number>): ReadonlyMap<number, Mark> {
    const lines = [...new Set([...marks.keys(), ...lit])]
    return new Map(
      lines.map((line) => {
        const mark = marks.get(line)
        const notes = () => (mark ? this.#notes(mark) : [])
        return [line, { key: JSON.stringify(mark ?? null), notes, waits: mark?.waits != null, lit: lit.has(line) }]
      }),
    )
  }

  #drawPrinted(
    lines: readonly HTMLElement[],
    drawn: string[],
    marks: ReadonlyMap<number, LineMarks>,
    lit: ReadonlySet<number>,
  ): void {
    for (const [index, line] of lines.entries()) {
      line.classList.toggle('lit', lit.has(index + 1))
      const mark = marks.get(index + 1)
      const wanted = mark ? JSON.stringify(mark) : ''
      if ((drawn[index] ?? '') === wanted) continue
      drawn[index] = wanted
      line.classList.toggle('waits', mark?.waits != null)
      for (const old of line.querySelectorAll('.ret')) old.remove()
      if (mark) line.append(...this.#notes(mark))
    }
  }

  #notes({ waits, ran, armed }: LineMarks): HTMLElement[] {
    const { words } = this.#parts
    if (waits !== null) return [make('span', { class: 'ret waiting' }, waits)]
    const notes: HTMLElement[] = []
    if (ran) {
      const { step, text, failed, later, times } = ran
      const name = word(words, { key: 'code.event', values: { event: step } })
      const link = make('button', { type: 'button', class: 'ref', 'data-at': step, 'aria-label': name }, String(step))
      const often = times > 1 ? [make('small', {}, ` ×${times}`)] : []
      const sign = failed ? '✕' : '→'
      const classes = ['ret', ...(later ? ['later'] : []), ...(failed ? ['failed'] : [])].join(' ')
      notes.push(make('span', { class: classes }, link, ` ${sign} ${text}`, ...often))
    }
    if (armed.length > 0) {
      const events = armed.join(word(words, { key: 'code.and' }))
      notes.push(make('span', { class: 'ret armed' }, word(words, { key: 'code.armed', values: { events } })))
    }
    return notes
  }

  /** Brings the line of the moment into what can be seen of a long program; the page itself stays where it is. */
  #reveal({ section, lines }: Listing, number: number): void {
    if (!Number.isFinite(number)) return
    const sheet = sheetOn(section)
    const line = sheet ? sheet.lineAt(number) : lines[number - 1]
    if (line == null || section.scrollHeight <= section.clientHeight) return
    const top = line.getBoundingClientRect().top - section.getBoundingClientRect().top + section.scrollTop
    const room = line.offsetHeight * 2
    if (top - room < section.scrollTop) section.scrollTop = top - room
    else if (top + line.offsetHeight + room > section.scrollTop + section.clientHeight) {
      section.scrollTop = top + line.offsetHeight + room - section.clientHeight
    }
  }

  #listen(section: HTMLElement, lines: readonly HTMLElement[]): void {
    const { onPick, onPoint } = this.#parts
    const { signal } = this.#left
    const stepOf = (target: EventTarget | null): number | null => {
      const line = target instanceof Element ? target.closest<HTMLElement>('.ln, [data-line]') : null
      if (line === null || section.dataset.language !== this.#fits) return null
      const number = Number(line.dataset.line ?? lines.indexOf(line) + 1)
      return this.#marks.lines.get(number)?.ran?.step ?? null
    }
    section.addEventListener('pointerover', ({ target }) => onPoint(stepOf(target)), { signal })
    section.addEventListener('pointerleave', () => onPoint(null), { signal })
    section.addEventListener('focusin', ({ target }) => onPoint(target === section ? null : stepOf(target)), { signal })
    section.addEventListener('focusout', () => onPoint(null), { signal })
    section.addEventListener(
      'click',
      ({ target }) => {
        // Who selects text does not choose a moment.
        if (getSelection()?.isCollapsed === false) return
        // In an editor a click into a line sets the cursor.
        if (sheetOn(section) && !(target instanceof Element && target.closest('.ret'))) return
        const step = stepOf(target)
        if (step !== null) onPick(step)
      },
      { signal },
    )
  }
}

const NOTHING = { marks: new Map<number, LineMarks>(), lit: new Set<number>() } as const

/** What stands there now. */
function textOf({ section, text }: Listing): string {
  return sheetOn(section)?.text ?? text
}
