/** The words of editing; they come with the editor. */
import type { Lang } from '../../languages.ts'
import type { Words } from '../words.ts'

const files = import.meta.glob<Words>('/content/ui/*/edit.json', { import: 'default' })

/** Loads `content/ui/<lang>/edit.json`. Rejects when it cannot be loaded. */
export async function editWords(lang: Lang): Promise<Words> {
  const load = files[`/content/ui/${lang}/edit.json`]
  if (load === undefined) throw new Error(`content/ui/${lang}/edit.json is missing`)
  return load()
}
