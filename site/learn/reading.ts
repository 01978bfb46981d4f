/** Keeps where a lesson was read, and says in its contents what was done. Comes with the first sign of a reader. */
import { word } from '../bench/words.ts'
import { langOf } from '../languages.ts'
import { type LessonAsks, stateOf } from './contents.ts'
import { stateWords, troubleWords } from './say.ts'
import { changeProgress, now, onProgress, progress, storeTrouble } from './store.ts'
import { learnWords } from './words.ts'

/** Begins to keep what is read of the lesson of this page. */
export async function read(main: HTMLElement): Promise<void> {
  const path = main.dataset.lesson ?? ''
  const asks = JSON.parse(main.dataset.asks ?? '{}') as LessonAsks
  const words = await learnWords(langOf(document.documentElement.lang.slice(0, 2)))
  const place = document.querySelector<HTMLElement>('[data-rail-progress]')
  const show = () => {
    const trouble = storeTrouble()
    const text = trouble ? troubleWords(words, trouble) : stateWords(words, asks, stateOf(path, asks, progress()))
    if (place) place.textContent = text === '' ? '' : `${word(words, { key: 'progress.lesson' })}: ${text}`
  }
  onProgress(show)
  seen(path)
  show()
  const foot = document.querySelector('.foot')
  const end = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) keep(path, 'read')
  })
  if (foot) end.observe(foot)
  // Where the reader was is kept when the page is left, not while it scrolls.
  const leave = () => document.visibilityState === 'hidden' && seen(path)
  document.addEventListener('visibilitychange', leave)
  addEventListener('pagehide', () => seen(path))
}

function seen(path: string): void {
  const section = document.querySelector<HTMLAnchorElement>('.rail [aria-current]')?.hash.slice(1) ?? ''
  keep(path, 'seen')
  const last = { lesson: path, section: decodeURIComponent(section), when: now() }
  changeProgress((before) => ({ ...before, last }))
}

function keep(path: string, what: 'seen' | 'read'): void {
  if (progress().lessons[path]?.[what]) return
  changeProgress((before) => ({
    ...before,
    lessons: { ...before.lessons, [path]: { ...before.lessons[path], [what]: now() } },
  }))
}
