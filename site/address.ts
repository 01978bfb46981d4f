import { getRelativeLocaleUrl } from 'astro:i18n'
import type { Lang } from './languages.ts'

/** The address of a page in a language: of the home page, or of a lesson by its path. */
export function addressOf(lang: Lang, path = ''): string {
  return getRelativeLocaleUrl(lang, path)
}
