/** What stands beside the lines of an editor: what they gave in a run, and what the runtime complained of. */
import { type EditorState, type Extension, type Range, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view'
import type { Mark } from '../code/sheet.ts'
import { make } from '../dom.ts'
import type { Complaint } from './complaint.ts'

/** Takes the place of all marks. */
export const setMarks = StateEffect.define<ReadonlyMap<number, Mark>>()

/** What is complained of from now on; null: of nothing. */
export const setComplaint = StateEffect.define<Complaint | null>()

class Notes extends WidgetType {
  readonly #mark: Mark

  constructor(mark: Mark) {
    super()
    this.#mark = mark
  }

  override eq(other: Notes): boolean {
    return other.#mark.key === this.#mark.key
  }

  toDOM(): HTMLElement {
    return make('span', { class: 'notes' }, ...this.#mark.notes())
  }

  /** A press on a note is none in the text. */
  override ignoreEvent(): boolean {
    return true
  }
}

class Told extends WidgetType {
  readonly #message: string

  constructor(message: string) {
    super()
    this.#message = message
  }

  override eq(other: Told): boolean {
    return other.#message === this.#message
  }

  toDOM(): HTMLElement {
    return make('div', { class: 'complaint' }, `✕ ${this.#message}`)
  }
}

const marks = fieldOf(setMarks, (state, all) => {
  const ranges: Range<Decoration>[] = []
  for (const [number, mark] of all) {
    if (number < 1 || number > state.doc.lines) continue
    const line = state.doc.line(number)
    const names = [mark.lit ? 'lit' : '', mark.waits ? 'waits' : ''].filter(Boolean).join(' ')
    const attributes = { 'data-line': String(number) }
    ranges.push(Decoration.line({ attributes, ...(names && { class: names }) }).range(line.from))
    if (mark.key !== 'null') ranges.push(Decoration.widget({ widget: new Notes(mark), side: 1 }).range(line.to))
  }
  return ranges
})

const complaints = fieldOf(setComplaint, (state, complaint) => {
  if (complaint === null) return []
  const line = state.doc.line(Math.min(complaint.line, state.doc.lines))
  return [
    Decoration.line({ class: 'complained' }).range(line.from),
    Decoration.widget({ widget: new Told(complaint.message), block: true, side: 2 }).range(line.to),
  ]
})

export const beside: Extension = [marks, complaints]

/** Decorations that an effect sets anew, and that move with the text until then. */
function fieldOf<Value>(
  effect: ReturnType<typeof StateEffect.define<Value>>,
  draw: (state: EditorState, value: Value) => Range<Decoration>[],
): StateField<DecorationSet> {
  return StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(before, transaction) {
      const set = transaction.effects.findLast((one) => one.is(effect))
      return set ? Decoration.set(draw(transaction.state, set.value as Value), true) : before.map(transaction.changes)
    },
    provide: (field) => EditorView.decorations.from(field),
  })
}
