/** At the first sign of a reader: keeps what is read, and brings predictions, tasks and quizzes to life. */

const SIGNS = ['scroll', 'pointermove', 'pointerdown', 'keydown', 'focusin'] as const

function sign(): void {
  for (const name of SIGNS) removeEventListener(name, sign)
  import('./begin.ts').catch(console.error)
}
for (const name of SIGNS) addEventListener(name, sign, { passive: true })
// Loaded again where it was left, a page has been scrolled already.
if (scrollY > 0) sign()
