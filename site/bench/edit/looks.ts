/** How an editor looks: the page's own code, by weight and not by hue. */
import { javascript } from '@codemirror/lang-javascript'
import { python } from '@codemirror/lang-python'
import { indentUnit, syntaxHighlighting } from '@codemirror/language'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view'
import { tagHighlighter, tags } from '@lezer/highlight'
import type { Language } from '../../../labs/lab.ts'

const TONES = tagHighlighter([
  { tag: tags.keyword, class: 'k' },
  { tag: tags.comment, class: 'c' },
  // Keywords by their grammar, names by how they are read.
  { tag: [tags.self, tags.null, tags.bool, tags.atom], class: '' },
])

/** Sizes and colours are those of the page's styles; what CodeMirror brings of its own is taken back. */
const THEME = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'inherit', lineHeight: 'inherit', overflowX: 'visible' },
  '.cm-content': { padding: '0', caretColor: 'var(--ink)' },
  '.cm-line': {
    display: 'flow-root',
    padding: '0 8px 0 calc(0.8em + 4ch)',
    textIndent: '-4ch',
    borderInlineStart: '3px solid transparent',
    fontVariantLigatures: 'none',
  },
  '.cm-gutters': { color: 'var(--ink-3)', backgroundColor: 'transparent', border: '0' },
  '.cm-lineNumbers .cm-gutterElement': {
    boxSizing: 'border-box',
    minWidth: '2.1em',
    padding: '0',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-selectionMatch': { backgroundColor: 'transparent' },
  '.cm-specialChar': { color: 'var(--no)' },
})

/** What reading and editing have in common. */
export function looksOf(language: Language): Extension {
  return [
    THEME,
    lineNumbers(),
    highlightSpecialChars(),
    EditorView.lineWrapping,
    // The buttons above it lie over what is scrolled beneath them.
    EditorView.scrollMargins.of(() => ({ top: 36 })),
    EditorState.tabSize.of(4),
    syntaxHighlighting(TONES),
    language === 'ts' ? javascript({ typescript: true }) : python(),
    indentUnit.of(language === 'ts' ? '  ' : '    '),
  ]
}
