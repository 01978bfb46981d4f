/** One program in one language: which text stands in its place, and what is said of it. */
import type { Language } from '../../../labs/lab.ts'
import type { Ran } from '../code/code-panel.ts'
import { printedText } from '../code/sheet.ts'
import { type Words, word } from '../words.ts'
import { type Act, Bar } from './bar.ts'
import type { Complaint } from './complaint.ts'
import type { Editor } from './editor.ts'
import { isReaders, type Versions } from './versions.ts'

/** What was run last, and what came of it. */
export interface LastRun {
  /** Null when the text is not known any more. */
  readonly text: string | null
  readonly complaint: Complaint | null
}

export interface PageParts {
  readonly section: HTMLElement
  readonly lab: string
  readonly program: string
  readonly language: Language
  readonly lang: string
  readonly words: Words
  readonly versions: Versions
  readonly onRun: () => void
  /** Something could not be loaded: the system's word for it. */
  readonly onMissing: (detail: string) => void
}

/** What is known of where programs run. */
export interface Surroundings {
  /** A recording is shown, and nothing runs. */
  readonly recorded: boolean
  /** Why nothing can run; empty where something can. */
  readonly why: string
}

let count = 0

/** Typing is kept after so long a pause, in ms. */
const PAUSE = 300

export class Page {
  readonly #parts: PageParts
  /** The course's text. */
  readonly shipped: string
  readonly #bar: Bar
  readonly #id: string
  #editor: Editor | null = null
  #opening: Promise<Editor> | null = null
  #edits = false
  #ran: Ran | null = null
  #last: LastRun | null = null
  #around: Surroundings = { recorded: false, why: '' }
  /** What the reader typed and is not kept yet. */
  #typed: string | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(parts: PageParts) {
    count += 1
    this.#parts = parts
    this.shipped = printedText(parts.section)
    this.#id = `leave-editor-${count}`
    this.#bar = new Bar({
      words: parts.words,
      id: this.#id,
      act: (act) => this.#act(act),
      onLine: (line) => void this.edit(true).then(() => this.#editor?.focus(line)),
    })
  }

  /** What Run would run in place of the course's text; null for that. */
  get source(): string | null {
    this.keep()
    return this.#own.text
  }

  get edits(): boolean {
    return this.#edits
  }

  /** Whether the reader's keys go into it. */
  get hasFocus(): boolean {
    return this.#editor?.hasFocus ?? false
  }

  /** Lets the reader edit, or ends that. Resolves when the editor is there. */
  async edit(on: boolean): Promise<void> {
    if (on !== this.#edits) {
      this.keep()
      const { lab, program, language, versions } = this.#parts
      if (on) versions.keep(lab, program, language)
      this.#edits = on
    }
    await this.#settle()
    if (on) this.#editor?.focus()
  }

  /** The text was run as it is. */
  wasRun(): void {
    const { lab, program, language, versions } = this.#parts
    versions.keep(lab, program, language)
  }

  /** Keeps what was typed, without waiting for a pause. */
  keep(): void {
    clearTimeout(this.#timer)
    const text = this.#typed
    this.#typed = null
    if (text === null) return
    const { lab, program, language, versions } = this.#parts
    versions.put(lab, program, language, text === this.shipped ? null : text, 'edited')
  }

  /** The versions of this program have changed. */
  changed(): void {
    if (this.#typed === null) void this.#settle()
  }

  ran(ran: Ran | null): void {
    const { edited: before, past } = this.#ran ?? { edited: null, past: false }
    const isSame = before?.text === ran?.edited?.text && (before === null) === (ran?.edited == null)
    const same = isSame && past === (ran?.past ?? false) && (this.#ran === null) === (ran === null)
    this.#ran = ran
    if (!same) void this.#settle()
  }

  last(last: LastRun | null): void {
    this.#last = last
    this.#show()
  }

  surroundings(around: Surroundings): void {
    if (around.recorded === this.#around.recorded && around.why === this.#around.why) return
    this.#around = around
    void this.#settle()
  }

  close(): void {
    this.keep()
    this.#closed = true
    this.#editor?.close()
    this.#bar.element.remove()
  }

  get #own() {
    const { lab, program, language, versions } = this.#parts
    return versions.get(lab, program, language)
  }

  /** The text that was run where that is to be read: at a moment of the past, or in a recording. Null: the present one. */
  get #other(): string | null {
    const ran = this.#ran
    if (this.#edits || ran === null || !(ran.past || this.#around.recorded)) return null
    const text = ran.edited ? ran.edited.text : this.shipped
    return text === (this.#own.text ?? this.shipped) ? null : text
  }

  /** Brings what stands there in line with what is known. */
  async #settle(): Promise<void> {
    const present = () => this.#own.text ?? this.shipped
    const wants = () => this.#edits || (this.#other ?? present()) !== this.shipped
    if (wants() && this.#editor === null) {
      try {
        this.#editor = await this.#open()
      } catch (error) {
        this.#edits = false
        this.#parts.onMissing((error as Error).message)
        return
      }
    }
    if (this.#closed) return
    const editor = this.#editor
    if (editor) {
      const other = this.#other
      editor.edits = this.#edits
      if (other !== null && other !== this.shipped) editor.showOther(other)
      else if (this.#typed === null) editor.set(present())
      editor.isOn = wants()
    }
    this.#show()
  }

  #open(): Promise<Editor> {
    this.#opening ??= this.#load().catch((error: Error) => {
      // The next press tries again.
      this.#opening = null
      throw error
    })
    return this.#opening
  }

  async #load(): Promise<Editor> {
    const { section, program, language, words, onRun } = this.#parts
    const { Editor } = await import('./editor.ts')
    return new Editor({
      section,
      language,
      text: this.#own.text ?? this.shipped,
      label: word(words, { key: 'edit.label', values: { file: `${program}.${language}` } }),
      describedBy: this.#id,
      onEdit: (text) => this.#type(text),
      onRun: () => onRun(),
      onKeep: () => {
        this.keep()
        this.#show()
      },
      onState: () => this.#show(),
    })
  }

  #type(text: string): void {
    const { text: own } = this.#own
    // What was set from outside is kept already.
    this.#typed = text === (own ?? this.shipped) ? null : text
    clearTimeout(this.#timer)
    if (this.#typed !== null) this.#timer = setTimeout(() => this.keep(), PAUSE)
  }

  #act(act: Act): void {
    const { lab, program, language, versions } = this.#parts
    this.keep()
    switch (act) {
      case 'undo':
        this.#editor?.undo()
        this.keep()
        return
      case 'redo':
        this.#editor?.redo()
        this.keep()
        return
      case 'reset':
        versions.put(lab, program, language, null, 'reset')
        return
      case 'bring-back':
        versions.bringBack(lab, program, language)
        return
      case 'understood':
        versions.accept(lab, program, language, this.shipped)
        return
      case 'compare':
        void this.#compare().catch((error: Error) => this.#parts.onMissing(error.message))
    }
  }

  async #compare(): Promise<void> {
    const { lab, program, language, lang, words, versions } = this.#parts
    const { openComparison } = await import('./compare.ts')
    const say = (key: string, values = {}) => word(words, { key, values })
    const own = this.#own
    const time = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' })
    const earlier = own.history
      .filter(({ text }) => text !== own.text)
      .map(({ text, reason, at }) => ({
        name: say(isReaders({ reason }) ? 'compare.yours-of' : 'compare.solution-of', { time: time.format(at) }),
        text,
        action: {
          label: say('compare.bring-back'),
          act: () => versions.put(lab, program, language, text, 'brought-back'),
        },
      }))
    await openComparison({
      title: say('compare.title', { file: `${program}.${language}` }),
      left: [{ name: say('edit.shipped'), text: this.shipped }, ...earlier],
      right: { name: this.#stateOf(own), text: own.text ?? this.shipped },
      language,
      words,
    })
  }

  #stateOf({ text, reason }: { text: string | null; reason: string }): string {
    const key = text === null ? 'edit.shipped' : reason === 'solution' ? 'edit.solution' : 'edit.yours'
    return word(this.#parts.words, { key })
  }

  /** What the present text is, and whether the marks of the run are missing because another was run. */
  #presentState(text: string | null): string {
    const state = this.#stateOf({ ...this.#own, text })
    const ran = this.#ran
    if (ran === null) return state
    // An edited text that is not known any more is another one, for all that can be told.
    const isSame = ran.edited ? text !== null && ran.edited.text === text : text === null
    return isSame ? state : word(this.#parts.words, { key: 'edit.not-ran', values: { state } })
  }

  #show(): void {
    const { section, lab, program, language, words, versions } = this.#parts
    const own = this.#own
    const last = versions.lastOwn(lab, program, language)
    const isThere = this.#edits || own.text !== null || own.history.length > 0 || this.#other !== null
    if (!isThere) this.#bar.element.remove()
    else if (!this.#bar.element.isConnected) section.prepend(this.#bar.element)
    const say = (key: string) => word(words, { key })
    const { recorded, why } = this.#around
    const present = this.#typed ?? own.text ?? this.shipped
    const isNews = !versions.isOfToday(lab, program, language, this.shipped)
    const notKept = own.text !== null && versions.notKept
    const other = this.#other
    const complaint = this.#last && this.#last.text === present && other === null ? this.#last.complaint : null
    const changed = own.text !== null || this.#typed !== null
    this.#complain(complaint)
    this.#bar.show({
      edits: this.#edits,
      state: other === null ? this.#presentState(changed ? present : null) : say('edit.ran'),
      complaint,
      notes: [
        ...(notKept ? [say(`edit.${notKept}`)] : []),
        ...(isNews ? [say('edit.news')] : []),
        ...((this.#edits || changed) && why !== '' ? [`${recorded ? `${say('edit.recorded')} ` : ''}${why}`] : []),
        ...(this.#edits && why === '' ? [say('edit.home')] : []),
      ],
      acts: {
        ...(this.#edits && { undo: this.#editor?.canUndo === true, redo: this.#editor?.canRedo === true }),
        ...((this.#edits || changed) && { reset: changed }),
        ...((this.#edits || changed || own.history.length > 0) && { compare: true }),
        // From one of the reader's to another leads the comparison.
        ...(last && !(changed && isReaders(own)) && { 'bring-back': true }),
        ...(isNews && { understood: true }),
      },
    })
  }

  #shownComplaint: Complaint | null = null

  #complain(complaint: Complaint | null): void {
    if (this.#editor === null || complaint === this.#shownComplaint) return
    this.#shownComplaint = complaint
    this.#editor.complain(complaint)
  }
}
