/** The search, brought to life: asks the index of the page's language as one types, and shows where the words stand. */
import { make } from '../bench/dom.ts'
import { askedFor } from './han.ts'
import { type Found, type Hit, hitOf, type Part, type Piece, sorted } from './hits.ts'

/** As much as is used of Pagefind's own script, which lies with the index. */
interface Index {
  options(options: { readonly baseUrl: string; readonly excerptLength: number }): Promise<void>
  search(words: string): Promise<{ readonly results: readonly Result[] }>
}

/** A page, or an entry, that has the words. What is on it is fetched when it is wanted. */
interface Result {
  readonly id: string
  data(): Promise<Found>
}

/** What cannot be searched, and why; `detail` is the browser's word for it. */
class Unsearchable extends Error {
  readonly kind: 'missing' | 'silent' | 'failed'
  readonly detail: string

  constructor(kind: Unsearchable['kind'], detail = '') {
    super(kind)
    this.kind = kind
    this.detail = detail
  }
}

/** As many pages are shown at first, and with each press of *Show more*. */
const PAGES = 20

const BASE = import.meta.env.BASE_URL.replace(/\/?$/, '/')

let index: Promise<Index> | undefined

class Search {
  readonly #dialog: HTMLDialogElement
  readonly #words: HTMLInputElement
  readonly #say: HTMLElement
  readonly #list: HTMLElement
  readonly #more: HTMLElement
  /** What was asked last; an answer to anything before comes too late. */
  #asked = ''
  #phrases: readonly string[] = []
  #rest: readonly Result[] = []

