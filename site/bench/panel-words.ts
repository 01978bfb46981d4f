/** The words of the panels beside the wire. They come with the panels, not with every page that has a lab. */
import type { Lang } from '../languages.ts'
import type { Words } from './words.ts'

const files = import.meta.glob<Words>('/content/ui/*/panels.json', { import: 'default' })

/** Loads the words of `content/ui/<lang>/panels.json`. Rejects when they cannot be loaded. */
export async function panelWords(lang: Lang): Promise<Words> {
  const load = files[`/content/ui/${lang}/panels.json`]
  if (load === undefined) throw new Error(`content/ui/${lang}/panels.json is missing`)
  return load()
}
