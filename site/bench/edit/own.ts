/** What is kept of one program's text: the reader's own, and what stood there before. Pure. */

/** How a text came to be a program's. */
export const REASONS = [
  /** The reader typed it. */
  'edited',
  /** The reader wanted the course's again. Its text is null. */
  'reset',
  /** The course's solution of a task. */
  'solution',
  /** The reader wanted an earlier one of theirs again. */
  'brought-back',
  /** It came out of a file of the reader's. */
  'imported',
] as const
export type Reason = (typeof REASONS)[number]

/** A text that stood there once. */
export interface Earlier {
  readonly text: string
  readonly reason: Reason
  /** When it was put aside, in ms since 1970. */
  readonly at: number
}

/** A program's text as a browser keeps it. */
export interface Own {
  /** What is run; null: the course's. */
  readonly text: string | null
  readonly reason: Reason
  /** The print of the course's text from which it was begun; null where that is not known. */
  readonly base: string | null
  /** The latest first; no text twice. */
  readonly history: readonly Earlier[]
}

/** So many earlier texts of a program are kept, and so many characters of them; the oldest are let go. */
export const HISTORY = { texts: 30, characters: 256 * 1024 } as const

/** A program of which nothing is kept. */
export const SHIPPED: Own = { text: null, reason: 'reset', base: null, history: [] }

/** Texts that are the reader's work. A solution is so as soon as it is edited. */
export function isReaders({ reason }: Pick<Earlier, 'reason'>): boolean {
  return reason === 'edited' || reason === 'brought-back' || reason === 'imported'
}

/**
 * The program with another text. What stood there is kept, unless the reader goes on typing in it.
 * @param text null: the course's
 */
export function put(own: Own, text: string | null, reason: Reason, at: number): Own {
  if (text === own.text) return own
  const kept = reason === 'edited' ? own : keep(own, at)
  const base = text === null || own.text === null ? null : own.base
  return { text, reason: text === null ? 'reset' : reason, base, history: kept.history }
}

/** The program with its present text among the earlier ones as well. */
export function keep(own: Own, at: number): Own {
  const { text, reason } = own
  return text === null || own.history[0]?.text === text ? own : remember(own, { text, reason, at })
}

/** The program with an earlier text more. */
export function remember(own: Own, earlier: Earlier): Own {
  return { ...own, history: bounded([earlier, ...own.history.filter(({ text }) => text !== earlier.text)]) }
}

function bounded(all: readonly Earlier[]): Earlier[] {
  let characters = 0
  return all.slice(0, HISTORY.texts).filter(({ text }, index) => {
    characters += text.length
    return index === 0 || characters <= HISTORY.characters
  })
}

/**
 * The program with what a file of the reader's has of it. The file's text is what is run from now on; what stood here is kept
 * before anything of the file's, so that nothing of it is let go for that. The same program where the file has nothing new.
 */
export function takeOver(own: Own, other: Own, at: number): Own {
  const { text, base } = other
  const reason = isReaders(other) ? 'imported' : other.reason
  const present = text === null || text === own.text ? own : { ...put(own, text, reason, at), base }
  const known = new Set(present.history.map((earlier) => earlier.text))
  const news = other.history.filter((earlier) => earlier.text !== present.text && !known.has(earlier.text))
  if (news.length === 0) return present
  return { ...present, history: bounded([...present.history, ...news]) }
}

/** The reader's latest text that is not the present one; null where there is none. */
export function lastOwn({ text, history }: Own): Earlier | null {
  return history.find((earlier) => isReaders(earlier) && earlier.text !== text) ?? null
}

/** A short print of a text, by which it is known again: FNV-1a over UTF-16, 32 bits, and the length. */
export function printOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return `${(hash >>> 0).toString(16)}-${text.length}`
}

/** Reads what was kept. Null for what is not sound. */
export function readOwn(value: unknown): Own | null {
  const { text, reason, base, history } = Object(value) as Record<string, unknown>
  if (!(text === null || typeof text === 'string') || !isReason(reason) || !Array.isArray(history)) return null
  const read = history.map(readEarlier)
  if (read.includes(null)) return null
  return { text, reason, base: typeof base === 'string' ? base : null, history: read as Earlier[] }
}

function readEarlier(value: unknown): Earlier | null {
  const { text, reason, at } = Object(value) as Record<string, unknown>
  if (typeof text !== 'string' || !isReason(reason) || typeof at !== 'number' || !Number.isFinite(at)) return null
  return { text, reason, at }
}

function isReason(value: unknown): value is Reason {
  return REASONS.includes(value as Reason)
}
