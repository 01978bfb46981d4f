/** The words of stories, as the page loads them, for tests that have no page. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Words } from '../../site/bench/words.ts'
import type { Lang } from '../../site/languages.ts'
import { COURSE } from './course.ts'

export function storyWordsOf(lang: Lang): Words {
  return JSON.parse(readFileSync(join(COURSE, 'content', 'ui', lang, 'story.json'), 'utf8'))
}
