/** All that is edited in one lab. Loaded when the reader presses Edit, has a version of their own, or sees one that was run. */

import type { BenchEvent } from '../../../labs/events.ts'
import { LANGUAGES, type Language } from '../../../labs/lab.ts'
import type { Lang } from '../../languages.ts'
import type { Ran } from '../code/code-panel.ts'
import { addStyle } from '../dom.ts'
import { setText } from '../program-box.ts'
import { type Words, word } from '../words.ts'
import { type Complaint, complaintIn } from './complaint.ts'
import style from './edit.css?inline'
import { Page, type Surroundings } from './page.ts'
import { versions } from './versions.ts'
import { editWords } from './words.ts'

export interface DeskParts {
  readonly root: HTMLElement
  readonly lab: string
  readonly lang: Lang
  /** In which language a program is shown now. */
  readonly languageOf: (program: string) => Language
  readonly onRun: (program: string) => void
  readonly onMissing: (detail: string) => void
}

/** So much of what a run printed last is looked through for complaints, in characters. */
const LOOKED_THROUGH = 32 * 1024

/** A run as far as it has been told. */
interface Told {
  readonly run: number
  readonly language: Language
  /** Undefined: the course's text; null: not known any more. */
  readonly text: string | null | undefined
  readonly decoder: TextDecoder
  printed: string
  complaint: Complaint | null
}

export async function openDesk(parts: DeskParts): Promise<Desk> {
  return new Desk(parts, await editWords(parts.lang))
}

export class Desk {
  readonly #parts: DeskParts
  readonly #words: Words
  /** By program, then by language. */
  readonly #pages = new Map<string, Map<Language, Page>>()
  readonly #told = new Map<string, Told>()
  readonly #edited = new Set<string>()
  #around: Surroundings = { recorded: false, why: '' }
  readonly #left = new AbortController()

  constructor(parts: DeskParts, words: Words) {
    addStyle(style)
    this.#parts = parts
    this.#words = words
    for (const box of parts.root.querySelectorAll<HTMLElement>('[data-program][data-end]')) {
      const program = box.dataset.program ?? ''
      const pages = LANGUAGES.flatMap((language) => {
        const section = box.querySelector<HTMLElement>(`.code[data-language=${language}]`)
        return section ? [[language, this.#page(section, program, language)] as const] : []
      })
      this.#pages.set(program, new Map(pages))
    }
    const { signal } = this.#left
    const undo = versions.onChange(({ lab, program, language }) => {
      if (lab === parts.lab) this.#pages.get(program)?.get(language)?.changed()
    })
    signal.addEventListener('abort', undo)
    addEventListener('pagehide', () => this.#each((page) => page.keep()), { signal })
    document.addEventListener('visibilitychange', () => this.#each((page) => page.keep()), { signal })
    this.#each((page) => page.changed())
  }

  /** What a program is run as, in place of the course's text; null for that. It is known to have been run from then on. */
  source(program: string): string | null {
    const page = this.#shown(program)
    const source = page?.source ?? null
    if (source !== null) page?.wasRun()
    return source
  }

  /** The reader pressed Edit, or Done. */
  async toggle(button: HTMLElement): Promise<void> {
    const program = button.closest<HTMLElement>('[data-program]')?.dataset.program ?? ''
    if (this.#edited.has(program)) this.#edited.delete(program)
    else this.#edited.add(program)
    await this.#showProgram(program)
    if (!this.#edited.has(program)) button.focus()
  }

  /** Whatever language is shown now, that is the one which is edited. */
  async #showProgram(program: string): Promise<void> {
    const edits = this.#edited.has(program)
    const button = this.#button(program)
    setText(button, word(this.#words, { key: edits ? 'edit.done' : 'edit.edit' }))
    button?.setAttribute(
      'aria-label',
      word(this.#words, { key: edits ? 'edit.done-of' : 'edit.edit-of', values: { program } }),
    )
    const shown = this.#shown(program)
    for (const page of this.#pages.get(program)?.values() ?? []) {
      if (page !== shown && page.edits) await page.edit(false)
    }
    if (shown && shown.edits !== edits) await shown.edit(edits)
  }

  /** Takes an event of the bench into account. */
  hear(event: BenchEvent): void {
    switch (event.kind) {
      case 'starting': {
        if (!this.#pages.has(event.program) || event.language === 'sh') return
        const { program, run, language, edited } = event
        const text = edited ? edited.text : undefined
        this.#told.set(program, { run, language, text, decoder: new TextDecoder(), printed: '', complaint: null })
        this.#tell(program)
        return
      }
      case 'output': {
        const told = this.#told.get(event.program)
        if (told?.run !== event.run) return
        const text = told.decoder.decode(event.bytes, { stream: true })
        told.printed = (told.printed + text).slice(-LOOKED_THROUGH)
        return
      }
      case 'exited': {
        const told = this.#told.get(event.program)
        if (told?.run !== event.run || event.code === 0 || event.stopped) return
        told.complaint = complaintIn(told.printed, `${event.program}.${told.language}`, told.language)
        this.#tell(event.program)
      }
    }
  }

  /** What was told is of another bench or recording. */
  restart(): void {
    this.#told.clear()
    this.#each((page) => page.last(null))
  }

  /** What of a program is shown is a run of this. */
  ran(program: string, ran: Ran | null): void {
    for (const [language, page] of this.#pages.get(program) ?? []) page.ran(ran?.language === language ? ran : null)
  }

  /** What is shown may be in another language than before, and run elsewhere. */
  surroundings(around: Surroundings): void {
    this.#around = around
    for (const program of this.#pages.keys()) void this.#showProgram(program)
    this.#each((page) => page.surroundings(around))
  }

  close(): void {
    this.#left.abort()
    this.#each((page) => page.close())
  }

  #tell(program: string): void {
    const told = this.#told.get(program)
    for (const [language, page] of this.#pages.get(program) ?? []) {
      if (!told || told.language !== language) page.last(null)
      else page.last({ text: told.text === undefined ? page.shipped : told.text, complaint: told.complaint })
    }
  }

  #page(section: HTMLElement, program: string, language: Language): Page {
    const { lab, lang, onRun, onMissing } = this.#parts
    return new Page({
      section,
      lab,
      program,
      language,
      lang,
      words: this.#words,
      versions,
      onRun: () => {
        const { recorded, why } = this.#around
        if (!recorded && why === '') onRun(program)
        else onMissing(word(this.#words, { key: 'edit.not-here', values: { why } }))
      },
      onMissing: (detail) => {
        this.#edited.delete(program)
        void this.#showProgram(program)
        onMissing(word(this.#words, { key: 'edit.missing', values: { detail } }))
      },
    })
  }

  #shown(program: string): Page | undefined {
    return this.#pages.get(program)?.get(this.#parts.languageOf(program))
  }

  #button(program: string): HTMLElement | null {
    return this.#parts.root.querySelector<HTMLElement>(`[data-program="${program}"] [data-edit]`)
  }

  #each(act: (page: Page) => void): void {
    for (const pages of this.#pages.values()) for (const page of pages.values()) act(page)
  }
}
