/** The words of stories. They come with the panels that tell one, not with every page that has a lab. */
import type { Lang } from '../../languages.ts'
import type { Words } from '../words.ts'

const files = import.meta.glob<Words>('/content/ui/*/story.json', { import: 'default' })

/** Loads the words of `content/ui/<lang>/story.json`. Rejects when they cannot be loaded. */
export async function storyWords(lang: Lang): Promise<Words> {
  const load = files[`/content/ui/${lang}/story.json`]
  if (load === undefined) throw new Error(`content/ui/${lang}/story.json is missing`)
  return load()
}
