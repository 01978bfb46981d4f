/** Begins to keep what is read, and to bring to life what a lesson asks when its reader comes to it. */
import { read } from './reading.ts'
import { wake } from './wake.ts'

const main = document.querySelector<HTMLElement>('main[data-lesson]')
if (main) void read(main).catch(console.error)

const seen = new IntersectionObserver(
  (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return
    seen.disconnect()
    void wake()
  },
  { rootMargin: '200px' },
)
for (const element of document.querySelectorAll('bench-predict, bench-task, bench-quiz')) seen.observe(element)
