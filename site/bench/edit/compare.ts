/**
 * Two texts of a program beside each other, in a dialog over the page. For own versions and the course's, and for whoever
 * else has two texts to show, such as a task's solution.
 */
import { MergeView, unifiedMergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import type { Language } from '../../../labs/lab.ts'
import { make } from '../dom.ts'
import { type Words, word } from '../words.ts'
import { looksOf } from './looks.ts'

/** A text with what it is called. */
export interface Named {
  readonly name: string
  readonly text: string
}

/** One to choose for the left side. `action` is a button for it: its label, and what it does. */
export interface Choice extends Named {
  readonly action?: { readonly label: string; readonly act: () => void }
}

export interface Comparison {
  readonly title: string
  /** At least one; the first is shown at first. */
  readonly left: readonly Choice[]
  readonly right: Named
  readonly language: Language
  /** From `edit.json`. */
  readonly words: Words
}

/** A page narrower than this, in px, shows both in one column. */
const NARROW = 720

/** Opens the dialog. Resolves when it is closed; the focus is back where it was then. */
export function openComparison({ title, left, right, language, words }: Comparison): Promise<void> {
  const say = (key: string) => word(words, { key })
  const place = make('div', { class: 'both', tabindex: '0', role: 'group', 'aria-label': title })
  const names = make('div', { class: 'both-names' })
  const same = make('p', { class: 'note', role: 'status' })
  const close = make('button', { type: 'button', class: 'btn' }, say('compare.close'))
  const action = make('button', { type: 'button', class: 'btn', hidden: true })
  const choice = make('select', { 'aria-label': say('compare.with') })
  choice.append(...left.map(({ name }, index) => make('option', { value: index }, name)))
  const dialog = make('dialog', { class: 'compare', 'aria-label': title })
  const tools = make('div', { class: 'compare-tools' }, ...(left.length > 1 ? [choice] : []), action, close)
  dialog.append(make('header', {}, make('h2', {}, title), tools), same, names, place)
  document.body.append(dialog)

  let shown: { destroy(): void } | null = null
  const show = () => {
    const chosen = left[Number(choice.value)] ?? left[0]
    if (!chosen) return
    shown?.destroy()
    const narrow = dialog.clientWidth < NARROW
    shown = narrow ? oneColumn(place, chosen, right, language) : twoColumns(place, chosen, right, language)
    names.replaceChildren(make('span', {}, `− ${chosen.name}`), make('span', {}, `+ ${right.name}`))
    same.textContent = chosen.text === right.text ? say('compare.same') : ''
    same.hidden = chosen.text !== right.text
    action.textContent = chosen.action?.label ?? ''
    action.hidden = !chosen.action
  }
  choice.addEventListener('change', show)
  action.addEventListener('click', () => {
    dialog.close()
    left[Number(choice.value || 0)]?.action?.act()
  })
  close.addEventListener('click', () => dialog.close())
  const { promise, resolve } = Promise.withResolvers<void>()
  dialog.addEventListener('close', () => {
    shown?.destroy()
    dialog.remove()
    resolve()
  })
  dialog.showModal()
  show()
  close.focus()
  return promise
}

const readOnly = [EditorState.readOnly.of(true), EditorView.editable.of(false)]

function twoColumns(parent: HTMLElement, left: Named, right: Named, language: Language): MergeView {
  const of = ({ name, text }: Named) => ({
    doc: text,
    extensions: [looksOf(language), readOnly, EditorView.contentAttributes.of({ 'aria-label': name })],
  })
  return new MergeView({ parent, a: of(left), b: of(right), gutter: true })
}

function oneColumn(parent: HTMLElement, left: Named, right: Named, language: Language): EditorView {
  const merge = unifiedMergeView({ original: left.text, mergeControls: false, syntaxHighlightDeletions: true })
  const label = EditorView.contentAttributes.of({ 'aria-label': right.name })
  return new EditorView({ parent, doc: right.text, extensions: [looksOf(language), readOnly, label, merge] })
}
