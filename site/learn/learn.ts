/**
 * Brings predictions, tasks and quizzes to life when a reader comes to them, and keeps what is read. What does that is
 * loaded then, not before.
 */

const KINDS = 'bench-predict, bench-task, bench-quiz'

let loading: Promise<unknown> | null = null

/** Loads what brings them to life, all at once. */
export function wake(): Promise<unknown> {
  loading ??= import('./elements.ts').catch((error: Error) => {
    loading = null
    console.error(error)
  })
  return loading
}

const seen = new IntersectionObserver(
  (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return
    seen.disconnect()
    void wake()
  },
  { rootMargin: '200px' },
)
for (const element of document.querySelectorAll(KINDS)) seen.observe(element)

const main = document.querySelector<HTMLElement>('main[data-lesson]')
const SIGNS = ['scroll', 'pointerdown', 'keydown'] as const
const sign = () => {
  for (const name of SIGNS) removeEventListener(name, sign)
  if (main) void import('./reading.ts').then(({ read }) => read(main)).catch(console.error)
}
for (const name of SIGNS) addEventListener(name, sign, { passive: true })
