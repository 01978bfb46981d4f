/**
 * The wire panel and the time line alone in a page, with a story by name, `?story=troubles&lang=zh&at=8`, or with that of
 * a recording, `?recording=udp-refused/py`.
 */
import '../../../site/styles/fonts.css'
import '../../../site/styles/tokens.css'
import '../../../site/styles/base.css'
import '../../../site/styles/controls.css'
import '../../../site/styles/page.css'
import '../../../site/styles/code.css'
import '../../../site/styles/lab.css'
import type { Story } from '../../../labs/checks/story.ts'
import { tellLatest } from '../../../labs/checks/tell.ts'
import { type LabDefinition, readLab } from '../../../labs/lab.ts'
import { knownOf, readRecording } from '../../../labs/recording.ts'
import { castOf } from '../../../site/bench/story/cast.ts'
import { storyWords } from '../../../site/bench/story/words.ts'
import { TimeLine } from '../../../site/bench/time-line/time-line.ts'
import { WirePanel } from '../../../site/bench/wire/wire-panel.ts'
import { manyLost, type Shown, STORIES } from '../../helpers/stories.ts'
import './harness.css'

/** What tests take hold of. */
export interface Harness {
  /** Shows a story, at a step or (null) at now. */
  show(story: Story, at: number | null): void
  readonly shown: Shown
  readonly manyLost: typeof manyLost
  at: number | null
  readonly pointed: (number | null)[]
}

const query = new URLSearchParams(location.search)
const lang = query.get('lang') === 'zh' ? 'zh' : 'en'
document.documentElement.lang = lang === 'zh' ? 'zh-Hans' : 'en'
const theme = query.get('theme')
if (theme) document.documentElement.dataset.theme = theme
const recording = query.get('recording')
const shown = recording === null ? storyOf(query.get('story') ?? 'three-packets') : await recordedStory(recording)
const words = await storyWords(lang)
const lab = document.querySelector<HTMLElement>('.lab') as HTMLElement
lab.dataset.hosts = String(shown.cast.hosts.length)
const find = (panel: string) => document.querySelector<HTMLElement>(`[data-panel="${panel}"]`) as HTMLElement

const harness: Harness = {
  show(story, at) {
    current = story
    harness.at = at
    draw()
  },
  shown,
  manyLost,
  at: query.has('at') ? Number(query.get('at')) : null,
  pointed: [],
}
let current = shown.story
let pointed: number | null = null
const go = (at: number | null) => {
  harness.at = at
  draw()
}
const wire = new WirePanel(find('wire'), {
  words,
  lang,
  cast: shown.cast,
  title: query.get('title') ?? 'Lab',
  onPick: go,
  onPoint: (at) => {
    pointed = at
    harness.pointed.push(at)
    draw()
  },
})
const line = new TimeLine(find('timeline'), { words, lang, cast: shown.cast, onMove: go, onLink: null })

function storyOf(name: string): Shown {
  const make = STORIES[name]
  if (!make) throw new Error(`There is no story \`${name}\`; there are ${Object.keys(STORIES).join(', ')}.`)
  return make()
}

async function recordedStory(name: string): Promise<Shown> {
  const [id = '', mixture = ''] = name.split('/')
  const labs = import.meta.glob<LabDefinition>('/labs/catalog/*/lab.ts', { import: 'default' })
  const files = import.meta.glob<string>('/labs/catalog/*/recordings/*.jsonl', { query: '?raw', import: 'default' })
  const lab = readLab(id, await labs[`/labs/catalog/${id}/lab.ts`]?.())
  const text = (await files[`/labs/catalog/${id}/recordings/${mixture}.jsonl`]?.()) ?? ''
  const read = readRecording(text, knownOf(lab))
  const story = 'kind' in read ? null : tellLatest(lab, read.events)
  if (story === null) throw new Error(`There is no recording \`${name}\`, or it tells nothing.`)
  return { cast: castOf(lab), story }
}

function draw(): void {
  const at = harness.at ?? current.steps.length
  const centre = current.steps[(pointed ?? at) - 1]
  const lit = new Set(centre ? [centre.at, ...centre.related] : [])
  wire.show(current, at, lit)
  line.show(current, at, harness.at === null)
}

draw()
Object.assign(window, { harness })
document.documentElement.dataset.ready = ''
