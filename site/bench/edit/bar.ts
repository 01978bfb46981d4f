/** What stands above a program's text when it is edited, or is the reader's own: what it is, and what can be done. */
import { make } from '../dom.ts'
import { setDisabled, setText } from '../program-box.ts'
import { type Words, word } from '../words.ts'
import type { Complaint } from './complaint.ts'

export interface BarParts {
  readonly words: Words
  /** By which the editor finds what tells how to leave it. */
  readonly id: string
  readonly act: (what: Act) => void
  readonly onLine: (line: number) => void
}

const ACTS = ['undo', 'redo', 'reset', 'compare', 'bring-back', 'understood'] as const
export type Act = (typeof ACTS)[number]

/** What there is to say, and which buttons do something. */
export interface BarView {
  readonly edits: boolean
  /** What the text is. */
  readonly state: string
  /** What the reader should know, a sentence each. */
  readonly notes: readonly string[]
  readonly complaint: Complaint | null
  /** The buttons that are there; those that do nothing now are false. */
  readonly acts: Readonly<Partial<Record<Act, boolean>>>
}

export class Bar {
  readonly element: HTMLElement
  readonly #parts: BarParts
  readonly #state = make('p', { class: 'own-state', role: 'status' })
  readonly #buttons: ReadonlyMap<Act, HTMLElement>
  readonly #keys: HTMLElement
  readonly #notes = make('div', { class: 'own-notes', role: 'status' })
  readonly #complaint = make('p', { class: 'own-complaint', role: 'status' })

  constructor(parts: BarParts) {
    this.#parts = parts
    const say = (key: string) => word(parts.words, { key })
    this.#buttons = new Map(
      ACTS.map((act) => {
        const button = make('button', { type: 'button', class: 'quiet', 'data-act': act }, say(`edit.${act}`))
        button.addEventListener('click', () => button.getAttribute('aria-disabled') !== 'true' && parts.act(act))
        return [act, button]
      }),
    )
    this.#keys = make('p', { class: 'own-keys', id: parts.id }, `${say('edit.leave')} ${say('edit.run')}`)
    const tools = make('div', { class: 'own-tools' }, this.#state, this.#complaint, ...this.#buttons.values())
    this.element = make('div', { class: 'own', 'data-own': true }, tools, this.#keys, this.#notes)
  }

  show({ edits, state, notes, complaint, acts }: BarView): void {
    const { words, onLine } = this.#parts
    setText(this.#state, state)
    for (const [act, button] of this.#buttons) {
      const can = acts[act]
      setDisabled(button, can === false)
      const hide = can === undefined
      // A button that goes must not take the focus with it.
      if (hide && button === document.activeElement) this.#buttons.get('compare')?.focus()
      button.hidden = hide
    }
    this.#keys.hidden = !edits
    const said = [...this.#notes.children].map((note) => note.textContent)
    if (said.join('\n') !== notes.join('\n')) this.#notes.replaceChildren(...notes.map((note) => make('p', {}, note)))
    const told = complaint ? word(words, { key: 'edit.line', values: { ...complaint } }) : ''
    if (this.#complaint.dataset.told === told) return
    this.#complaint.dataset.told = told
    this.#complaint.replaceChildren()
    if (!complaint) return
    // All of it stands beside the line.
    const [name = ''] = complaint.message.split(/[: ]/, 1)
    const values = { line: complaint.line, message: name }
    const link = make(
      'button',
      { type: 'button', 'aria-label': told },
      `✕ ${word(words, { key: 'edit.line', values })}`,
    )
    link.addEventListener('click', () => onLine(complaint.line))
    this.#complaint.append(link)
  }
}
