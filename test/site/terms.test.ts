import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../site/languages.ts'
import { TERMS } from '../../site/reference/terms.ts'
import { wordsOf } from '../../site/words.ts'

describe('the glossary', () => {
  it.each(LANGUAGES)('says in %s what every term is, in full sentences', (lang) => {
    const words = wordsOf(lang, 'glossary')
    expect(TERMS.length).toBeGreaterThanOrEqual(40)
    for (const id of TERMS) {
      expect(words[`term.${id}`] ?? `no ${id}`).not.toMatch(/[.。]$/)
      expect(words[`term.${id}.is`] ?? `no ${id}.is`).toMatch(/[.。]$/)
    }
  })

  it('keeps apart what the languages must not mix up', () => {
    const [en, zh] = LANGUAGES.map((lang) => wordsOf(lang, 'glossary'))
    for (const [id, english, chinese] of [
      ['socket', 'socket', '套接字'],
      ['segment', 'segment', '报文段'],
      ['congestion-control', 'congestion control', '拥塞控制'],
      ['blocking', 'blocking call', '阻塞调用'],
      ['backlog', 'backlog', '等待队列长度'],
    ] as const) {
      expect([en?.[`term.${id}`], zh?.[`term.${id}`]]).toEqual([english, chinese])
    }
    // A term names one thing.
    for (const words of [en, zh]) expect(new Set(TERMS.map((id) => words?.[`term.${id}`])).size).toBe(TERMS.length)
  })
})
