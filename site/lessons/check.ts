/** What a lesson's text may contain besides prose. Pure: source in, sentences out. */

import { PICTURES } from '../pictures/pictures.ts'
import { checkAsks } from './asks.ts'
import { list, readShow, readThen } from './show.ts'

/** One thing wrong in a lesson; `line` counts from 1. */
export interface Problem {
  readonly line: number
  readonly message: string
}

interface Rule {
  readonly required: readonly string[]
  /** The attributes it accepts, each with its judge: undefined when the value is fine, else what is wrong. */
  readonly attributes: Readonly<Record<string, (value: string) => string | undefined>>
}

interface Tag {
  readonly name: string
  readonly line: number
  readonly attributes: readonly { readonly name: string; readonly value: string | null; readonly line: number }[]
}

/**
 * Checks the components of a lesson: unknown ones, wrong or missing attributes, labs that do not exist or stand there
 * twice, and code of its own (imports, exports). Code in fences and between backticks is text and is left alone.
 */
export function checkLesson(source: string, labs: readonly string[]): Problem[] {
  const rules = rulesFor(labs)
  const problems: Problem[] = []
  const text = withoutCode(source)
  text.split('\n').forEach((line, index, lines) => {
    const word = /^(import|export)\s/.exec(line)?.[1]
    if (word === undefined || lines[index - 1]?.trim()) return
    problems.push({
      line: index + 1,
      message: `\`${word}\`: a lesson has no code of its own; components are given to it`,
    })
  })
  problems.push(...brokenEmphasis(text), ...checkAsks(text))
  const seen = new Map<string, number>()
  const used: { tag: Tag; lab: string }[] = []
  for (const tag of tagsOf(text)) {
    const report = (message: string, line = tag.line) => problems.push({ line, message: `<${tag.name}> ${message}` })
    const rule = rules[tag.name]
    if (rule === undefined) {
      report(`is not a component of lessons; there are ${list(Object.keys(rules))}`)
      continue
    }
    const accepted = Object.keys(rule.attributes)
    for (const { name, value, line } of tag.attributes) {
      const judge = Object.hasOwn(rule.attributes, name) ? rule.attributes[name] : undefined
      if (judge === undefined) {
        const has = accepted.length > 0 ? `it has ${list(accepted)}` : 'it has none'
        report(`has no attribute \`${name}\`; ${has}`, line)
      } else if (value === null) report(`needs plain text for \`${name}\`: ${name}="…"`, line)
      else {
        const wrong = judge(value)
        if (wrong) report(wrong, line)
      }
    }
    for (const name of rule.required) {
      if (!tag.attributes.some((attribute) => attribute.name === name)) report(`needs ${name}="…"`)
    }
    const textOf = (name: string) => tag.attributes.find((attribute) => attribute.name === name)?.value ?? null
    const id = textOf('id')
    const lab = textOf('lab')
    if (id === null || !NAMED.includes(tag.name)) continue
    if (lab !== null && labs.includes(lab)) used.push({ tag, lab })
    const key = `${tag.name} ${lab ?? ''}/${id}`
    const first = seen.get(key)
    if (first === undefined) seen.set(key, tag.line)
    else if (tag.name === 'Lab') {
      report(`shows the lab \`${id}\` a second time; it stands in line ${first} already`)
    } else report(`has the id \`${id}\`, which stands in line ${first} already`)
  }
  for (const { tag, lab } of used) {
    if (seen.has(`Lab /${lab}`)) continue
    problems.push({
      line: tag.line,
      message: `<${tag.name}> is about the lab \`${lab}\`, which this lesson does not show`,
    })
  }
  return problems.sort((one, other) => one.line - other.line)
}

/** Components that are known by an id. */
const NAMED: readonly string[] = ['Lab', 'Predict', 'Task', 'Quiz']

const NAME = /^[a-z][a-z0-9-]*$/

