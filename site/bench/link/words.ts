/** The words of links to a moment; they come when one is copied or opened. */
import type { Lang } from '../../languages.ts'
import type { Words } from '../words.ts'

const files = import.meta.glob<Words>('/content/ui/*/link.json', { import: 'default' })

/** Loads `content/ui/<lang>/link.json`. Rejects when it cannot be loaded. */
export async function linkWords(lang: Lang): Promise<Words> {
  const load = files[`/content/ui/${lang}/link.json`]
  if (load === undefined) throw new Error(`content/ui/${lang}/link.json is missing`)
  return load()
}
