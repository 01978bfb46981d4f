/** The words of the bytes panel; they come with it. */
import type { Lang } from '../../languages.ts'
import type { Words } from '../words.ts'

const files = import.meta.glob<Words>('/content/ui/*/bytes.json', { import: 'default' })

/** Loads `content/ui/<lang>/bytes.json`. Rejects when it cannot be loaded. */
export async function bytesWords(lang: Lang): Promise<Words> {
  const load = files[`/content/ui/${lang}/bytes.json`]
  if (load === undefined) throw new Error(`content/ui/${lang}/bytes.json is missing`)
  return load()
}
