/** What a lab may show when it opens; everything else is one press away. */
export const SHOWN = ['code', 'terminal'] as const
export type Shown = (typeof SHOWN)[number]

/**
 * Reads a value of `show`: words from `SHOWN`, each once, with spaces between.
 * @throws {Error} saying which word is wrong and which there are.
 */
export function readShow(value: string): readonly Shown[] {
  const words = value.split(' ').filter((word) => word !== '')
  const unknown = words.find((word) => !isShown(word))
  if (unknown !== undefined) throw new Error(`\`show\` has the unknown word \`${unknown}\`; it may have ${list(SHOWN)}`)
  if (words.length === 0) throw new Error(`\`show\` is empty; write one or more of ${list(SHOWN)}, or leave it out`)
  if (new Set(words).size < words.length) throw new Error(`\`show="${value}"\` says a word twice`)
  return words.filter(isShown)
}

/** Words for a sentence, each between backticks. */
export function list(words: readonly string[]): string {
  return words.length > 0 ? words.map((word) => `\`${word}\``).join(', ') : 'none yet'
}

function isShown(word: string): word is Shown {
  return (SHOWN as readonly string[]).includes(word)
}
