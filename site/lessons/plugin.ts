import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'
import { checkLesson } from './check.ts'

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

/** The folders of `labs/catalog/` that hold a lab. */
function labIds(): string[] {
  const catalog = path.join(ROOT, 'labs/catalog')
  const isLab = (name: string) => statSync(path.join(catalog, name, 'lab.ts'), { throwIfNoEntry: false })?.isFile()
  return readdirSync(catalog).filter(isLab).sort()
}
