import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  fromLesson,
  linkFirstUses,
  type MarkdownNode,
  namesOfCodes,
  namesOfTerms,
  plural,
} from '../../site/lessons/first-uses.ts'
import { COURSE } from '../helpers/course.ts'

const glossary = (lang: 'en' | 'zh') =>
  namesOfTerms(lang, JSON.parse(readFileSync(join(COURSE, 'content', 'ui', lang, 'glossary.json'), 'utf8')))
const CODES = namesOfCodes(['ECONNREFUSED', 'EPIPE', 'TimeoutError'])
const NAMES = { en: [...glossary('en'), ...CODES], zh: [...glossary('zh'), ...CODES] }

const text = (value: string): MarkdownNode => ({ type: 'text', value })
const code = (value: string): MarkdownNode => ({ type: 'inlineCode', value })
const node = (type: string, ...children: readonly MarkdownNode[]): MarkdownNode => ({ type, children })
const paragraph = (...children: readonly MarkdownNode[]) => node('paragraph', ...children)
const component = (name: string, ...children: readonly MarkdownNode[]): MarkdownNode => ({
  type: 'mdxJsxFlowElement',
  name,
  children,
})
const link = (url: string, value: string): MarkdownNode => ({ type: 'link', url, children: [text(value)] })

/** A lesson's blocks as text, its new links as `[words](entry)`. */
function linked(lang: 'en' | 'zh', ...blocks: readonly MarkdownNode[]): string {
  const replaced = new Map(linkFirstUses(node('root', ...blocks), NAMES[lang]).map(({ node, by }) => [node, by]))
  const say = (one: MarkdownNode): string => {
    const by = replaced.get(one)
    if (by) return by.map(say).join('')
    if (one.type === 'inlineCode') return `\`${one.value}\``
    const inner = one.value ?? (one.children ?? []).map(say).join(one.type === 'root' ? '\n' : '')
    return one.type === 'link' ? `[${inner}](${one.url?.replace(/^\.\.\/\.\.\//, '')})` : inner
  }
  return say(node('root', ...blocks))
}

describe('the first use of a term', () => {
  it('leads to its entry, and later ones lead nowhere', () => {
    expect(linked('en', paragraph(text('A socket is here.')), paragraph(text('This socket too.')))).toBe(
      'A [socket](glossary/#socket) is here.\nThis socket too.',
    )
    expect(linked('zh', paragraph(text('套接字在这里。套接字也在。')))).toBe(
      '[套接字](glossary/#socket)在这里。套接字也在。',
    )
  })

  it('is that of the longest name: the shorter one within is not used, neither now nor later', () => {
    const twice = paragraph(text('An ephemeral port; another ephemeral port; a port.'))
    expect(linked('en', twice)).toBe(
      'An [ephemeral port](glossary/#ephemeral-port); another ephemeral port; a [port](glossary/#port).',
    )
    expect(linked('zh', paragraph(text('半连接队列和全连接队列；临时端口、端口。')))).toBe(
      '[半连接队列](glossary/#syn-queue)和[全连接队列](glossary/#accept-queue)；[临时端口](glossary/#ephemeral-port)、[端口](glossary/#port)。',
    )
  })

  it('may be a plural, begin a sentence, and go over the end of a line', () => {
    expect(linked('en', paragraph(text('Message\nboundaries and Address families; SOCKETS.')))).toBe(
      '[Message\nboundaries](glossary/#message-boundary) and [Address families](glossary/#address-family); [SOCKETS](glossary/#socket).',
    )
    expect(['queue', 'boundary', 'wildcard address', 'half-close'].map(plural)).toEqual([
      'queues',
      'boundaries',
      'wildcard addresses',
      'half-closes',
    ])
  })

  it('is a word of its own: neither part of another, nor of two Chinese ones', () => {
    expect(linked('en', paragraph(text('Ports-of-call, support, datagram-like, packetize.')))).not.toContain('](')
    expect(linked('zh', paragraph(text('这个信封装进大一号的。')))).toBe('这个信封装进大一号的。')
    expect(linked('zh', paragraph(text('这就是封装。')))).toBe('这就是[封装](glossary/#encapsulation)。')
  })

  it('is found by another name that stands in brackets in the glossary', () => {
    expect(linked('zh', paragraph(text('多播和定界。一个包，UDP。')))).toBe(
      '[多播](glossary/#multicast)和[定界](glossary/#framing)。一个包，UDP。',
    )
    expect(linked('en', paragraph(text('It is not reliable.')))).toBe('It is [not reliable](glossary/#not-reliable).')
  })

  it('is not one in a heading, in code, in a link, or in what a lesson asks', () => {
    const blocks = [
      node('heading', text('A socket')),
      { type: 'code', value: 'socket' },
      paragraph(code('socket'), link('https://example.org/', 'socket')),
      component('Predict', paragraph(text('A socket?')), component('Option', text('A socket.'))),
      component('Task', component('Hint', text('A socket.'))),
      component('Quiz', component('Right', text('A socket.'), component('Reason', text('A socket.')))),
    ]
    expect(linked('en', ...blocks)).not.toContain('glossary/')
    expect(linked('en', ...blocks, component('Side', text('A socket.')))).toMatch(
      /\nA \[socket\]\(glossary\/#socket\)\.$/,
    )
  })

  it('is a link by hand, where there is one', () => {
    const blocks = [paragraph(link('/en/glossary/#socket', 'What it is')), paragraph(text('A socket.'))]
    expect(linked('en', ...blocks)).toBe('[What it is](/en/glossary/#socket)\nA socket.')
  })

  it('is none where a link by hand gives the word another sense', () => {
    const blocks = [paragraph(link('../../glossary/#framing', 'frame')), paragraph(text('Frames, framing, a socket.'))]
    expect(linked('en', ...blocks)).toBe('[frame](glossary/#framing)\nFrames, framing, a [socket](glossary/#socket).')
  })

  it('is found in lists, tables and emphasis', () => {
    const cell = node('table', node('tableRow', node('tableCell', node('strong', text('a frame')))))
    expect(linked('en', node('list', node('listItem', paragraph(text('a socket')))), cell)).toBe(
      'a [socket](glossary/#socket)\na [frame](glossary/#frame)',
    )
  })
})

describe('the first mention of an error’s code', () => {
  it('leads to its entry, in code as in prose, and stays code', () => {
    expect(linked('en', paragraph(text('It is '), code('ECONNREFUSED'), text(' or EPIPE, ECONNREFUSED again.')))).toBe(
      'It is [`ECONNREFUSED`](errors/#ECONNREFUSED) or [EPIPE](errors/#EPIPE), ECONNREFUSED again.',
    )
  })

  it('is the code as it is written, alone, and one that the page has', () => {
    const others = [code('EPIPE?'), code('epipe'), text(' Epipe ENOSUCH '), code('TimeoutError')]
    expect(linked('en', paragraph(...others))).not.toContain('](')
  })
})

describe('a link by hand to a page of the course', () => {
  it('holds below any path of a server', () => {
    const at = (page: string) => new URL(fromLesson('/en/errors/#EPIPE'), `http://here${page}`).href
    expect(at('/en/udp/edges/')).toBe('http://here/en/errors/#EPIPE')
    expect(at('/course/zh/udp/edges/')).toBe('http://here/course/en/errors/#EPIPE')
    expect(['https://example.org/en/', '#here', '/health'].map(fromLesson)).toEqual([
      'https://example.org/en/',
      '#here',
      '/health',
    ])
  })
})
