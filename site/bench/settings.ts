import { type End, LANGUAGES, type Language } from '../../labs/lab.ts'
import type { Choice } from './choice.ts'
import { PANELS, type PanelName } from './opened.ts'
import { type Speed, speedOf } from './time-line/speeds.ts'

/** What a reader set once for the whole site. */
export interface Settings {
  readonly choice: Choice
  /** The terminals' text, in px. */
  readonly font: number
  readonly screenReader: boolean
  /** Whether predictions are asked before a lab's first run. */
  readonly ask: boolean
  /** How fast runs are watched. */
  readonly speed: Speed
  /** The panels that stay open in every lab, because the reader opened them once. */
  readonly panels: readonly PanelName[]
  /** What the reader was told how to read: names of panels. */
  readonly met: readonly string[]
}

/** The smallest and largest text of a terminal, in px, and what it is at first. */
export const FONT = { least: 11, most: 22, first: 13 } as const

/** More than there are to meet; a store that somebody else has filled is not kept. */
const MOST_MET = 32

const KEY = 'both-ends:lab'
const ENDS: readonly End[] = ['waits', 'begins']

/** Reads what was kept. Whatever is not sound is as if it had never been set. */
export function readSettings(kept: string | null): Settings {
  let raw: Record<string, unknown> = {}
  try {
    raw = Object(JSON.parse(kept ?? '{}'))
  } catch {
    // Somebody else wrote there.
  }
  const choice = Object(raw.choice) as Record<string, unknown>
  const chosen = ENDS.filter((end) => LANGUAGES.includes(choice[end] as Language))
  return {
    choice: Object.fromEntries(chosen.map((end) => [end, choice[end]])),
    font: typeof raw.font === 'number' && Number.isFinite(raw.font) ? boundFont(raw.font) : FONT.first,
    screenReader: raw.screenReader === true,
    ask: raw.ask !== false,
    speed: speedOf(raw.speed),
    panels: PANELS.filter((panel) => Array.isArray(raw.panels) && raw.panels.includes(panel)),
    met: Array.isArray(raw.met) ? raw.met.filter((name) => typeof name === 'string').slice(0, MOST_MET) : [],
  }
}

/** The nearest size a terminal's text may have. */
export function boundFont(px: number): number {
  return Math.min(Math.max(Math.round(px), FONT.least), FONT.most)
}

let current: Settings | undefined
const listeners = new Set<(settings: Settings) => void>()

/** The reader's settings, as this page last read or changed them. */
export function settings(): Settings {
  try {
    current ??= readSettings(localStorage.getItem(KEY))
  } catch {
    // Storage is switched off: settings last as long as the page.
    current ??= readSettings(null)
  }
  return current
}

/** Changes some settings, for this page at once and for others from their next load. */
export function changeSettings(change: Partial<Settings>): void {
  current = { ...settings(), ...change }
  try {
    localStorage.setItem(KEY, JSON.stringify(current))
  } catch {
    // As above.
  }
  for (const listener of listeners) listener(current)
}

/** @returns its undo. */
export function onSettings(listener: (settings: Settings) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What the keys begin with under which readers' versions of programs are kept; then comes the lab's id. */
export const OWN_PREFIX = 'both-ends:own:'

/** Whether anything is kept of a lab's programs; known here without loading what reads them. */
export function isAnyKept(lab: string): boolean {
  try {
    return localStorage.getItem(OWN_PREFIX + lab) !== null
  } catch {
    return false
  }
}
