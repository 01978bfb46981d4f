/** The course map shows what its reader has done, and where to go on. */
import { download } from '../bench/files.ts'
import { changeSettings, settings } from '../bench/settings.ts'
import { type Words, word } from '../bench/words.ts'
import { langOf } from '../languages.ts'
import { type LessonAsks, shareOf, stateOf } from './contents.ts'
import { merged, type Progress } from './progress.ts'
import { stateWords, troubleWords } from './say.ts'
import { changeProgress, forgetProgress, onProgress, progress, storeTrouble } from './store.ts'
import { learnWords } from './words.ts'

const lang = langOf(document.documentElement.lang.slice(0, 2))

/** The lessons of the map, with what each asks. */
const lessons = [...document.querySelectorAll<HTMLElement>('a.les[data-lesson]')].map((link) => ({
  link,
  path: link.dataset.lesson ?? '',
  asks: JSON.parse(link.dataset.asks ?? '{}') as LessonAsks,
}))

const panel = document.querySelector<HTMLElement>('[data-progress-panel]')
if (panel) void learnWords(lang).then((words) => begin(panel, words))

function begin(panel: HTMLElement, words: Words): void {
  const say = (key: string, values: Record<string, string | number> = {}) => {
    const place = panel.querySelector<HTMLElement>('[data-progress-say]')
    if (place) place.textContent = word(words, { key, values })
  }
  const show = () => {
    const done = progress()
    for (const { link, path, asks } of lessons) {
      const state = stateOf(path, asks, done)
      link.dataset.done = state.complete ? 'all' : state.seen ? 'some' : 'none'
      link.style.setProperty('--share', String(shareOf(asks, state)))
      const place = link.querySelector<HTMLElement>('[data-lesson-state]')
      if (place) place.textContent = stateWords(words, asks, state)
    }
    goOn(words, done)
    const trouble = storeTrouble()
    const place = panel.querySelector<HTMLElement>('[data-progress-trouble]')
    if (!place) return
    place.hidden = trouble === null
    place.textContent = trouble === null ? '' : troubleWords(words, trouble)
  }
  panel.hidden = false
  show()
  onProgress(show)
  // Another tab of the course has written.
  addEventListener('storage', show)
  addEventListener('pageshow', show)
  on(panel, '[data-progress-save]', async () => {
    const { fileText, versions } = await carried()
    const name = `both-ends-progress-${new Date().toISOString().slice(0, 10)}.json`
    download(new File([fileText(progress(), versions.all())], name, { type: 'application/json' }))
    say('progress.saved', { file: name })
  })
  const input = panel.querySelector<HTMLInputElement>('[data-progress-file]')
  on(panel, '[data-progress-open]', () => input?.click())
  input?.addEventListener('change', async () => {
    const [file] = input.files ?? []
    // The same file may be chosen again.
    input.value = ''
    if (!file) return
    const { LARGEST, readFile, versions } = await carried()
    if (file.size > LARGEST) return say('progress.too-large', { file: file.name })
    const read = readFile(await file.text())
    if ('trouble' in read) {
      const { kind, ...values } = read.trouble
      return say(`progress.${kind}`, { file: file.name, ...values })
    }
    changeProgress((before) => merged(before, read.progress))
    const { notKept, ...counts } = versions.takeOver(read.programs)
    const kind = notKept ? '-unkept' : counts.replaced > 0 ? '-replaced' : counts.taken > 0 ? '-programs' : ''
    say(`progress.opened${kind}`, counts)
  })
  let sure = false
  on(panel, '[data-progress-forget]', (button) => {
    button.textContent = word(words, { key: sure ? 'progress.forget' : 'progress.forget-sure' })
    sure = !sure
    if (sure) return
    forgetProgress()
    say('progress.forgotten')
  })
  const ask = panel.querySelector<HTMLInputElement>('[data-ask]')
  if (!ask) return
  ask.checked = settings().ask
  ask.addEventListener('change', () => changeSettings({ ask: ask.checked }))
}

/** What a map needs for a file alone: how it is written and read, and readers' own programs as they are kept now. */
async function carried() {
  const [file, { Versions }] = await Promise.all([import('./progress-file.ts'), import('../bench/edit/versions.ts')])
  return { ...file, versions: new Versions(() => localStorage) }
}

/** The place at the head of the map: where the reader was last, if anywhere. */
function goOn(words: Words, { last }: Progress): void {
  const place = document.querySelector<HTMLElement>('[data-begin]')
  const lesson = lessons.find(({ path }) => path === last?.lesson)
  if (!place || !lesson || last === null) return
  const { link } = lesson
  const set = (selector: string, text: string) => {
    const element = place.querySelector<HTMLElement>(selector)
    if (element) element.textContent = text
  }
  set('.cap', word(words, { key: 'progress.continue' }))
  set('h2', link.querySelector('.title')?.textContent?.trim() ?? '')
  set('[data-begin-lead]', link.dataset.lead ?? '')
  const number = link.querySelector('.no')?.textContent ?? ''
  const button = place.querySelector<HTMLAnchorElement>('a.btn')
  if (!button) return
  button.textContent = word(words, { key: 'progress.go-on', values: { number } })
  button.href = `${link.getAttribute('href')}${last.section ? `#${encodeURIComponent(last.section)}` : ''}`
}

function on(root: HTMLElement, selector: string, act: (element: HTMLElement) => void): void {
  const element = root.querySelector<HTMLElement>(selector)
  element?.addEventListener('click', () => act(element))
}
