/** What a reader has done in this course, as it is kept and as it travels in a file. Pure. */

/** What a lesson was to its reader. Times are ISO texts. */
export interface LessonDone {
  readonly seen?: string
  /** Its end was reached. */
  readonly read?: string
}

export interface PredictionDone {
  /** The option that was chosen; null when the reader skipped the question. */
  readonly choice: string | null
  /** What the run showed; null while no run has decided it. */
  readonly shown: string | null
  readonly when: string
}

export interface QuizDone {
  /** Whether the first answer of the latest try was right. */
  readonly right: boolean
  readonly tries: number
  readonly when: string
}

export interface Progress {
  /** By the lesson's path: `udp/the-datagram-that-vanished`. */
  readonly lessons: Readonly<Record<string, LessonDone>>
  /** By the lab's id: when it was last run. */
  readonly labs: Readonly<Record<string, { readonly run: string }>>
  /** By `<lab>/<id>`. */
  readonly predictions: Readonly<Record<string, PredictionDone>>
  /** By `<lab>/<id>`: when it was first passed. */
  readonly tasks: Readonly<Record<string, { readonly passed: string }>>
  /** By `<lesson's path>/<id>`. */
  readonly quizzes: Readonly<Record<string, QuizDone>>
  /** Where the reader was last: a lesson's path, and the section's id. */
  readonly last: { readonly lesson: string; readonly section: string; readonly when: string } | null
}

export const NOTHING_DONE: Progress = { lessons: {}, labs: {}, predictions: {}, tasks: {}, quizzes: {}, last: null }

/** By these a file, or what is kept, is known to be ours. */
export const FORMAT = 'both-ends progress'
export const VERSION = 1

/** Why a text is no progress that this course can take over. */
export type ProgressTrouble =
  | { readonly kind: 'not-ours' }
  | { readonly kind: 'other-version'; readonly found: number; readonly known: number }
  | { readonly kind: 'broken'; readonly detail: string }

export type ReadProgress = { readonly progress: Progress } | { readonly trouble: ProgressTrouble }

/** The text that the browser keeps, and that a file begins with. */
export function progressText(progress: Progress): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...progress }, null, 1)}\n`
}

/** Reads what `progressText` wrote. What a newer course knows of lessons and tasks is kept, though nobody here asks. */
export function readProgress(text: string): ReadProgress {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return { trouble: { kind: 'not-ours' } }
  }
  if (!isRecord(raw) || raw.format !== FORMAT) return { trouble: { kind: 'not-ours' } }
  if (raw.version !== VERSION) {
    return { trouble: { kind: 'other-version', found: Number(raw.version), known: VERSION } }
  }
  try {
    return {
      progress: {
        lessons: each(raw, 'lessons', (one) => ({ ...time(one, 'seen', true), ...time(one, 'read', true) })),
        labs: each(raw, 'labs', (one) => ({ run: timeOf(one, 'run') })),
        predictions: each(raw, 'predictions', (one) => ({
          choice: name(one, 'choice'),
          shown: name(one, 'shown'),
          when: timeOf(one, 'when'),
        })),
        tasks: each(raw, 'tasks', (one) => ({ passed: timeOf(one, 'passed') })),
        quizzes: each(raw, 'quizzes', (one) => ({
          right: one.right === true,
          tries: count(one, 'tries'),
          when: timeOf(one, 'when'),
        })),
        last: lastOf(raw.last),
      },
    }
  } catch (error) {
    return { trouble: { kind: 'broken', detail: (error as Error).message } }
  }
}

/** Both together: nothing of either is lost; of what both have, the better or the later counts. */
export function merged(one: Progress, other: Progress): Progress {
  return {
    lessons: join(one.lessons, other.lessons, (a, b) => ({
      ...earliest('seen', a.seen, b.seen),
      ...earliest('read', a.read, b.read),
    })),
    labs: join(one.labs, other.labs, (a, b) => (a.run > b.run ? a : b)),
    predictions: join(one.predictions, other.predictions, (a, b) => {
      if ((a.shown === null) !== (b.shown === null)) return a.shown === null ? b : a
      return a.when <= b.when ? a : b
    }),
    tasks: join(one.tasks, other.tasks, (a, b) => (a.passed <= b.passed ? a : b)),
    quizzes: join(one.quizzes, other.quizzes, (a, b) => {
      const later = a.when > b.when ? a : b
      return { ...later, right: a.right || b.right, tries: Math.max(a.tries, b.tries) }
    }),
    last: (one.last?.when ?? '') >= (other.last?.when ?? '') ? one.last : other.last,
  }
}

function join<T>(
  one: Readonly<Record<string, T>>,
  other: Readonly<Record<string, T>>,
  both: (a: T, b: T) => T,
): Record<string, T> {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries(
    [...names].map((key) => {
      const [a, b] = [one[key], other[key]]
      return [key, a !== undefined && b !== undefined ? both(a, b) : ((a ?? b) as T)]
    }),
  )
}

function earliest(key: string, a: string | undefined, b: string | undefined): LessonDone {
  const times = [a, b].filter((one) => one !== undefined).sort()
  return times[0] === undefined ? {} : { [key]: times[0] }
}

/** More entries than any course has. */
const MOST = 2000

function each<T>(
  raw: Record<string, unknown>,
  field: string,
  read: (one: Record<string, unknown>) => T,
): Record<string, T> {
  const value = raw[field] ?? {}
  if (!isRecord(value)) throw new Error(`\`${field}\` is no list of what was done`)
  const entries = Object.entries(value)
  if (entries.length > MOST) throw new Error(`\`${field}\` has ${entries.length} entries`)
  return Object.fromEntries(
    entries.map(([key, one]) => {
      if (!isRecord(one) || key.length > 200) throw new Error(`\`${field}\` has an entry that cannot be read`)
      return [key, read(one)]
    }),
  )
}

function lastOf(value: unknown): Progress['last'] {
  if (!isRecord(value)) return null
  const { lesson, section } = value
  if (typeof lesson !== 'string' || typeof section !== 'string') return null
  return { lesson, section, when: timeOf(value, 'when') }
}

function timeOf(one: Record<string, unknown>, key: string): string {
  return time(one, key, false)[key] as string
}

function time(one: Record<string, unknown>, key: string, optional: boolean): Record<string, string> {
  const value = one[key]
  if (value === undefined && optional) return {}
  if (typeof value === 'string' && value.length < 40 && !Number.isNaN(Date.parse(value))) return { [key]: value }
  throw new Error(`\`${key}\` is ${JSON.stringify(value)?.slice(0, 40)}, which is no time`)
}

function name(one: Record<string, unknown>, key: string): string | null {
  const value = one[key] ?? null
  if (value === null || (typeof value === 'string' && value.length < 80)) return value
  throw new Error(`\`${key}\` is ${JSON.stringify(value).slice(0, 40)}`)
}

function count(one: Record<string, unknown>, key: string): number {
  const value = one[key]
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value)
  throw new Error(`\`${key}\` is ${JSON.stringify(value)?.slice(0, 40)}`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
