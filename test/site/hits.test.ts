import { describe, expect, it } from 'vitest'
import { divided } from '../../site/search/han.ts'
import { type Found, type Hit, hitOf, piecesOf, sorted } from '../../site/search/hits.ts'

const found = (more: Partial<Found> = {}): Found => ({
  url: '/course/en/tcp/three-packets-and-a-queue/',
  meta: { title: 'Three packets and a queue', place: 'TCP · lesson 12' },
  excerpt: 'the <mark>accept</mark> queue',
  sub_results: [],
  ...more,
})

describe('an excerpt', () => {
  it('is text in pieces, what was looked for apart', () => {
    expect(piecesOf('A <mark>port</mark> is a number.')).toEqual([
      { text: 'A ', isMarked: false },
      { text: 'port', isMarked: true },
      { text: ' is a number.', isMarked: false },
    ])
    expect(piecesOf('')).toEqual([])
  })

  it('joins what is marked side by side, as the parts of a Chinese word are', () => {
    expect(piecesOf('靠的是<mark>三次</mark><mark>握手</mark>。')).toEqual([
      { text: '靠的是', isMarked: false },
      { text: '三次握手', isMarked: true },
      { text: '。', isMarked: false },
    ])
    expect(piecesOf('三\u200b次\u200b<mark>握手</mark>')).toEqual([
      { text: '三次', isMarked: false },
      { text: '握手', isMarked: true },
    ])
  })

  it('has signs that look like elements as they were written', () => {
    expect(piecesOf('&lt;script&gt; <mark>&lt;b&gt;</mark> < &amp;')).toEqual([
      { text: '<script> ', isMarked: false },
      { text: '<b>', isMarked: true },
      { text: ' < &amp;', isMarked: false },
    ])
  })
})

describe('what was found', () => {
  it('is a page with its place and its excerpt', () => {
    expect(hitOf(found())).toMatchObject({
      title: 'Three packets and a queue',
      place: 'TCP · lesson 12',
      href: '/course/en/tcp/three-packets-and-a-queue/',
      excerpt: [{ text: 'the ' }, { text: 'accept', isMarked: true }, { text: ' queue' }],
      parts: [],
    })
    expect(hitOf(found({ meta: {} }))).toMatchObject({ title: found().url, place: '' })
  })

  it('has its first three parts, which have the excerpts then; the page is no part of itself', () => {
    const part = (name: string) => ({ title: name, url: `${found().url}#${name}`, excerpt: `in ${name}` })
    const hit = hitOf(
      found({ sub_results: [{ ...part('itself'), url: found().url }, ...['a', 'b', 'c', 'd'].map(part)] }),
    )
    expect(hit.excerpt).toEqual([])
    expect(hit.parts.map(({ title, href }) => [title, href])).toEqual([
      ['a', `${found().url}#a`],
      ['b', `${found().url}#b`],
      ['c', `${found().url}#c`],
    ])
    expect(hit.parts[0]?.excerpt).toEqual([{ text: 'in a', isMarked: false }])
  })
})

describe('an excerpt that begins with its title', () => {
  it('begins after it', () => {
    const excerpt = 'A <mark>handshake,</mark> frozen. <mark>Handshakes</mark> are over.'
    const part = { title: 'A handshake, frozen', url: `${found().url}#a`, excerpt }
    expect(hitOf(found({ sub_results: [part] })).parts[0]?.excerpt).toEqual([
      { text: 'Handshakes', isMarked: true },
      { text: ' are over.', isMarked: false },
    ])
    expect(
      hitOf(found({ meta: { title: 'socket' }, excerpt: '<mark>socket</mark> · 套接字 · An object.' })).excerpt,
    ).toEqual([{ text: '套接字 · An object.', isMarked: false }])
    expect(hitOf(found({ meta: { title: 'Ports' }, excerpt: 'Ports' })).excerpt).toEqual([])
  })
})

describe('a phrase', () => {
  const words = (text: string) => divided(text).split('\u200b')
  const before = '概述。'
  const heading = '谁在监听'
  const text = `${before}${heading}。没有套接字，套接字也没有绑定。`
  const page = found({
    url: '/zh/a/',
    raw_content: divided(text.replace('绑定', '&lt;绑定&gt;')),
    anchors: [
      { element: 'div', id: 'no-heading', text: '', location: 0 },
      { element: 'h2', id: '谁在监听', text: divided(heading), location: words(before).length },
    ],
  })

  it('is found in the sections of a page, each place of it marked, whatever the index marks', () => {
    const { parts, excerpt } = hitOf(page, ['套接字'])
    expect(excerpt).toEqual([])
    expect(parts).toMatchObject([{ title: heading, href: `/zh/a/#${encodeURIComponent(heading)}` }])
    expect(parts[0]?.excerpt.filter(({ isMarked }) => isMarked).map(({ text }) => text)).toEqual(['套接字', '套接字'])
    expect(parts[0]?.excerpt.map(({ text }) => text).join('')).toContain('也没有<绑定>。')
  })

  it('is found before the first heading, and then the page itself says where', () => {
    expect(hitOf(page, ['概述'])).toMatchObject({
      parts: [],
      excerpt: [{ text: '概述', isMarked: true }, { isMarked: false }],
    })
  })

  it('has some text around it, and says where that was cut', () => {
    const long = found({ raw_content: divided(`${'前'.repeat(99)}中${'后'.repeat(99)}`) })
    expect(hitOf(long, ['中']).excerpt.map(({ text }) => text)).toEqual([
      `…${'前'.repeat(16)}`,
      '中',
      `${'后'.repeat(34)}…`,
    ])
  })
})

describe('what was found is shown', () => {
  it('by its title first, where that is or has what was looked for', () => {
    const hits = ['Edges', 'Life of a socket', 'socket', 'Sockets'].map((title) => ({ title }) as Hit)
    expect(sorted(hits, ' Socket ').map(({ title }) => title)).toEqual([
      'socket',
      'Life of a socket',
      'Sockets',
      'Edges',
    ])
  })
})
