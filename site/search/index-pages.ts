/** Makes the index that the search asks, from the built pages; in the making, hands out that of the last build. */
import { createReadStream, globSync, statSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration, AstroIntegrationLogger } from 'astro'
import type { CustomRecord, NewFileResponse, PagefindIndex } from 'pagefind'
import { LANGUAGES, type Lang, other, TAG } from '../languages.ts'
import { divided, dividedPage } from './han.ts'

/** Where the index lies below the built site. */
const FOLDER = 'pagefind'

/** What of Pagefind's files the search uses; the others are interfaces of its own. */
const USED =
  /^(?:pagefind(?:-worker)?\.js|pagefind-entry\.json|pagefind\.[\w.-]+\.pf_meta|wasm\..*|(?:fragment|index)\/.*)$/

/** What is on a page and is not its text: controls, programs, what the article claimed, and whatever a reader is to find out first. */
const NOT_TEXT = [
  '.rail',
  '.kicker',
  '.vh',
  '.lab p',
  '.lab div',
  '.lab section',
  '.lab fieldset',
  'noscript',
  'svg',
  'this-machine',
  '.option',
  '.saw',
  '.hint',
  '.solution',
  '.why',
  '.points',
  '.against',
  '.ask-cap',
  '.claim',
  '.facts dt',
  '.kinds',
  '.refs',
]

/** The search's part of a build: an index for each language, in `pagefind/`. */
export function searchIndex(): AstroIntegration {
  return {
    name: 'both-ends:search',
    hooks: {
      // Whether pages are built, or are in the making: what else says so also depends on who builds them.
      'astro:config:setup': ({ command, updateConfig }) => {
        updateConfig({ vite: { define: { 'import.meta.env.MAKING': JSON.stringify(command === 'dev') } } })
      },
      'astro:build:done': ({ dir, logger }) => makeIndex(fileURLToPath(dir), logger),
      'astro:server:setup': ({ server }) => {
        server.middlewares.use(`/${FOLDER}`, (request, response, next) => {
          const path = normalize(decodeURIComponent((request.url ?? '').replace(/\?.*$/, '')))
          const file = join(server.config.root, 'dist', FOLDER, path)
          if (path.includes('..') || !statSync(file, { throwIfNoEntry: false })?.isFile()) return next()
          response.setHeader('Content-Type', /\.js$/.test(path) ? 'text/javascript' : 'application/octet-stream')
          response.setHeader('Cache-Control', 'no-store')
          createReadStream(file).pipe(response)
        })
      },
    },
  }
}

/**
 * Indexes the pages in a folder. Without Pagefind, which is missing where only the runtime's packages were installed, the
 * pages are built all the same, and the search says that it has no index.
 * @throws {Error} when Pagefind is there and refuses.
 */
async function makeIndex(folder: string, logger: AstroIntegrationLogger): Promise<void> {
  const pagefind = await import('pagefind').catch(() => null)
  if (pagefind === null) return logger.warn('Pagefind is not installed: these pages have no search.')
  try {
    const index = whole(await pagefind.createIndex({ excludeSelectors: NOT_TEXT })).index as PagefindIndex
    for (const lang of LANGUAGES) {
      for (const page of globSync(`${lang}/**/index.html`, { cwd: folder }).sort()) {
        const html = apart(await readFile(join(folder, page), 'utf8'))
        const url = `/${page.replaceAll('\\', '/').replace(/index\.html$/, '')}`
        whole(await index.addHTMLFile({ url, content: lang === 'zh' ? dividedPage(html) : html }))
      }
      for (const record of await termsIn(lang)) whole(await index.addCustomRecord(record))
    }
    const { files } = whole(await index.getFiles())
    for (const { path, content } of files.filter(({ path }) => USED.test(path))) {
      const file = join(folder, FOLDER, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, content)
    }
  } finally {
    await pagefind.close()
  }
}

/** A page in which words do not run together where the page keeps them apart by its looks. */
function apart(html: string): string {
  return html.replace(/<\/(?:span|small|dt|dd|th|td)>|<\/a>(?=\s*<small)/g, '$& ')
}

/** Every term of the glossary is found by itself, by its name in either language. */
async function termsIn(lang: Lang): Promise<CustomRecord[]> {
  const [own, twin] = await Promise.all([lang, other(lang)].map((one) => wordsOf(one, 'glossary')))
  return Object.keys(own ?? {}).flatMap((key) => {
    const [, id] = /^term\.([a-z-]+)$/.exec(key) ?? []
    if (id === undefined) return []
    const title = own?.[key] ?? ''
    const content = `${title} · ${twin?.[key]} · ${own?.[`${key}.is`]}`
    return [
      {
        url: `/${lang}/glossary/#${id}`,
        language: TAG[lang].toLowerCase(),
        meta: { title, place: own?.['glossary.title'] ?? '' },
        content: lang === 'zh' ? divided(content) : content,
      },
    ]
  })
}

async function wordsOf(lang: Lang, file: string): Promise<Record<string, string>> {
  const path = join(import.meta.dirname, '../../content/ui', lang, `${file}.json`)
  return JSON.parse(await readFile(path, 'utf8'))
}

/** An answer of Pagefind's in which nothing went wrong. */
function whole<Answer extends Pick<NewFileResponse, 'errors'>>(answer: Answer): Answer {
  if (answer.errors.length > 0) throw new Error(`The search index cannot be made: ${answer.errors.join('; ')}`)
  return answer
}