  constructor(dialog: HTMLDialogElement) {
    const part = <Kind extends HTMLElement>(name: string) => dialog.querySelector(`[data-search-${name}]`) as Kind
    this.#dialog = dialog
    this.#words = part('words')
    this.#say = part('say')
    this.#list = part('hits')
    this.#more = part('more')
    this.#words.addEventListener('focus', () => this.#words.select())
    this.#words.addEventListener('input', (event) => {
      // While a Chinese word is being composed it is none yet.
      if (!(event as InputEvent).isComposing) void this.#ask()
    })
    this.#words.addEventListener('compositionend', () => void this.#ask())
    this.#more.addEventListener('click', () => void this.#showMore(true))
    part('close').addEventListener('click', () => dialog.close())
    dialog.addEventListener('click', ({ target }) => {
      // Beside the dialog, or on a link: to a heading of this very page, nothing would be loaded anew.
      if (target === dialog || (target as Element).closest('a')) dialog.close()
    })
    dialog.addEventListener('keydown', (event) => this.#press(event))
    // Something may have been typed before this was loaded.
    void this.#ask()
  }

  /** Looks up what stands in the field. */
  async #ask(): Promise<void> {
    const words = this.#words.value.trim()
    if (words === this.#asked) return
    this.#asked = words
    try {
      const { results, phrases } = await look(words)
      if (words !== this.#asked) return
      this.#list.replaceChildren()
      this.#rest = results
      this.#phrases = phrases
      await this.#showMore()
      if (words !== this.#asked) return
      this.#tell(words === '' ? 'hint' : results.length === 0 ? 'none' : results.length === 1 ? 'one' : 'count', {
        words,
        count: results.length,
      })
    } catch (error) {
      if (words !== this.#asked) return
      this.#list.replaceChildren()
      this.#more.hidden = true
      const { kind, detail } = error instanceof Unsearchable ? error : new Unsearchable('failed', String(error))
      this.#tell(kind, { detail })
      // The same words are asked anew when they are typed anew.
      this.#asked = ''
    }
  }

  /** Shows the next of what was found. `asked`: by the reader, who goes on reading there. */
  async #showMore(asked = false): Promise<void> {
    const words = this.#asked
    const next = this.#rest.slice(0, PAGES)
    const pages = await Promise.all(next.map((one) => one.data()))
    if (words !== this.#asked) return
    const hits = pages.map((page) => hitOf(page, this.#phrases))
    this.#rest = this.#rest.slice(PAGES)
    const rows = sorted(hits, words).map(rowOf)
    this.#list.append(...rows)
    this.#more.hidden = this.#rest.length === 0
    if (asked) rows[0]?.querySelector('a')?.focus()
  }

  #tell(what: string, values: Readonly<Record<string, string | number>>): void {
    const text = this.#dialog.dataset[what] ?? ''
    this.#say.textContent = text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
    this.#dialog.dataset.answered = this.#asked
    this.#say.classList.toggle('trouble', ['missing', 'silent', 'failed'].includes(what))
  }

  /** Arrows go through what was found; Enter in the field opens the first; Escape closes. */
  #press(event: KeyboardEvent): void {
    if (event.isComposing) return
    const links = [...this.#list.querySelectorAll('a')]
    const at = links.indexOf(document.activeElement as HTMLAnchorElement)
    const isInField = document.activeElement === this.#words
    // Of itself a field of this kind would be emptied by the first press, and only then be left.
    if (event.key === 'Escape') this.#dialog.close()
    else if (event.key === 'Enter' && isInField) links[0]?.click()
    else if (event.key === 'ArrowDown' && (isInField || at >= 0)) links[at + 1]?.focus()
    else if (event.key === 'ArrowUp' && at >= 0) (links[at - 1] ?? this.#words).focus()
    else return
    event.preventDefault()
  }
}

/** What has all the words. In Chinese they are phrases, and each is asked for by itself. */
async function look(words: string): Promise<{ results: readonly Result[]; phrases: readonly string[] }> {
  if (words === '') return { results: [], phrases: [] }
  const isDivided = document.documentElement.lang.startsWith('zh')
  const { queries, phrases } = isDivided ? askedFor(words) : { queries: [words], phrases: [] }
  const index = await theIndex()
  const [first = [], ...others] = await Promise.all(queries.map(async (query) => (await index.search(query)).results))
  const ids = others.map((results) => new Set(results.map(({ id }) => id)))
  return { results: first.filter(({ id }) => ids.every((one) => one.has(id))), phrases }
}

/** The index, fetched with the first word. What could not be had is tried again with the next. */
function theIndex(): Promise<Index> {
  index ??= fetchIndex().catch((error) => {
    index = undefined
    throw error
  })
  return index
}

async function fetchIndex(): Promise<Index> {
  const folder = `${BASE}pagefind/`
  const entry = await fetch(`${folder}pagefind-entry.json`, { cache: 'no-cache' }).catch(() => null)
  if (entry === null) throw new Unsearchable('silent')
  if (!entry.ok) throw new Unsearchable('missing')
  try {
    const found: Index = await import(/* @vite-ignore */ `${folder}pagefind.js`)
    await found.options({ baseUrl: BASE, excerptLength: 24 })
    return found
  } catch (error) {
    throw new Unsearchable('failed', String(error))
  }
}

function rowOf(hit: Hit): HTMLElement {
  return make(
    'li',
    {},
    ...(hit.place === '' ? [] : [make('span', { class: 'place' }, hit.place)]),
    make('a', { href: hit.href }, hit.title),
    ...excerptOf(hit.excerpt),
    ...(hit.parts.length > 0 ? [make('ul', {}, ...hit.parts.map(partOf))] : []),
  )
}

function partOf({ title, href, excerpt }: Part): HTMLElement {
  return make('li', {}, make('a', { href }, title), ...excerptOf(excerpt))
}

function excerptOf(pieces: readonly Piece[]): HTMLElement[] {
  if (pieces.length === 0) return []
  const texts = pieces.map(({ text, isMarked }) => (isMarked ? make('mark', {}, text) : text))
  return [make('p', {}, ...texts)]
}

const dialog = document.querySelector<HTMLDialogElement>('[data-search]')
if (dialog) new Search(dialog)