function rulesFor(labs: readonly string[]): Record<string, Rule> {
  const lab = (value: string) =>
    labs.includes(value) ? undefined : `names the lab \`${value}\`, which does not exist; there are ${list(labs)}`
  const id = (value: string) =>
    NAME.test(value) ? undefined : `has the id \`${value}\`; use small letters, digits and hyphens`
  return {
    Lab: {
      required: ['id'],
      attributes: {
        id: lab,
        show: (value) => whyNot(readShow, value),
        // biome-ignore lint/suspicious/noThenProperty: it is the name of an attribute.
        then: (value) => whyNot(readThen, value),
      },
    },
    Picture: {
      required: ['id'],
      attributes: {
        id: (value) =>
          (PICTURES as readonly string[]).includes(value)
            ? undefined
            : `names the picture \`${value}\`, which does not exist; there are ${list(PICTURES)}`,
      },
    },
    Side: { required: [], attributes: {} },
    Predict: { required: ['id', 'lab'], attributes: { id, lab } },
    Option: { required: ['id'], attributes: { id } },
    Saw: { required: ['id'], attributes: { id } },
    Why: { required: [], attributes: {} },
    Task: { required: ['id', 'lab'], attributes: { id, lab } },
    Hint: { required: [], attributes: {} },
    Solution: { required: [], attributes: {} },
    Quiz: { required: ['id'], attributes: { id } },
    Right: { required: [], attributes: {} },
    Wrong: { required: [], attributes: {} },
    Reason: { required: [], attributes: {} },
  }
}

/** What a reader of values says of one it refuses. */
function whyNot(read: (value: string) => unknown, value: string): string | undefined {
  try {
    read(value)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Blanks front matter, fences, code spans and comments, keeping every line where it is. */
function withoutCode(source: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ')
  let fence: string | undefined
  return source
    .replace(/^---\n[\s\S]*?\n---(?=\n|$)/, blank)
    .split('\n')
    .map((line) => {
      const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
      const [, run = '', rest = ''] = mark ?? []
      if (fence !== undefined) {
        if (mark && run.startsWith(fence) && rest.trim() === '') fence = undefined
        return blank(line)
      }
      if (mark && !(run.startsWith('`') && rest.includes('`'))) {
        fence = run
        return blank(line)
      }
      return line
    })
    .join('\n')
    .replace(/(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?(?<!`)\1(?!`)/g, (span) => `\`${blank(span.slice(1, -1))}\``)
    .replace(/\{\/\*[\s\S]*?\*\/\}/g, blank)
}

/**
 * Emphasis that Markdown does not see, because it knows no Han: `**word。**next` and `next**“word”**` stay stars.
 * Marks that stand for a list, or for nothing, are no emphasis.
 */
function brokenEmphasis(text: string): Problem[] {
  const problems: Problem[] = []
  let open: string[] = []
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') open = []
    for (const { 0: run, index: at } of line.replace(/^\s*\*(?=\s)/, ' ').matchAll(/(?<![\\*])\*{1,3}(?!\*)/g)) {
      const before = line.slice(0, at).at(-1) ?? ' '
      const after = line.slice(at + run.length).at(0) ?? ' '
      const closes = open.at(-1) === run
      if (closes) open.pop()
      else if (!/\s/.test(after)) open.push(run)
      const [inner, outer] = closes ? [before, after] : [after, before]
      if (!/[\p{P}\p{S}]/u.test(inner) || /[\s\p{P}\p{S}]/u.test(outer)) continue
      const where = closes ? `put \`${inner}\` after the closing` : `put \`${inner}\` before the opening`
      problems.push({
        line: index + 1,
        message: `\`${run}\` between \`${inner}\` and \`${outer}\` stays a star; ${where} \`${run}\``,
      })
    }
  })
  return problems
}

/** The opening tags of components: names that begin with a capital letter. */
function* tagsOf(text: string): Generator<Tag> {
  const lineAt = (index: number) => text.slice(0, index).split('\n').length
  const opening = /<([A-Z][\w.]*)/g
  for (const match of text.matchAll(opening)) {
    const attributes: Tag['attributes'][number][] = []
    let at = match.index + match[0].length
    while (at < text.length) {
      const space = /^\s*/.exec(text.slice(at))?.[0].length ?? 0
      at += space
      const attribute = /^([^\s=/>{}"']+)(?:\s*=\s*("[^"]*"|'[^']*'|(?=\{)))?/.exec(text.slice(at))
      if (text[at] === '{') {
        const end = closingBrace(text, at)
        attributes.push({ name: '{…}', value: null, line: lineAt(at) })
        at = end
      } else if (attribute) {
        const [all, name = '', quoted] = attribute
        const line = lineAt(at)
        at += all.length
        if (quoted === '') at = closingBrace(text, at)
        attributes.push({ name, value: quoted ? quoted.slice(1, -1) : null, line })
      } else break
    }
    yield { name: match[1] ?? '', line: lineAt(match.index), attributes }
  }
}

function closingBrace(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at + 1
  }
  return text.length
}
