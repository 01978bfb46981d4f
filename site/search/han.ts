/**
 * Chinese has no spaces, and programs do not agree where its words end: a dictionary in the builder and one in a browser
 * need not find the same. So here every Han sign is a word of its own, in the index as in what is looked for, and several in a
 * row are looked for as a phrase. Pure.
 */

/** A space without width: Pagefind takes it as the end of a word in Chinese. */
const BORDER = '\u200b'

const BETWEEN = /(?<=\p{sc=Han})(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}])(?=\p{sc=Han})/gu

/** A text with a border on both sides of each Han sign. */
export function divided(text: string, border = BORDER): string {
  return text.replace(BETWEEN, border)
}

/** A page whose text is divided, and nothing else: neither what stands in its tags nor the addresses of its headings. */
export function dividedPage(html: string): string {
  return html.replace(/<(?:[^"'<>]|"[^"]*"|'[^']*')*>|[^<]+/g, (part) => (part.startsWith('<') ? part : divided(part)))
}

/** Without the borders. */
export function joined(text: string): string {
  return text.replaceAll(BORDER, '')
}

/** What is asked of the index, one after the other; a page must answer all. */
export interface Asked {
  readonly queries: readonly string[]
  /** What must stand there as it was typed; where there is any, it is not left to the index to say where. */
  readonly phrases: readonly string[]
}

/** What is asked for the words that a reader typed, of an index whose text is divided. */
export function askedFor(words: string): Asked {
  const typed = words.split(/\s+/).filter(Boolean)
  const plain = typed.filter((one) => !/\p{sc=Han}/u.test(one)).join(' ')
  const phrases = typed
    .filter((one) => /\p{sc=Han}/u.test(one))
    .flatMap((one) => one.split(/[^\p{L}\p{N}]+/u))
    .filter(Boolean)
  const quoted = phrases.map((phrase) => `"${divided(phrase, ' ')}"`)
  return { queries: [...(plain === '' ? [] : [plain]), ...quoted], phrases }
}
