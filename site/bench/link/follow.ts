/** Copies links to a moment and opens them; what a link says wrongly is told, and takes nothing away. */
import type { RunLanguage } from '../../../labs/events.ts'
import { langOf } from '../../languages.ts'
import { copy } from '../clipboard.ts'
import { untouched } from '../fold.ts'
import type { PanelName } from '../opened.ts'
import type { Playback } from '../playback.ts'
import { type Sentence, word } from '../words.ts'
import { type LinkedMoment, linkTo, readLink, withoutLink } from './link.ts'
import { linkWords } from './words.ts'

/** The lab that an address links to, or the first of the page where it has none of that name. */
export interface Linked {
  readonly root: HTMLElement
  readonly playback: Playback
  readonly programs: readonly { readonly name: string; language: RunLanguage }[]
  /** Opens and closes panels here, and not in other labs: their reader has pressed none of them. */
  readonly press: (pressed: Partial<Record<PanelName, boolean>>) => void
  /** Plays the recorded run and stands at this step; null: at its end. */
  readonly play: (at: number | null) => Promise<void>
  readonly say: (trouble: string) => void
}

/** Opens what the page's address links to. */
export async function follow({ root, playback, programs, press, play, say }: Linked): Promise<void> {
  const tellTroubles = async (troubles: readonly Sentence[]) => {
    if (troubles.length > 0) say(await tell(root.lang, troubles))
  }
  const lab = new URLSearchParams(location.search).get('lab') ?? ''
  if (lab !== root.dataset.lab) {
    return tellTroubles([{ key: 'link.unknown-lab', values: { lab: lab.slice(0, 40) } }])
  }
  const toggles = [...root.querySelectorAll<HTMLElement>('[data-toggle]')]
  const offered = toggles.map(({ dataset }) => dataset.toggle as PanelName)
  const names = programs.map(({ name }) => name)
  const { languages, panels, at, troubles } = readLink(location.search, {
    programs: names,
    runs: playback.runs,
    panels: offered,
  })
  for (const program of programs) program.language = languages?.[program.name] ?? program.language
  if (playback.linked(untouched(names)) === null) return tellTroubles([...troubles, { key: 'link.nothing' }])
  if (panels) press(Object.fromEntries(offered.map((panel) => [panel, panels.includes(panel)])))
  playback.choose()
  await play(at)
  await tellTroubles(troubles)
}

/** The page's address no longer says what a link said. */
export function leaveLink(): void {
  history.replaceState(history.state, '', withoutLink(location.href))
}

/** Copies a link. `isShown` says that what is shown is the run to which it leads. @returns what to tell. */
export async function copyLink(lang: string, moment: LinkedMoment | null, isShown: boolean): Promise<string> {
  if (moment === null) return tell(lang, [{ key: 'link.no-recording' }])
  const link = linkTo(location, moment)
  const key = `link.${(await copy(link)) ? 'copied' : 'refused'}${isShown ? '' : '-own'}`
  return tell(lang, [{ key, values: { at: moment.at, link } }])
}

/** What is said of a link to a step that the run does not have. */
export function tellBeyond(lang: string, at: number, last: number): Promise<string> {
  return tell(lang, [{ key: 'link.beyond', values: { at, last } }])
}

async function tell(lang: string, sentences: readonly Sentence[]): Promise<string> {
  const words = await linkWords(langOf(lang.slice(0, 2)))
  const comma = word(words, { key: 'link.comma' })
  return sentences
    .map(({ key, values = {} }) => {
      const { panels } = values
      const listed = typeof panels === 'string' ? { ...values, panels: panels.replaceAll(',', comma) } : values
      return word(words, { key, values: listed })
    })
    .join(word(words, { key: 'link.between' }))
}
