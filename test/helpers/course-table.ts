/** What the course asks and proves, as a table. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asksOf } from '../../site/learn/contents.ts'

const COURSE = join(import.meta.dirname, '..', '..')

/** One row: a lesson in one language. */
export interface Row {
  readonly lesson: string
  readonly lang: string
  readonly labs: number
  readonly predictions: number
  readonly tasks: number
  /** Wrong answers to the tasks of its labs, each proved in both programming languages. */
  readonly wrong: number
  readonly quizzes: number
}

/** All lessons in the order of their paths, each with both languages. */
export function courseRows(): Row[] {
  const files = globSync('content/{en,zh}/*/*.mdx', { cwd: COURSE }).sort()
  return files
    .map((file) => {
      const [, lang = '', ...path] = file.split('/')
      const asks = asksOf(readFileSync(join(COURSE, file), 'utf8'))
      const labs = [...new Set(asks.tasks.map((task) => task.split('/')[0] ?? ''))]
      return {
        lesson: path.join('/').replace(/\.mdx$/, ''),
        lang,
        labs: asks.labs.length,
        predictions: asks.predictions.length,
        tasks: asks.tasks.length,
        wrong: labs.reduce((sum, lab) => sum + wrongOf(lab), 0),
        quizzes: asks.quizzes.length,
      }
    })
    .sort((a, b) => a.lesson.localeCompare(b.lesson) || a.lang.localeCompare(b.lang))
}

/** The table as lines of text. */
export function courseTable(): string[] {
  const head = ['lesson', 'language', 'labs', 'predictions', 'tasks', 'wrong answers', 'questions']
  const rows = courseRows()
  const cells = rows.map((row) => [row.lesson, row.lang, ...numbers(row)])
  const sums = ['en', 'zh'].map((lang) => {
    const own = rows.filter((row) => row.lang === lang)
    const all = own.map((row) => numbers(row).map(Number))
    const sum = head.slice(2).map((_, at) => String(all.reduce((total, one) => total + (one[at] ?? 0), 0)))
    return [`all ${own.length} lessons`, lang, ...sum]
  })
  const lines = [head, ...cells, ...sums]
  const widths = head.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  return lines.map((line) =>
    line.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  )
}

function numbers({ labs, predictions, tasks, wrong, quizzes }: Row): string[] {
  return [labs, predictions, tasks, wrong, quizzes].map(String)
}

function wrongOf(lab: string): number {
  const folder = join(COURSE, 'labs', 'catalog', lab, 'wrong')
  return existsSync(folder) ? globSync('*', { cwd: folder }).length : 0
}
