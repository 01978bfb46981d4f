/** The words that explain errors; they come with the first one that is met. */
import type { Lang } from '../../languages.ts'
import type { Words } from '../words.ts'

const files = import.meta.glob<Words>('/content/ui/*/errors.json', { import: 'default' })

/** Loads `content/ui/<lang>/errors.json`. Rejects when it cannot be loaded. */
export async function errorWords(lang: Lang): Promise<Words> {
  const load = files[`/content/ui/${lang}/errors.json`]
  if (load === undefined) throw new Error(`content/ui/${lang}/errors.json is missing`)
  return load()
}
