/**
 * Readers' own versions of programs, kept in the browser: for each lab, program and language the text that is run in
 * place of the course's, and the texts that stood there before. Nothing is lost by any of these calls.
 *
 * For whoever offers a text, such as a task's solution:
 *
 *     import { versions } from '../edit/versions.ts'
 *     versions.put('tcp-read-loop', 'server', 'py', solution, 'solution')
 *
 * From then on that is what is shown, edited and run; what stood there before is kept. An open editor takes it over, and its
 * undo leads back. `versions.bringBack(…)` puts the reader's latest text again, and answers whether there was one.
 * `versions.get(…).text` is what would be run, null for the course's. `versions.onChange` tells of every change. To show a
 * solution beside the reader's text, open `compare.ts` with both.
 */
import { LANGUAGES, type Language } from '../../../labs/lab.ts'
import { OWN_PREFIX } from '../settings.ts'
import {
  type Earlier,
  keep,
  lastOwn,
  type Own,
  printOf,
  put,
  type Reason,
  readOwn,
  remember,
  SHIPPED,
  takeOver,
} from './own.ts'

export { type Earlier, isReaders, type Own, type Reason } from './own.ts'

/** What of the browser's storage is needed; it may throw. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** Why own versions last only as long as the page: the storage is full, or the browser has none for the course. */
export type NotKept = 'full' | 'forbidden'

/** Which program in which language. */
export interface Which {
  readonly lab: string
  readonly program: string
  readonly language: Language
}

/** Own versions by lab and then by file, `send.py`; every file ends with one of the languages. */
export type OwnPrograms = Readonly<Record<string, Readonly<Record<string, Own>>>>

/** How many programs have a file's text now, and how many of these stood here in another version. */
export interface TakenOver {
  readonly taken: number
  readonly replaced: number
  /** Why some of it lasts only as long as the page; null when all is kept. */
  readonly notKept: NotKept | null
}

/** The version of what is written. */
const FORMAT = 1

type Programs = Map<string, Own>

/** Where the texts of a lab are kept. */
export function keyOf(lab: string): string {
  return `${OWN_PREFIX}${lab}`
}

export class Versions {
  readonly #store: () => Store
  readonly #now: () => number
  readonly #labs = new Map<string, Programs>()
  readonly #listeners = new Set<(which: Which) => void>()
  #notKept: NotKept | null = null

  /** @param store is asked for each time: where it is forbidden, asking throws */
  constructor(store: () => Store, now: () => number = Date.now) {
    this.#store = store
    this.#now = now
  }

  /** Why what was put last is not kept beyond this page; null when it is. */
  get notKept(): NotKept | null {
    return this.#notKept
  }

  /** What is kept of a program; one of which nothing is kept has the course's text and no history. */
  get(lab: string, program: string, language: Language): Own {
    return this.#programs(lab).get(`${program}.${language}`) ?? SHIPPED
  }

  /** Sets a program's text; null for the course's. What another tab has put there meanwhile is kept as well. */
  put(lab: string, program: string, language: Language, text: string | null, reason: Reason): void {
    this.#change({ lab, program, language }, (own) => put(own, text, reason, this.#now()))
  }

  /** Keeps the present text among the earlier ones, so that it can be brought back whatever is typed from now on. */
  keep(lab: string, program: string, language: Language): void {
    this.#change({ lab, program, language }, (own) => keep(own, this.#now()))
  }

  /** The reader's latest text that is not the present one; null where there is none. */
  lastOwn(lab: string, program: string, language: Language): Earlier | null {
    return lastOwn(this.get(lab, program, language))
  }

  /** Puts the reader's latest text again. @returns whether there was one */
  bringBack(lab: string, program: string, language: Language): boolean {
    const last = this.lastOwn(lab, program, language)
    if (last) this.put(lab, program, language, last.text, 'brought-back')
    return last !== null
  }

  /**
   * Whether a text was begun from the course's text as it is today. One of which that is not known is taken to be.
   * @param shipped the course's text of today
   */
  isOfToday(lab: string, program: string, language: Language, shipped: string): boolean {
    const { text, base } = this.get(lab, program, language)
    if (text === null || base === printOf(shipped)) return true
    if (base === null) this.accept(lab, program, language, shipped)
    return base === null
  }

