import { describe, expect, it } from 'vitest'
import { askedFor, divided, dividedPage, joined } from '../../site/search/han.ts'

const shown = (text: string) => text.replaceAll('\u200b', '|')

describe('a text', () => {
  it('is divided at both sides of each Han sign, and nowhere else', () => {
    expect(shown(divided('TCP连接12b，三次 握手 of TCP.'))).toBe('TCP|连|接|12b，三|次 握|手 of TCP.')
    expect(shown(divided('𠮷祥'))).toBe('𠮷|祥')
  })

  it('is the same again when it is joined', () => {
    const text = '建立连接，靠的是三次握手；TCP连接。'
    expect(joined(divided(text))).toBe(text)
  })

  it('is divided in a page, while its tags stay as they are', () => {
    const page = '<h2 id="三次握手" title="a > b">三次握手</h2><p data-x=\'{"甲":"乙丙"}\'>套接字 <code>套接</code></p>'
    expect(shown(dividedPage(page))).toBe(
      '<h2 id="三次握手" title="a > b">三|次|握|手</h2><p data-x=\'{"甲":"乙丙"}\'>套|接|字 <code>套|接</code></p>',
    )
  })
})

describe('what a reader types', () => {
  it('is asked for as a phrase where it is Chinese, and as it is where it is not', () => {
    expect(askedFor('套接字')).toEqual({ queries: ['"套 接 字"'], phrases: ['套接字'] })
    expect(askedFor('ECONNREFUSED socket')).toEqual({ queries: ['ECONNREFUSED socket'], phrases: [] })
  })

  it('is several questions where it is several words: a page must answer all', () => {
    expect(askedFor(' TCP 三次握手  TCP连接 ')).toEqual({
      queries: ['TCP', '"三 次 握 手"', '"TCP 连 接"'],
      phrases: ['三次握手', 'TCP连接'],
    })
  })

  it('loses the quotes and stops that come along with it', () => {
    expect(askedFor('“粘包”、半包。')).toEqual({ queries: ['"粘 包"', '"半 包"'], phrases: ['粘包', '半包'] })
  })
})
