/** Events that were let go: their numbers, how many they stand for, and when these happened. */
interface Entry {
  first: number
  last: number
  count: number
  since: number
  until: number
}

/** So many entries tell their numbers apart; of older ones, only all together is known how many they are. */
const MOST_ENTRIES = 4096

/** Counts what was let go, so that a page can be told how much of it came after the last event that it knows. */
export class Tally {
  #entries: Entry[] = []

  /** Events whose numbers follow each other, later ones than before. */
  add(entry: Readonly<Entry>): void {
    const before = this.#entries.at(-1)
    if (before && before.last + 1 === entry.first && isDense(before) && isDense(entry)) join(before, entry)
    else this.#entries.push({ ...entry })
    if (this.#entries.length <= 2 * MOST_ENTRIES) return
    const [oldest, ...rest] = this.#entries.splice(0, MOST_ENTRIES)
    if (oldest === undefined) return
    for (const other of rest) join(oldest, other)
    this.#entries.unshift(oldest)
  }

  /** What came after event `after`, and the number of the last of it; null when nothing did. */
  after(after: number): { n: number; count: number; since: number; until: number } | null {
    const later = this.#entries.filter(({ last }) => last > after)
    const [first] = later
    const last = later.at(-1)
    if (first === undefined || last === undefined) return null
    // Of one that is told in part: as many as there are numbers.
    const known = first.first > after ? 0 : Math.max(0, first.count - (first.last - after))
    const count = later.reduce((sum, entry) => sum + entry.count, 0) - known
    return { n: last.last, count, since: first.since, until: Math.max(...later.map(({ until }) => until)) }
  }
}

/** Whether each number between its ends stands for one. */
function isDense({ first, last, count }: Readonly<Entry>): boolean {
  return count === last - first + 1
}

function join(entry: Entry, later: Readonly<Entry>): void {
  entry.last = later.last
  entry.count += later.count
  entry.since = Math.min(entry.since, later.since)
  entry.until = Math.max(entry.until, later.until)
}