  /** The reader knows that the course's text is this today. */
  accept(lab: string, program: string, language: Language, shipped: string): void {
    this.#change({ lab, program, language }, (own) => (own.text === null ? own : { ...own, base: printOf(shipped) }))
  }

  /** Everything that is kept in this browser, by lab and then by file: `send.py`. */
  all(): OwnPrograms {
    const labs = new Set(this.#labs.keys())
    try {
      const store = this.#store()
      const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? '')
      for (const key of keys)
        if (key.startsWith(OWN_PREFIX) && !key.endsWith(ASIDE)) labs.add(key.slice(OWN_PREFIX.length))
    } catch {
      // What this page knows is all there is.
    }
    const known = [...labs].map((lab) => [lab, Object.fromEntries(this.#programs(lab))] as const)
    return Object.fromEntries(known.filter(([, programs]) => Object.keys(programs).length > 0))
  }

  /** Takes over what a file has; what stands here in another version is kept and can be brought back. */
  takeOver(programs: OwnPrograms): TakenOver {
    let [taken, replaced] = [0, 0]
    let notKept: NotKept | null = null
    for (const [lab, files] of Object.entries(programs)) {
      for (const [file, other] of Object.entries(files)) {
        const which = { lab, program: file.slice(0, -3), language: file.slice(-2) as Language }
        const { text } = this.get(lab, which.program, which.language)
        this.#change(which, (own) => takeOver(own, other, this.#now()))
        notKept ??= this.#notKept
        if (other.text === null || other.text === text) continue
        taken += 1
        if (text !== null) replaced += 1
      }
    }
    return { taken, replaced, notKept }
  }

  /** @returns its undo. */
  onChange(listener: (which: Which) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #change(which: Which, change: (own: Own) => Own): void {
    const { lab, program, language } = which
    const name = `${program}.${language}`
    const known = this.#programs(lab)
    const own = known.get(name) ?? SHIPPED
    let changed = change(own)
    if (changed === own) return
    const stored = this.#read(lab)
    const other = stored?.get(name)
    // Another tab was here since.
    for (const earlier of other?.history.toReversed() ?? []) {
      if (![...own.history, ...changed.history].some(({ text }) => text === earlier.text)) {
        changed = remember(changed, earlier)
      }
    }
    if (other?.text != null && other.text !== own.text && other.text !== changed.text) {
      changed = remember(changed, { text: other.text, reason: other.reason, at: this.#now() })
    }
    const programs = new Map([...known, ...(stored ?? []), [name, changed]])
    this.#labs.set(lab, programs)
    this.#write(lab, programs)
    for (const listener of this.#listeners) listener(which)
  }

  #programs(lab: string): Programs {
    const known = this.#labs.get(lab) ?? this.#read(lab) ?? new Map<string, Own>()
    this.#labs.set(lab, known)
    return known
  }

  /** What is stored of a lab; null where nothing is, or what is there was written by somebody else. */
  #read(lab: string): Programs | null {
    let text: string | null = null
    try {
      text = this.#store().getItem(keyOf(lab))
      if (text === null) return null
      const programs = readPrograms(text)
      if (programs) return programs
      // Not to be read, but perhaps somebody can: it is put aside, never written over.
      this.#store().setItem(`${keyOf(lab)}${ASIDE}`, text)
    } catch {
      // No storage: what this page knows is all there is.
    }
    return null
  }

  #write(lab: string, programs: Programs): void {
    try {
      const store = this.#store()
      store.setItem(keyOf(lab), JSON.stringify({ format: FORMAT, programs: Object.fromEntries(programs) }))
      this.#notKept = null
    } catch (error) {
      this.#notKept = (error as Error).name === 'QuotaExceededError' ? 'full' : 'forbidden'
    }
  }
}

/** What cannot be read is put under this. */
const ASIDE = ':unread'

function readPrograms(text: string): Programs | null {
  try {
    const { format, programs } = Object(JSON.parse(text)) as Record<string, unknown>
    if (format !== FORMAT || typeof programs !== 'object' || programs === null) return null
    const read = Object.entries(programs).flatMap(([file, value]) => {
      const own = readOwn(value)
      return own && LANGUAGES.some((language) => file.endsWith(`.${language}`)) ? [[file, own] as const] : []
    })
    return read.length === Object.keys(programs).length ? new Map(read) : null
  } catch {
    return null
  }
}

/** The versions of this browser. */
export const versions = new Versions(() => localStorage)
