/** The languages of the course: the first part of every address, and the folder of its words. */
export const LANGUAGES = ['en', 'zh'] as const
export type Lang = (typeof LANGUAGES)[number]

/** What `lang` and `hreflang` attributes say. */
export const TAG: Readonly<Record<Lang, string>> = { en: 'en', zh: 'zh-Hans' }

/** How each language calls itself. */
export const OWN_NAME: Readonly<Record<Lang, string>> = { en: 'English', zh: '中文' }

/** The language a page offers besides its own. */
export function other(lang: Lang): Lang {
  return lang === 'en' ? 'zh' : 'en'
}

/**
 * The language of an address, as `Astro.currentLocale` tells it.
 * @throws {Error} for an address outside the languages' folders.
 */
export function langOf(locale: string | undefined): Lang {
  const lang = LANGUAGES.find((one) => one === locale)
  if (lang === undefined) throw new Error(`\`${locale}\` is none of the course's languages (${LANGUAGES.join(', ')})`)
  return lang
}
