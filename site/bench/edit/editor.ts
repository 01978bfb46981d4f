/** One program's text in an editor. Loaded when the reader presses Edit, or has a version of their own. */
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  redo,
  redoDepth,
  undo,
  undoDepth,
} from '@codemirror/commands'
import { bracketMatching, indentOnInput } from '@codemirror/language'
import { Compartment, EditorState, Transaction } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import type { Language } from '../../../labs/lab.ts'
import { lay, type Mark, type Sheet } from '../code/sheet.ts'
import { beside, setComplaint, setMarks } from './beside.ts'
import type { Complaint } from './complaint.ts'
import { looksOf } from './looks.ts'

export interface EditorParts {
  /** The program's code in the page, over which it is laid. */
  readonly section: HTMLElement
  readonly language: Language
  readonly text: string
  /** What a screen reader calls it, and the id of what tells how to leave it. */
  readonly label: string
  readonly describedBy: string
  /** The reader has changed the text. */
  readonly onEdit: (text: string) => void
  /** The reader wants the program to run, by the keyboard. */
  readonly onRun: () => void
  /** The reader wants to be sure that it is kept. */
  readonly onKeep: () => void
  /** Something that buttons show has changed. */
  readonly onState: () => void
}

export class Editor implements Sheet {
  readonly #parts: EditorParts
  readonly #view: EditorView
  readonly #writing = new Compartment()
  /** The reader's text as it was left, while another one is shown. */
  #left: EditorState | null = null
  #isOn = false
  #edits = false
  /** What is to be drawn when a character that is being composed is there. */
  #waiting: ReadonlyMap<number, Mark> | null = null

  constructor(parts: EditorParts) {
    this.#parts = parts
    this.#view = new EditorView({ state: this.#fresh(parts.text, false) })
    // A character is there only after its event.
    this.#view.contentDOM.addEventListener('compositionend', () => setTimeout(() => this.#catchUp()))
  }

  /** What stands there now. */
  get text(): string {
    return this.#view.state.doc.toString()
  }

  get canUndo(): boolean {
    return this.#edits && undoDepth(this.#view.state) > 0
  }

  get canRedo(): boolean {
    return this.#edits && redoDepth(this.#view.state) > 0
  }

  /** Lays it over the printed code, or takes it away. */
  set isOn(on: boolean) {
    if (on === this.#isOn) return
    this.#isOn = on
    const { section } = this.#parts
    section.classList.toggle('edited', on)
    if (on) section.append(this.#view.dom)
    else this.#view.dom.remove()
    lay(section, on ? this : null)
  }

  /** Lets the reader write, or read only. */
  set edits(on: boolean) {
    if (on === this.#edits) return
    this.#edits = on
    this.#view.dispatch({ effects: this.#writing.reconfigure(this.#writes(on)) })
  }

  /** Sets the reader's text from outside; the reader can undo that. */
  set(text: string): void {
    this.#back()
    if (text === this.text) return
    this.#view.dispatch({
      changes: differenceOf(this.text, text),
      annotations: [Transaction.userEvent.of('set'), Transaction.addToHistory.of(true)],
    })
  }

  /** Shows another text to be read, in place of the reader's. */
  showOther(text: string): void {
    if (this.#left !== null && this.text === text) return
    this.#left ??= this.#view.state
    this.#view.setState(this.#fresh(text, true))
    this.#told()
  }

  /** Shows the reader's text again, as it was left. */
  #back(): void {
    if (this.#left === null) return
    this.#view.setState(this.#left)
    this.#left = null
    this.#view.dispatch({ effects: this.#writing.reconfigure(this.#writes(this.#edits)) })
    this.#told()
  }

  /** Marks the line that the runtime complains of. */
  complain(complaint: Complaint | null): void {
    this.#view.dispatch({ effects: setComplaint.of(complaint) })
  }

  mark(marks: ReadonlyMap<number, Mark>): void {
    // A change beside it would break a character off that is being composed.
    if (this.#view.composing) this.#waiting = marks
    else this.#view.dispatch({ effects: setMarks.of(marks) })
  }

  lineAt(line: number): HTMLElement | null {
    const { doc } = this.#view.state
    if (line > doc.lines) return null
    const { node } = this.#view.domAtPos(doc.line(line).from)
    const element = node instanceof HTMLElement ? node : node.parentElement
    return element?.closest<HTMLElement>('.cm-line') ?? null
  }

  /** Sets the cursor into a line, or where it was. */
  focus(line?: number): void {
    const { doc } = this.#view.state
    if (line !== undefined && line <= doc.lines) {
      this.#view.dispatch({ selection: { anchor: doc.line(line).to }, scrollIntoView: true })
    }
    this.#view.focus()
  }

  get hasFocus(): boolean {
    return this.#view.hasFocus
  }

  undo(): void {
    undo(this.#view)
  }

  redo(): void {
    redo(this.#view)
  }

  close(): void {
    this.isOn = false
    this.#view.destroy()
  }

  #fresh(text: string, isOther: boolean): EditorState {
    const { language, label, describedBy, onRun, onKeep } = this.#parts
    const run = () => {
      onRun()
      return true
    }
    const kept = () => {
      onKeep()
      return true
    }
    return EditorState.create({
      doc: text,
      extensions: [
        looksOf(language),
        beside,
        history(),
        bracketMatching(),
        indentOnInput(),
        // Tab indents. The editor's own way out is Escape and then Tab, which the page tells beside it.
        keymap.of([
          { key: 'Mod-Enter', run },
          { key: 'Mod-s', run: kept, preventDefault: true },
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        this.#writing.of(this.#writes(this.#edits && !isOther)),
        EditorView.contentAttributes.of({
          'aria-label': label,
          'aria-describedby': describedBy,
          spellcheck: 'false',
          autocorrect: 'off',
          autocapitalize: 'off',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.#changed()
        }),
      ],
    })
  }

  #writes(on: boolean) {
    return [EditorState.readOnly.of(!on), EditorView.editable.of(on)]
  }

  #changed(): void {
    if (this.#left === null) this.#parts.onEdit(this.text)
    this.#told()
  }

  #told(): void {
    if (this.#isOn) lay(this.#parts.section, this)
    this.#parts.onState()
  }

  #catchUp(): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting) this.mark(waiting)
  }
}

/** The one change that leads from a text to another: what they begin and end with alike stays, and the cursor with it. */
export function differenceOf(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length)
  let from = 0
  while (from < most && before[from] === after[from]) from += 1
  let same = 0
  while (same < most - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same += 1
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) }
}
