/** What the index finds, as the page shows it. Pure. */
import { joined } from './han.ts'

/** As much as is used of what Pagefind tells of one page, or of one entry. */
export interface Found {
  readonly url: string
  readonly meta: Readonly<Record<string, string | undefined>>
  /** Text with `<mark>` around the words that were looked for; `<` and `>` of the text itself are `&lt;` and `&gt;`. */
  readonly excerpt: string
  readonly sub_results: readonly { readonly title: string; readonly url: string; readonly excerpt: string }[]
  /** The whole text, with borders between its words where it is Chinese. */
  readonly raw_content?: string
  /** What has an id on the page, and before which word it stands. */
  readonly anchors?: readonly {
    readonly element: string
    readonly id: string
    readonly text?: string
    readonly location: number
  }[]
}

/** A piece of an excerpt, and whether it is what was looked for. */
export interface Piece {
  readonly text: string
  readonly isMarked: boolean
}

export interface Part {
  readonly title: string
  readonly href: string
  readonly excerpt: readonly Piece[]
}

/** A page, what it is among the others, and its parts in which the words stand. */
export interface Hit extends Part {
  /** `TCP · lesson 12`; empty where the title says enough. */
  readonly place: string
  readonly parts: readonly Part[]
}

/** As many parts of a page are shown. */
const PARTS = 3

/** So much of a text is shown before and after a phrase, in signs. */
const AROUND = { before: 16, after: 34 }

/**
 * A page and its first parts in which the words stand. Where these are parts, they have the excerpts, and the page has none.
 * Phrases are looked up in the page's text; other words stand where the index says.
 */
export function hitOf(found: Found, phrases: readonly string[] = []): Hit {
  const { url, meta, excerpt, sub_results } = found
  const [own, ...others] = phrases.length > 0 ? sectionsWith(found, phrases) : told(url, excerpt, sub_results)
  const title = clean(meta.title ?? url)
  const parts = others.slice(0, PARTS).map((part) => ({ ...part, excerpt: after(part.title, part.excerpt) }))
  return {
    title,
    place: clean(meta.place ?? ''),
    href: url,
    excerpt: parts.length > 0 ? [] : after(title, own?.excerpt ?? []),
    parts,
  }
}

/** First those whose titles are, or have, what was looked for; else in the order in which they were found. */
export function sorted(hits: readonly Hit[], words: string): Hit[] {
  const wanted = words.trim().toLowerCase()
  const rank = ({ title }: Hit) => {
    const known = title.toLowerCase()
    return known === wanted ? 0 : known.includes(wanted) ? 1 : 2
  }
  return [...hits].sort((one, other) => rank(one) - rank(other))
}

/** The page itself, and its parts, as the index tells them. */
function told(url: string, excerpt: string, parts: Found['sub_results']): Part[] {
  return [
    { title: '', href: url, excerpt: piecesOf(excerpt) },
    ...parts
      .filter((part) => part.url !== url)
      .map((part) => ({ title: clean(part.title), href: part.url, excerpt: piecesOf(part.excerpt) })),
  ]
}

/** The page itself, with the first place of a phrase in it, and the sections in which there is one. */
function sectionsWith({ url, raw_content = '', anchors = [] }: Found, phrases: readonly string[]): Part[] {
  const words = raw_content.split('\u200b')
  const text = plain(words.join(''))
  const starts: number[] = [0]
  for (const word of words) starts.push((starts.at(-1) ?? 0) + plain(word).length)
  const headings = anchors
    .filter(({ element, text }) => /^h\d$/i.test(element) && clean(text ?? '') !== '')
    .sort((one, other) => one.location - other.location)
  const pattern = new RegExp(phrases.map((phrase) => phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'gi')
  const sections = headings.flatMap(({ id, text: title = '', location }, place) => {
    const [from, to] = [starts[location] ?? 0, starts[headings[place + 1]?.location ?? words.length] ?? text.length]
    const part = around(text.slice(from, to), pattern)
    return part ? [{ title: clean(title), href: `${url}#${encodeURIComponent(id)}`, excerpt: part }] : []
  })
  return [{ title: '', href: url, excerpt: around(text, pattern) ?? [] }, ...sections]
}

/** A text around the first place of a pattern, each place marked; null where there is none. */
function around(text: string, pattern: RegExp): Piece[] | null {
  const first = new RegExp(pattern.source, 'i').exec(text)
  if (!first) return null
  const from = Math.max(0, first.index - AROUND.before)
  const to = Math.min(text.length, first.index + first[0].length + AROUND.after)
  const shown = `${from > 0 ? '…' : ''}${text.slice(from, to).trim()}${to < text.length ? '…' : ''}`
  const pieces: Piece[] = []
  let at = 0
  for (const { 0: found, index } of shown.matchAll(pattern)) {
    if (index > at) pieces.push({ text: shown.slice(at, index), isMarked: false })
    pieces.push({ text: found, isMarked: true })
    at = index + found.length
  }
  return at < shown.length ? [...pieces, { text: shown.slice(at), isMarked: false }] : pieces
}

/** An excerpt without the title it begins with: that stands above it already. */
function after(title: string, excerpt: readonly Piece[]): readonly Piece[] {
  const text = excerpt.map((piece) => piece.text).join('')
  if (!text.startsWith(title)) return excerpt
  let skipped = title.length + (/^[\s.·]*/.exec(text.slice(title.length))?.[0].length ?? 0)
  return excerpt.flatMap((piece) => {
    const rest = piece.text.slice(skipped)
    skipped = Math.max(0, skipped - piece.text.length)
    return rest === '' ? [] : [{ ...piece, text: rest }]
  })
}

/** An excerpt of the index in pieces; neighbours that are marked are one. */
export function piecesOf(excerpt: string): Piece[] {
  const pieces: Piece[] = []
  for (const [, marked, rest] of clean(excerpt).matchAll(/<mark>([\s\S]*?)<\/mark>|((?:(?!<mark>)[\s\S])+)/g)) {
    const isMarked = marked !== undefined
    const text = plain(marked ?? rest ?? '')
    const last = pieces.at(-1)
    if (last?.isMarked && isMarked) pieces[pieces.length - 1] = { text: last.text + text, isMarked }
    else pieces.push({ text, isMarked })
  }
  return pieces
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>')
}

function clean(text: string): string {
  return joined(text).trim()
}
