/**
 * The first use of a term, or of an error's code, in a lesson's prose leads to where it can be looked up. Pure: a Markdown
 * tree (mdast) in, and which of its nodes are to be replaced by what.
 */
import type { Lang } from '../languages.ts'

/** As much of a node of Markdown as is looked at. */
export interface MarkdownNode {
  readonly type: string
  /** Of a component: its name. */
  readonly name?: string | null
  readonly value?: string
  readonly url?: string
  readonly children?: readonly MarkdownNode[]
  readonly data?: object | null
}

/** A name that a lesson may use, and the entry it is of. */
export interface Name {
  readonly text: string
  /** `glossary/#datagram`, `errors/#EPIPE`: below the language. */
  readonly entry: string
  /** An error's code is one as it is written, and in code as well; a term is found in small and capital letters, and never in code. */
  readonly isCode: boolean
}

/** One node, and the nodes that take its place. */
export interface Replacement {
  readonly node: MarkdownNode
  readonly by: readonly MarkdownNode[]
}

/** What is no prose: headings, code, and what leads somewhere already. Of the components, only a note in the margin is. */
const CLOSED: readonly string[] = ['heading', 'code', 'inlineCode', 'linkReference', 'definition', 'html']
const PROSE: readonly string[] = ['Side']

/** From the page of a lesson, `/en/udp/edges/`, to what lies below its language. */
const UP = '../../'

/**
 * The names of all entries of the glossary: as its words have them, what stands behind them in brackets as one more name,
 * and in English their plurals. A single Han character in brackets is no name; it is part of too many words.
 */
export function namesOfTerms(lang: Lang, words: Readonly<Record<string, string>>): Name[] {
  return Object.entries(words).flatMap(([key, said]) => {
    const [, id] = /^term\.([a-z-]+)$/.exec(key) ?? []
    if (id === undefined) return []
    const [, first = '', more = ''] = /^([^(（]*)(?:[(（](.*)[)）])?$/.exec(said) ?? []
    const texts =
      lang === 'en' ? [first.trim(), plural(first.trim())] : [first, ...(/^\p{sc=Han}{2,}$/u.test(more) ? [more] : [])]
    return texts.map((text) => ({ text, entry: `glossary/#${id}`, isCode: false }))
  })
}

/** The names of the entries of the errors page: codes such as `ECONNREFUSED`. */
export function namesOfCodes(codes: readonly string[]): Name[] {
  return codes
    .filter((code) => /^E[A-Z]+$/.test(code))
    .map((text) => ({ text, entry: `errors/#${text}`, isCode: true }))
}

/** The plural of an English term, by its last word. */
export function plural(term: string): string {
  if (/[^aeiou]y$/.test(term)) return `${term.slice(0, -1)}ies`
  return /(?:s|x|ch|sh)$/.test(term) ? `${term}es` : `${term}s`
}

/**
 * Links the first use of each entry in a lesson. Of names that begin at the same place the longest is the one that is used:
 * an “ephemeral port” is no use of “port”. A link by hand to an entry is a use of it, and of the
 * link's own words.
 */
export function linkFirstUses(root: MarkdownNode, names: readonly Name[]): Replacement[] {
  const byText = new Map(names.map((name) => [known(name.text), name]))
  const pattern = patternOf(names)
  const used = new Set<string>()
  const replacements: Replacement[] = []
  const visit = (node: MarkdownNode): void => {
    if (node.type === 'link') {
      const [entry] = /(?:glossary|errors)\/#[\w-]+$/.exec(node.url ?? '') ?? []
      if (entry === undefined) return
      used.add(entry)
      // Its words are settled: where they mean something else in this lesson, the link says what.
      for (const { 0: found } of textOf(node).matchAll(pattern)) used.add(byText.get(known(found))?.entry ?? '')
    } else if (node.type === 'inlineCode') {
      const name = byText.get(known(node.value ?? ''))
      if (!name?.isCode || name.text !== node.value || used.has(name.entry)) return
      used.add(name.entry)
      replacements.push({ node, by: [linkTo(name, { type: 'inlineCode', value: name.text })] })
    } else if (node.type === 'text') {
      const by = linked(node.value ?? '')
      if (by.length > 1 || by[0]?.type === 'link') replacements.push({ node, by })
    } else if (!CLOSED.includes(node.type) && (!node.type.startsWith('mdxJsx') || PROSE.includes(node.name ?? ''))) {
      for (const child of node.children ?? []) visit(child)
    }
  }
  /** A text in pieces, of which the first uses are links. */
  const linked = (text: string): MarkdownNode[] => {
    const pieces: MarkdownNode[] = []
    const borders = bordersIn(text)
    let from = 0
    for (const { 0: found, index } of text.matchAll(pattern)) {
      const name = byText.get(known(found))
      if (name === undefined || used.has(name.entry) || (name.isCode && name.text !== found)) continue
      if (HAN.test(found) && !(borders.has(index) && borders.has(index + found.length))) continue
      used.add(name.entry)
      if (index > from) pieces.push({ type: 'text', value: text.slice(from, index) })
      pieces.push(linkTo(name, { type: 'text', value: found }))
      from = index + found.length
    }
    if (from < text.length) pieces.push({ type: 'text', value: text.slice(from) })
    return pieces
  }
  visit(root)
  return replacements
}

/**
 * Where a link of a lesson to a page of the course leads, `/en/errors/#EPIPE`, from the lesson’s own page: so it holds below
 * any path of a server. Other links stay as they are.
 */
export function fromLesson(url: string): string {
  return /^\/(?:en|zh)\//.test(url) ? `${UP}..${url}` : url
}

function linkTo({ entry }: Name, child: MarkdownNode): MarkdownNode {
  return { type: 'link', url: `${UP}${entry}`, children: [child], data: { hProperties: { className: ['look-up'] } } }
}

function textOf({ value = '', children = [] }: MarkdownNode): string {
  return value + children.map(textOf).join('')
}

/** A name as it is looked up, whatever its letters and the ends of lines in it. */
function known(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ')
}

const HAN = /\p{sc=Han}/u
const WORDS = new Intl.Segmenter('zh', { granularity: 'word' })

/** Where words begin and end in a text, as far as a dictionary knows: in 信封装进 there is no 封装. */
function bordersIn(text: string): ReadonlySet<number> {
  return new Set([...Array.from(WORDS.segment(text), ({ index }) => index), text.length])
}

/** Finds names, the longest first. A Latin name is a word of its own; between Han nothing shows where a word ends. */
function patternOf(names: readonly Name[]): RegExp {
  const one = ({ text }: Name) => {
    const name = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')
    return HAN.test(text) ? name : `(?<![\\w-])${name}(?![\\w-])`
  }
  const alternatives = [...names].sort((a, b) => b.text.length - a.text.length).map(one)
  // Without any name nothing is found.
  return new RegExp(alternatives.length > 0 ? alternatives.join('|') : '(?!)', 'giu')
}
