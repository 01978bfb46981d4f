/** The course as a whole: both languages say the same, and everything they name is there. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noEvidence } from '../../labs/checks/evidence.ts'
import type { Checks } from '../../labs/checks/judge.ts'
import { asksOf } from '../../site/learn/contents.ts'
import { ERRATA } from '../../site/reference/errata.ts'
import { ERRORS } from '../../site/reference/errors.ts'
import { TERMS } from '../../site/reference/terms.ts'
import { courseRows } from '../helpers/course-table.ts'
import { allLabs } from '../helpers/labs.ts'
import { checksOf } from '../helpers/proof.ts'

const ROOT = join(import.meta.dirname, '../..')
const paths = globSync('content/en/*/*.mdx', { cwd: ROOT }).map((file) => file.slice('content/en/'.length))
const text = (lang: string, path: string) => readFileSync(join(ROOT, 'content', lang, path), 'utf8')

/** What must be the same in both languages, in order: headings by their depth, components by their ids. */
const shape = (source: string) =>
  source
    .replace(/^```[\s\S]*?^```/gm, '')
    .match(
      /^#{2,3} |<(?:Lab|Predict|Task|Quiz|Option|Saw|Picture) [^>]*>|<(?:Why|Hint|Solution|Right|Wrong|Reason|Side)>/gm,
    )

/** Wrong in Chinese for what Appendix C of the curriculum calls otherwise. */
const NOT_SAID: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/阻塞管理/, '拥塞控制'],
  [/协议族/, '地址族'],
  [/数据包/, '数据报 or 分组'],
  [/插座|套接口/, '套接字'],
  [/回环|回送地址/, '环回'],
  [/最大连接数/, '等待队列长度'],
  [/不可靠/, '不保证可靠交付'],
]

/** The pages to look things up in, and the anchors of their entries. */
const BOOKS: Readonly<Record<string, readonly string[]>> = {
  glossary: TERMS,
  errors: ERRORS.map(({ code }) => code),
  errata: ERRATA.flatMap(({ errata }) => errata.map(({ number }) => `e${number}`)),
}

describe('every lesson', () => {
  it.each(paths)('%s has the same structure in both languages', (path) => {
    expect(shape(text('zh', path))).toEqual(shape(text('en', path)))
  })

  it('exists in both languages', () => {
    expect(globSync('content/zh/*/*.mdx', { cwd: ROOT }).map((file) => file.slice('content/zh/'.length))).toEqual(paths)
    expect(courseRows()).toHaveLength(paths.length * 2)
  })

  it.each(paths)('%s follows the glossary', (path) => {
    const zh = text('zh', path)
    expect(NOT_SAID.filter(([wrong]) => wrong.test(zh)).map(([wrong, right]) => `${wrong}: say ${right}`)).toEqual([])
  })

  it.each(paths)('%s links to nothing of the course that is not there', (path) => {
    for (const lang of ['en', 'zh']) {
      const source = text(lang, path)
      const links = [...source.matchAll(/\]\((\/[^)\s]*|\.\.?\/[^)\s]*)\)/g)].map(([, link = '']) => link)
      const missing = links.filter((link) => {
        // The course may lie below a path, which a link from its top would leave out.
        if (link.startsWith('/')) return true
        const { pathname, hash } = new URL(link, `http://course/${lang}/${path.replace(/\.mdx$/, '')}/`)
        const [, to = '', unit = '', lesson = ''] = /^\/(en|zh)\/(?:([\w-]+)\/)?(?:([\w-]+)\/)?$/.exec(pathname) ?? []
        if (lesson !== '') return !existsSync(join(ROOT, 'content', to, unit, `${lesson}.mdx`))
        const entries = BOOKS[unit]
        if (entries !== undefined) return hash !== '' && !entries.includes(hash.slice(1))
        return to === '' || (unit !== '' && unit !== 'machine')
      })
      expect(missing, lang).toEqual([])
    }
  })
})

describe('what lessons ask', async () => {
  const labs = await allLabs()
  const checks = new Map<string, Checks | null>()
  for (const lab of labs) checks.set(lab.id, await checksOf(lab))
  const asked = paths.map((path) => asksOf(text('en', path)))
  const words = (lang: string) => JSON.parse(readFileSync(join(ROOT, 'content/ui', lang, 'tasks.json'), 'utf8'))

  it('is judged: every task and prediction has its check, and every check its place in a lesson', () => {
    const known = (kind: 'tasks' | 'predictions') =>
      [...checks].flatMap(([lab, one]) => Object.keys(one?.[kind] ?? {}).map((id) => `${lab}/${id}`)).sort()
    expect(asked.flatMap(({ tasks }) => tasks).sort()).toEqual(known('tasks'))
    expect(asked.flatMap(({ predictions }) => predictions).sort()).toEqual(known('predictions'))
    expect(known('tasks').length).toBeGreaterThanOrEqual(5)
  })

  it('offers what a run may show, and asks only what can be told of it', () => {
    for (const path of paths) {
      const source = text('en', path)
      for (const [, id = '', lab = '', body = ''] of source.matchAll(
        /<Predict id="([^"]*)" lab="([^"]*)">([\s\S]*?)<\/Predict>/g,
      )) {
        const check = checks.get(lab)?.predictions?.[id]
        const saws = [...body.matchAll(/<Saw id="([^"]*)"/g)].map(([, saw]) => saw)
        expect(saws.sort(), `${lab}/${id}`).toEqual(Object.keys(check?.saw ?? {}).sort())
        const empty = noEvidence(labs.find((one) => one.id === lab) as (typeof labs)[number])
        expect(check?.shows(empty), `${lab}/${id} before any run`).toBeNull()
      }
    }
  })

  it.each(['en', 'zh'])('is worded: every sentence a task says stands in tasks.json, and no other (%s)', (lang) => {
    const said = new Set<string>()
    for (const [lab, one] of checks) {
      const definition = labs.find(({ id }) => id === lab)
      for (const [task, check] of Object.entries(one?.tasks ?? {})) {
        if (!definition) continue
        for (const { key } of check.check(noEvidence(definition)).points) said.add(`${lab}.${task}.${key}`)
        for (const { verdict, says } of Object.values(check.wrong)) {
          if (verdict !== 'cannot-tell') said.add(`${lab}.${task}.${says}`)
        }
      }
    }
    expect(Object.keys(words(lang)).sort()).toEqual([...said].sort())
  })
})
