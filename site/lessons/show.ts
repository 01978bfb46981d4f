/** What a lab shows when it opens, and what comes with its first run; everything else is one press away. */
import { PANELS, type PanelName } from '../bench/opened.ts'

/** What a lab opens with, and what comes with its first run, where its lesson says nothing. */
export const USUAL_SHOW = 'code terminal'
export const USUAL_THEN = 'wire'

/**
 * Reads a value of `show`: names of panels, each once, with spaces between.
 * @throws {Error} saying which word is wrong and which there are.
 */
export function readShow(value: string): readonly PanelName[] {
  const panels = read('show', value)
  if (panels.length === 0) throw new Error(`\`show\` is empty; write one or more of ${list(PANELS)}, or leave it out`)
  return panels
}

/**
 * Reads a value of `then`, like `show`; empty where nothing more is to come.
 * @throws {Error} saying which word is wrong and which there are.
 */
export function readThen(value: string): readonly PanelName[] {
  return read('then', value)
}

/** Words for a sentence, each between backticks. */
export function list(words: readonly string[]): string {
  return words.length > 0 ? words.map((word) => `\`${word}\``).join(', ') : 'none yet'
}

function read(attribute: string, value: string): readonly PanelName[] {
  const words = value.split(' ').filter((word) => word !== '')
  const unknown = words.find((word) => !isPanel(word))
  if (unknown !== undefined) {
    throw new Error(`\`${attribute}\` has the unknown word \`${unknown}\`; it may have ${list(PANELS)}`)
  }
  if (new Set(words).size < words.length) throw new Error(`\`${attribute}="${value}"\` says a word twice`)
  return words.filter(isPanel)
}

function isPanel(word: string): word is PanelName {
  return (PANELS as readonly string[]).includes(word)
}
