/** The words of predictions, tasks, quizzes and progress. They come when a reader meets one of these. */

import type { Words } from '../bench/words.ts'
import type { Lang } from '../languages.ts'

const files = import.meta.glob<Words>('/content/ui/*/{learn,tasks}.json', { import: 'default' })

/** Loads `learn.json`, and `tasks.json` for who words verdicts. Rejects when they cannot be loaded. */
export async function learnWords(lang: Lang, ...more: readonly 'tasks'[]): Promise<Words> {
  const loads = ['learn', ...more].map((name) => {
    const load = files[`/content/ui/${lang}/${name}.json`]
    if (load === undefined) throw new Error(`content/ui/${lang}/${name}.json is missing`)
    return load()
  })
  return Object.assign({}, ...(await Promise.all(loads)))
}
