/** The words of the faults panel; they come with it. */
import type { Lang } from '../../languages.ts'
import type { Words } from '../words.ts'

const files = import.meta.glob<Words>('/content/ui/*/faults.json', { import: 'default' })

/** Loads `content/ui/<lang>/faults.json`. Rejects when it cannot be loaded. */
export async function faultsWords(lang: Lang): Promise<Words> {
  const load = files[`/content/ui/${lang}/faults.json`]
  if (load === undefined) throw new Error(`content/ui/${lang}/faults.json is missing`)
  return load()
}
