/**
 * Links to a moment of a lab's recorded run: `?lab=udp-aligned&run=py-ts&panels=code,wire&at=12#lab-udp-aligned`. They name
 * the lab, the languages of the run, the panels that are open, and the step. Pure.
 */
import { LANGUAGES, type Language } from '../../../labs/lab.ts'
import { mixtureOf } from '../../../labs/mixture.ts'
import { PANELS, type PanelName } from '../opened.ts'
import type { Sentence } from '../words.ts'

/** What a link leads to. */
export interface LinkedMoment {
  readonly lab: string
  /** The languages of the run, as `mixtureOf` names them. */
  readonly run: string
  readonly panels: readonly PanelName[]
  readonly at: number
}

/** What a link that was opened asks of its lab; what it says wrongly is left out, and told in `troubles`. */
export interface Wanted {
  /** Null: those that are chosen. */
  readonly languages: Readonly<Record<string, Language>> | null
  /** Null: as they are. */
  readonly panels: readonly PanelName[] | null
  /** Null: the end. */
  readonly at: number | null
  /** Sentences of `content/ui/<lang>/link.json`. */
  readonly troubles: readonly Sentence[]
}

/** What there is in the lab for a link to name. */
export interface Known {
  readonly programs: readonly string[]
  /** The mixtures that are recorded. */
  readonly runs: readonly string[]
  readonly panels: readonly PanelName[]
}

const NAMES = ['lab', 'run', 'panels', 'at'] as const

/** A moment's link on the page of this address, of which nothing but its path is kept: its query may hold a key. */
export function linkTo({ origin, pathname }: Pick<URL, 'origin' | 'pathname'>, moment: LinkedMoment): string {
  const { lab, run, panels, at } = moment
  const values = { lab, run, panels: panels.join(','), at: String(at) }
  const query = NAMES.map((name) => `${name}=${encodeURIComponent(values[name]).replaceAll('%2C', ',')}`)
  return `${origin}${pathname}?${query.join('&')}#lab-${lab}`
}

/** The address without what a link says, once that no longer counts. */
export function withoutLink(address: string): string {
  const url = new URL(address)
  for (const name of NAMES) url.searchParams.delete(name)
  return url.href
}

/** What a link's query asks of the lab that it names. */
export function readLink(search: string, { programs, runs, panels }: Known): Wanted {
  const query = new URLSearchParams(search)
  const troubles: Sentence[] = []
  const run = query.get('run')
  const languages = run === null ? null : languagesOf(run, programs, runs)
  if (run !== null && languages === null) troubles.push({ key: 'link.unknown-run', values: { run: short(run) } })
  const named =
    query
      .get('panels')
      ?.split(',')
      .filter((name) => name !== '') ?? []
  const isKnown = (name: string) => (panels as readonly string[]).includes(name)
  const strangers = named.filter((name) => !isKnown(name)).slice(0, PANELS.length)
  // The list is worded where the language is known.
  if (strangers.length > 0) {
    troubles.push({ key: 'link.unknown-panels', values: { panels: strangers.map(short).join(',') } })
  }
  const open = PANELS.filter((panel) => named.includes(panel) && isKnown(panel))
  const step = query.get('at')
  const at = step !== null && /^\d{1,9}$/.test(step) && Number(step) > 0 ? Number(step) : null
  if (step !== null && at === null) troubles.push({ key: 'link.no-step', values: { at: short(step) } })
  return { languages, panels: open.length > 0 ? open : null, at, troubles }
}

function languagesOf(
  run: string,
  programs: readonly string[],
  runs: readonly string[],
): Readonly<Record<string, Language>> | null {
  const parts = run.split('-')
  const isRun = runs.includes(run) && parts.length === programs.length
  if (!isRun || !parts.every((part) => (LANGUAGES as readonly string[]).includes(part))) return null
  const languages = Object.fromEntries(programs.map((program, i) => [program, parts[i] as Language]))
  return mixtureOf(programs, languages) === run ? languages : null
}

/** As much of what somebody wrote as fits into a sentence. */
function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
