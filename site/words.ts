import type { Lang } from './languages.ts'

type Words = Readonly<Record<string, string>>

const files = import.meta.glob<Words>('/content/ui/*/*.json', { eager: true, import: 'default' })

/** The words of one file of `content/ui/<lang>/`, by its name without ending. */
export function wordsOf(lang: Lang, file: string): Words {
  const words = files[`/content/ui/${lang}/${file}.json`]
  if (words === undefined) throw new Error(`content/ui/${lang}/${file}.json is missing`)
  return words
}

/** The files whose words a page with labs carries, for its scripts. */
const CARRIED = ['lab', 'recording'] as const

/** The files with words of one page, or of one thing on pages. */
const PAGES = ['machine', 'pictures', 'learn', 'errata', 'errors', 'met', 'glossary', 'search'] as const

/** The words that a page with labs carries. */
export function carriedWords(lang: Lang): Words {
  return Object.assign({}, ...CARRIED.map((file) => wordsOf(lang, file)))
}

/**
 * The text of a key in a language, its `{name}` places filled with `values`. The words of labs, which the browser reads
 * too, stand in lab.json and recording.json, those of the page *This machine* in machine.json, those of the lessons'
 * pictures in pictures.json, those of tasks, predictions, quizzes and progress in learn.json, those of the search and of pages
 * to look things up in in files of their names; all others in site.json.
 * @throws {Error} naming the file, for a missing key and for a place without a value; so the build stops.
 */
export function t(lang: Lang, key: string, values: Readonly<Record<string, string | number>> = {}): string {
  const file = [...CARRIED, ...PAGES].find((name) => Object.hasOwn(wordsOf(lang, name), key)) ?? 'site'
  return fill(find(lang, file, key), values, `content/ui/${lang}/${file}.json: \`${key}\``)
}

/** What a task asks for, or says: `<lab>.<task>.<key>`. */
export function taskWords(lang: Lang, key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return fill(find(lang, 'tasks', key), values, `content/ui/${lang}/tasks.json: \`${key}\``)
}

/** The title of a lab. */
export function labTitle(lang: Lang, id: string): string {
  return find(lang, 'labs', id)
}

function find(lang: Lang, file: string, key: string): string {
  const words = wordsOf(lang, file)
  const text = Object.hasOwn(words, key) ? words[key] : undefined
  if (text === undefined) throw new Error(`content/ui/${lang}/${file}.json has no \`${key}\``)
  return text
}

function fill(text: string, values: Readonly<Record<string, string | number>>, place: string): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${place} needs a value for {${name}}`)
    return String(value)
  })
}
