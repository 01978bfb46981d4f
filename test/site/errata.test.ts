import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../site/languages.ts'
import { ERRATA, KINDS } from '../../site/reference/errata.ts'
import { sourceOf } from '../../site/reference/sources.ts'
import { wordsOf } from '../../site/words.ts'
import { COURSE } from '../helpers/course.ts'

const errata = ERRATA.flatMap(({ errata }) => errata)

describe('the errata', () => {
  it('are 61, numbered from 1, each of a known kind and with a source', () => {
    expect(errata.map(({ number }) => number)).toEqual(Array.from({ length: 61 }, (_, place) => place + 1))
    expect(errata.filter(({ kind }) => !KINDS.includes(kind))).toEqual([])
    expect(errata.filter(({ sources }) => sources.length === 0)).toEqual([])
  })

  it.each(LANGUAGES)('all say in %s what was claimed and what is correct, and nothing else does', (lang) => {
    const keys = Object.keys(wordsOf(lang, 'errata')).filter((key) => key.startsWith('erratum.'))
    const wanted = errata.flatMap(({ number }) => [`erratum.${number}.claim`, `erratum.${number}.correct`])
    expect(keys.sort()).toEqual(wanted.sort())
  })

  it('name the same sources in both languages, at the same addresses', () => {
    for (const source of new Set(errata.flatMap(({ sources }) => sources))) {
      const [en, zh] = LANGUAGES.map((lang) => sourceOf(lang, source))
      expect(en?.name).toMatch(/\S/)
      expect(zh?.url).toBe(en?.url)
    }
    expect(sourceOf('en', 'rfc9293#3.4.1')).toEqual({
      name: 'RFC 9293, section 3.4.1',
      url: 'https://www.rfc-editor.org/rfc/rfc9293#section-3.4.1',
    })
    expect(() => sourceOf('en', 'hearsay')).toThrow('`hearsay` is no source')
  })

  it('name labs that exist', () => {
    const labs = errata.flatMap(({ labs }) => labs)
    expect(labs.length).toBeGreaterThan(30)
    expect(labs.filter((lab) => !existsSync(join(COURSE, 'labs', 'catalog', lab, 'lab.ts')))).toEqual([])
  })
})
