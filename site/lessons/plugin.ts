import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'
import type { Plugin } from 'vite'
import { LANGUAGES, type Lang } from '../languages.ts'
import { ERRORS } from '../reference/errors.ts'
import { checkLesson } from './check.ts'
import { fromLesson, linkFirstUses, type MarkdownNode, namesOfCodes, namesOfTerms } from './first-uses.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** Stops a build at a lesson with a mistake, and names file and line; in dev the page shows the same sentence. */
export function refuseBrokenLessons(): Plugin {
  return {
    name: 'both-ends:lessons',
    enforce: 'pre',
    transform: {
      order: 'pre',
      filter: { id: /\.mdx$/ },
      handler(source, id) {
        const file = path.relative(ROOT, id)
        const problems = checkLesson(source, labIds())
        const [first] = problems
        if (first === undefined) return
        this.error({
          message: problems.map(({ line, message }) => `${file}, line ${line}: ${message}`).join('\n'),
          loc: { file: id, line: first.line, column: 0 },
        })
      },
    },
  }
}

/** What a plugin of the Markdown processor is told of the document it reads, and may do with it. */
interface Reading {
  readonly fileURL: URL | undefined
  replaceNode(node: MarkdownNode, by: readonly MarkdownNode[]): void
  setProperty(node: MarkdownNode, name: 'url', value: string): void
}

/** Leads from the first use of a term or an error’s code in each lesson to where it can be looked up (`first-uses.ts`). */
export function lookUps(): AstroIntegration {
  return {
    name: 'both-ends:look-ups',
    hooks: {
      'astro:config:setup': ({ config }) => {
        const { name, options } = config.markdown.processor as { name: string; options?: { mdastPlugins?: unknown[] } }
        if (!options?.mdastPlugins) throw new Error(`The Markdown processor \`${name}\` takes no plugins of mdast.`)
        options.mdastPlugins.push({ name: 'both-ends:look-ups', before: lookUp })
      },
    },
  }
}

function lookUp(root: MarkdownNode, reading: Reading): void {
  const lang = languageOf(reading.fileURL)
  if (lang === null) return
  const words = JSON.parse(readFileSync(path.join(ROOT, 'content/ui', lang, 'glossary.json'), 'utf8'))
  const names = [...namesOfTerms(lang, words), ...namesOfCodes(ERRORS.map(({ code }) => code))]
  for (const { node, by } of linkFirstUses(root, names)) reading.replaceNode(node, by)
  for (const { node, url } of linksIn(root)) reading.setProperty(node, 'url', fromLesson(url))
}

/** The language of a lesson by the folder it stands in; null for a file that is no lesson. */
function languageOf(file: URL | undefined): Lang | null {
  if (file === undefined) return null
  const [room, folder] = path.relative(ROOT, fileURLToPath(file)).split(path.sep)
  return (room === 'content' && LANGUAGES.find((lang) => lang === folder)) || null
}

function* linksIn(node: MarkdownNode): Generator<{ node: MarkdownNode; url: string }> {
  if (node.type === 'link' && node.url !== undefined) yield { node, url: node.url }
  for (const child of node.children ?? []) yield* linksIn(child)
}

/** The folders of `labs/catalog/` that hold a lab. */
function labIds(): string[] {
  const catalog = path.join(ROOT, 'labs/catalog')
  const isLab = (name: string) => statSync(path.join(catalog, name, 'lab.ts'), { throwIfNoEntry: false })?.isFile()
  return readdirSync(catalog).filter(isLab).sort()
}
