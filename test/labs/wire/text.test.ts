import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { codePoint, ENCODINGS, type Encoding, glyphs, isText } from '../../../labs/wire/text.ts'
import { seeded } from '../../helpers/random.ts'

const bytes = (...values: number[]) => new Uint8Array(values)
const told = (data: Uint8Array, encoding: Encoding) =>
  glyphs(data, encoding).map(({ from, to, text, kind }) => `${from}-${to} ${text ?? kind}`)

describe('bytes read as text', () => {
  it('in GBK a Chinese character is two bytes, and one of ASCII is one', () => {
    expect(told(iconv.encode('a数据', 'gbk'), 'gbk')).toEqual(['0-1 a', '1-3 数', '3-5 据'])
  })

  it('in UTF-8 the same characters are three bytes each', () => {
    expect(told(new TextEncoder().encode('数据!'), 'utf-8')).toEqual(['0-3 数', '3-6 据', '6-7 !'])
  })

  it('GB 18030 has characters of four bytes, which GBK does not know', () => {
    const face = iconv.encode('😀', 'gb18030')
    expect(told(face, 'gb18030')).toEqual(['0-4 😀'])
    expect(told(face, 'gbk').every((glyph) => !glyph.includes('😀'))).toBe(true)
  })

  it('a character whose end is missing is cut, in every encoding that has long ones', () => {
    expect(told(iconv.encode('数据', 'gbk').subarray(0, 3), 'gbk')).toEqual(['0-2 数', '2-3 cut'])
    expect(told(new TextEncoder().encode('数据').subarray(0, 5), 'utf-8')).toEqual(['0-3 数', '3-5 cut'])
    expect(told(iconv.encode('😀', 'gb18030').subarray(0, 3), 'gb18030')).toEqual(['0-3 cut'])
  })

  it('GBK bytes are no UTF-8: what begins no character is bad, and the last byte begins one', () => {
    const data = iconv.encode('数据', 'gbk')
    expect(told(data, 'utf-8')).toEqual(['0-1 bad', '1-2 bad', '2-3 bad', '3-4 cut'])
    expect(isText(data, 'utf-8')).toBe(false)
    expect(isText(data, 'gbk')).toBe(true)
  })

  it('what UTF-8 forbids is bad: overlong forms, surrogates, more than U+10FFFF', () => {
    for (const data of [bytes(0xc0, 0x80), bytes(0xe0, 0x80, 0x80), bytes(0xed, 0xa0, 0x80), bytes(0xf5, 0x80)]) {
      expect(glyphs(data, 'utf-8')[0]?.kind).toBe('bad')
    }
  })

  it('Latin-1 never fails, and gives each byte the code point of its value', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(glyphs(all, 'latin1').map(({ text }) => text?.codePointAt(0))).toEqual([...all])
  })

  it('every byte belongs to exactly one glyph, whatever the bytes are', () => {
    const random = seeded(7)
    for (let round = 0; round < 2000; round++) {
      const data = Uint8Array.from({ length: 1 + Math.floor(random() * 12) }, () => Math.floor(random() * 256))
      for (const encoding of ENCODINGS) {
        const found = glyphs(data, encoding)
        expect(found.map(({ from }) => from)).toEqual([0, ...found.map(({ to }) => to).slice(0, -1)])
        expect(found.at(-1)?.to).toBe(data.length)
      }
    }
  })

  it('whole characters come back as they were encoded, in every encoding that has them', () => {
    const text = '套接字 socket，三次握手。é'
    for (const encoding of ['utf-8', 'gbk', 'gb18030'] as const) {
      const read = glyphs(iconv.encode(text, encoding), encoding)
      expect(read.map(({ text }) => text).join('')).toBe(text)
    }
  })

  it('a code point is named as Unicode names it', () => {
    expect([codePoint('数'), codePoint('a'), codePoint('😀')]).toEqual(['U+6570', 'U+0061', 'U+1F600'])
  })
})
