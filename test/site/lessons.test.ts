import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkLesson } from '../../site/lessons/check.ts'
import { PICTURES } from '../../site/pictures/pictures.ts'

const LABS = ['tcp-as-found', 'udp-as-found']
const check = (...lines: string[]) => checkLesson(lines.join('\n'), LABS)
const sentences = (...lines: string[]) => check(...lines).map(({ line, message }) => `${line}: ${message}`)

describe('a lesson', () => {
  it('of prose, labs and side notes has no problem', () => {
    const lesson = ['---', 'title: <Lab>', '---', '', '<Lab id="udp-as-found" />', '', '<Side>**Note.** `x`</Side>']
    expect(sentences(...lesson)).toEqual([])
    expect(sentences("<Lab id='udp-as-found'", '  show="terminal code" />')).toEqual([])
  })

  it('that names a lab which does not exist is told the line and the labs there are', () => {
    expect(sentences('Text.', '', '<Lab id="udp-as-foud" />')).toEqual([
      '3: <Lab> names the lab `udp-as-foud`, which does not exist; there are `tcp-as-found`, `udp-as-found`',
    ])
  })

  it('counts lines from the top of the file, front matter included', () => {
    expect(check('---', 'number: 8', '---', '', '<Lab />')).toEqual([{ line: 5, message: '<Lab> needs id="…"' }])
  })

  it('is told an unknown attribute in the line where the attribute stands', () => {
    expect(sentences('<Lab', '  id="udp-as-found"', '  shows="code"', '/>')).toEqual([
      '3: <Lab> has no attribute `shows`; it has `id`, `show`, `then`',
    ])
    expect(sentences('<Side wide>', 'Text.', '</Side>')).toEqual(['1: <Side> has no attribute `wide`; it has none'])
  })

  it('is told a wrong value of show', () => {
    expect(sentences('<Lab id="udp-as-found" show="code wires" />')).toEqual([
      '1: <Lab> `show` has the unknown word `wires`; it may have `code`, `terminal`, `wire`, `bytes`, `sockets`, `faults`, `shell`',
    ])
    expect(sentences('<Lab id="udp-as-found" show="" />')).toEqual([
      '1: <Lab> `show` is empty; write one or more of `code`, `terminal`, `wire`, `bytes`, `sockets`, `faults`, `shell`, or leave it out',
    ])
    expect(sentences('<Lab id="udp-as-found" show="code code" />')).toEqual([
      '1: <Lab> `show="code code"` says a word twice',
    ])
  })

  it('may say what comes with the first run, and that nothing does', () => {
    expect(sentences('<Lab id="udp-as-found" show="terminal" then="code wire" />')).toEqual([])
    expect(sentences('<Lab id="udp-as-found" then="" />')).toEqual([])
    expect(sentences('<Lab id="udp-as-found" then="timeline" />')).toEqual([
      '1: <Lab> `then` has the unknown word `timeline`; it may have `code`, `terminal`, `wire`, `bytes`, `sockets`, `faults`, `shell`',
    ])
  })

  it('gives every value as plain text', () => {
    expect(sentences('<Lab id={"udp-as-found"} />')).toEqual(['1: <Lab> needs plain text for `id`: id="…"'])
    expect(sentences('<Lab {...lab} id="udp-as-found" />')).toEqual([
      '1: <Lab> has no attribute `{…}`; it has `id`, `show`, `then`',
    ])
    expect(sentences('<Lab id />')).toEqual(['1: <Lab> needs plain text for `id`: id="…"'])
  })

  it('uses known components only', () => {
    expect(sentences('<Quizz />')).toEqual([
      '1: <Quizz> is not a component of lessons; there are `Lab`, `Picture`, `Side`, `Predict`, `Option`, `Saw`, `Why`, `Task`, `Hint`, `Solution`, `Quiz`, `Right`, `Wrong`, `Reason`',
    ])
    expect(sentences('<toString />', '<Constructor />')).toHaveLength(1)
  })

  it('is told of a picture that there is not', () => {
    expect(sentences('<Picture id="envelopes" />')).toEqual([])
    expect(sentences('<Picture id="envelope" />')).toEqual([
      `1: <Picture> names the picture \`envelope\`, which does not exist; there are ${PICTURES.map((name) => `\`${name}\``).join(', ')}`,
    ])
  })

  it('shows a lab once', () => {
    expect(sentences('<Lab id="udp-as-found" />', '', '<Lab id="udp-as-found" />')).toEqual([
      '3: <Lab> shows the lab `udp-as-found` a second time; it stands in line 1 already',
    ])
  })

  it('has no code of its own', () => {
    expect(sentences("import Lab from './Lab.astro'", '', 'export const x = 1')).toHaveLength(2)
    expect(sentences('Goods to', 'import and (sometimes) export.')).toEqual([])
  })

  it('may speak of components in fences, in code spans and in comments', () => {
    expect(sentences('```mdx', '<Lab id="no" />', '```', '~~~~', '~~~', '<Lab />', '~~~~')).toEqual([])
    expect(sentences('Write `<Lab id="no" />`, or ``<Lab> `x` ``.', '{/* <Quiz />', '<Lab /> */}')).toEqual([])
    expect(sentences('```', '<Lab />', '```', '<Lab />')).toEqual(['4: <Lab> needs id="…"'])
    expect(sentences('A ` alone.', '', '<Quiz />, and ` again.')).toHaveLength(1)
  })

  it('with several mistakes is told all of them, in the order of lines', () => {
    expect(check('<Quiz />', '<Lab />', '<Lab id="no" />').map(({ line }) => line)).toEqual([1, 2, 3])
  })

  it('is warned of emphasis between Han and punctuation, which Markdown leaves as stars', () => {
    expect(sentences('**端口只是一个号码。**接收程序')).toEqual([
      '1: `**` between `。` and `接` stays a star; put `。` after the closing `**`',
    ])
    expect(sentences('程序说*“发出去了”*。')).toEqual([
      '1: `*` between `“` and `说` stays a star; put `“` before the opening `*`',
    ])
    expect(sentences('那么**`send()`返回**')).toHaveLength(1)
    expect(sentences('**端口只是一个号码**。接收程序*绑定*的是', '* 一项', '* 又*一*项，2 * 3')).toEqual([])
  })
})

describe('the written lessons', () => {
  const files = globSync('content/{en,zh}/**/*.mdx', { cwd: join(import.meta.dirname, '../..') }).sort()
  const labs = globSync('labs/catalog/*/lab.ts', { cwd: join(import.meta.dirname, '../..') })
  const ids = labs.map((file) => file.split('/').at(-2) ?? '')

  it('are found, with their labs', () => {
    expect(files.length).toBeGreaterThanOrEqual(4)
    expect(ids.length).toBeGreaterThanOrEqual(7)
  })

  it.each(files)('%s has no problem', (file) => {
    expect(checkLesson(readFileSync(join(import.meta.dirname, '../..', file), 'utf8'), ids)).toEqual([])
  })

  it('have the same components in the same order in both languages', () => {
    const components = (lang: string) =>
      files
        .filter((file) => file.startsWith(`content/${lang}/`))
        .map((file) => {
          const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
          return [file.slice(`content/${lang}/`.length), ...(text.match(/<Lab [^>]*>|<\w+(?=[ >])|^## /gm) ?? [])]
        })
    expect(components('zh')).toEqual(components('en'))
  })
})
