import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { labTitle, t, wordsOf } from '../../site/words.ts'

const ROOT = join(import.meta.dirname, '../..')
const names = (lang: string) => globSync('*.json', { cwd: join(ROOT, 'content/ui', lang) }).sort()
const read = (lang: string, name: string): Record<string, string> =>
  JSON.parse(readFileSync(join(ROOT, 'content/ui', lang, name), 'utf8'))
const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()

describe('the words of the interface', () => {
  it('have the same files in both languages', () => {
    expect(names('zh')).toEqual(names('en'))
    expect(names('en')).toEqual(expect.arrayContaining(['lab.json', 'labs.json', 'site.json']))
  })

  it.each(names('en'))('have the same keys and the same {places} in both %s', (name) => {
    const [en, zh] = [read('en', name), read('zh', name)]
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
    for (const [key, text] of Object.entries(en)) {
      expect({ key, places: places(zh[key] ?? '') }).toEqual({ key, places: places(text) })
    }
  })

  it.each(['en', 'zh'])('are never empty in %s, and no key stands in two files that pages read', (lang) => {
    const texts = names(lang).flatMap((name) => Object.entries(read(lang, name)))
    // Between two sentences there is a space in English, and nothing in Chinese.
    expect(texts.filter(([key, text]) => text.trim() === '' && !key.endsWith('.between'))).toEqual([])
    const site = Object.keys(read(lang, 'site.json'))
    expect(Object.keys(read(lang, 'lab.json')).filter((key) => site.includes(key))).toEqual([])
  })

  it('title every lab of the catalog, and no other', () => {
    const labs = globSync('labs/catalog/*/lab.ts', { cwd: ROOT }).map((file) => file.split('/').at(-2))
    expect(labs.length).toBeGreaterThanOrEqual(7)
    expect(Object.keys(read('en', 'labs.json')).sort()).toEqual(labs.sort())
  })
})

describe('t', () => {
  it('fills the places of a text', () => {
    expect(t('en', 'home.open', { number: 8 })).toBe('Open lesson 8')
    expect(t('zh', 'lab.run-program', { program: 'send' })).toMatch(/^运行.*send$/)
  })

  it('throws for a missing key and names the file', () => {
    expect(() => t('zh', 'home.nothing')).toThrow('content/ui/zh/site.json has no `home.nothing`')
    expect(() => t('en', 'toString')).toThrow('has no `toString`')
    expect(() => labTitle('en', 'no-lab')).toThrow('content/ui/en/labs.json has no `no-lab`')
    expect(() => wordsOf('en', 'no-file')).toThrow('content/ui/en/no-file.json is missing')
  })

  it('throws for a place without a value', () => {
    expect(() => t('en', 'home.open')).toThrow('content/ui/en/site.json: `home.open` needs a value for {number}')
  })
})
