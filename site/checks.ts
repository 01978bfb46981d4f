/** What is judged in the labs of the catalog, at build time, and the solutions that stand beside them. */
import type { Checks } from '../labs/checks/judge.ts'

const checks = import.meta.glob<Checks>('/labs/catalog/*/checks.ts', { eager: true, import: 'default' })
const solutions = import.meta.glob<string>(
  ['/labs/catalog/*/solution/*/*.{ts,py}', '!/labs/catalog/*/solution/*/deeds.ts'],
  { eager: true, import: 'default', query: '?raw' },
)

/** What is judged in a lab; nothing where its folder has no `checks.ts`. */
export function checksIn(lab: string): Checks {
  return checks[`/labs/catalog/${lab}/checks.ts`] ?? {}
}

/** The text of a program in a task's solution; null when the solution leaves it as it is. */
export function solutionOf(lab: string, task: string, file: string): string | null {
  return solutions[`/labs/catalog/${lab}/solution/${task}/${file}`] ?? null
}
