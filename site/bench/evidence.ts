/** What a page keeps of its bench's events to tell a story from, within bounds. Pure. */
import { type BenchEvent, type Instrument, isObserved } from '../../labs/events.ts'
import { SHELL } from '../../labs/protocol.ts'

/** So many frames, calls and changes of tables are kept from the beginning of a run, and as many of its latest. */
export const KEPT = 2000

type Table = Extract<BenchEvent, { kind: 'sockets' }>

/** The place of an event; null once it was let go. */
interface Slot {
  event: BenchEvent | null
}

/** Keeps the first and the latest of a run, and counts what is let go between them. */
class Ends {
  #first = 0
  #latest: Slot[][] = []
  #head = 0
  #gone: { n: number; count: number; since: number; until: number } | null = null

  /** @returns what is to be let go for it. */
  add(slots: Slot[]): Slot[] {
    if (this.#first < KEPT) {
      this.#first += 1
      return []
    }
    this.#latest.push(slots)
    if (this.#latest.length - this.#head <= KEPT) return []
    const gone = this.#latest[this.#head] ?? []
    this.#head += 1
    if (this.#head > KEPT) {
      this.#latest = this.#latest.slice(this.#head)
      this.#head = 0
    }
    return gone
  }

  missing(what: Instrument): BenchEvent | null {
    if (this.#gone === null) return null
    const { n, count, since, until } = this.#gone
    return { kind: 'missing', n, t: until, what, count, since, until, why: 'let-go' }
  }

  /** These have been let go. */
  count(slots: readonly Slot[]): void {
    const [first] = slots
    if (!first?.event) return
    const { n, t } = first.event
    if (this.#gone === null) this.#gone = { n, count: 1, since: t, until: t }
    else this.#gone = { n, count: this.#gone.count + 1, since: this.#gone.since, until: Math.max(this.#gone.until, t) }
  }
}

/**
 * The events of the latest run, and of earlier ones what still counts: programs' starts and ends, the kernels' tables,
 * faults, instruments that do not work. A run begins when a program is started while none was running.
 */
export class Evidence {
  #slots: Slot[] = []
  #holes = 0
  #alive = new Set<number>()
  #ends: Record<Instrument, Ends> = freshEnds()
  /** Calls that may still return, by run and number. Null for those that were let go. */
  #calls = new Map<string, Slot[] | null>()
  /** The latest of which an earlier one says nothing more. */
  #latest = new Map<string, Slot>()

  /** The bench is another one, or there is none. */
  restart(): void {
    this.#slots = []
    this.#holes = 0
    this.#alive.clear()
    this.#forgetRun()
  }

  /** Takes an event; terminal output is no evidence here. */
  add(event: BenchEvent): void {
    switch (event.kind) {
      case 'output':
      case 'gap':
        break
      case 'frame':
        this.#bounded('packets', [this.#keep(event)])
        break
      case 'call':
        this.#called(`${event.run}:${event.call}`, event)
        break
      case 'return':
        this.#returned(`${event.run}:${event.call}`, event)
        break
      case 'armed':
      case 'heard':
      case 'waits':
        this.#bounded('calls', [this.#keep(event)])
        break
      case 'sockets':
        this.#bounded('sockets', [this.#keep(event)])
        break
      case 'upto':
        this.#replace(`upto ${event.instrument}`, event)
        break
      case 'counters': {
        const before = this.#latest.get(`counters ${event.host}`)?.event
        const counters = { ...(before?.kind === 'counters' && before.counters), ...event.counters }
        this.#replace(`counters ${event.host}`, { ...event, counters })
        break
      }
      default:
        if (event.kind === 'starting' && !event.program.startsWith(SHELL)) this.#starts(event.run)
        if (event.kind === 'exited' || event.kind === 'failed') this.#alive.delete(event.run)
        this.#keep(event)
    }
  }

  /** All that is kept, in the order of `n`; what was let go of the run is an event of the kind `missing`. */
  get events(): readonly BenchEvent[] {
    const events = this.#slots.flatMap(({ event }) => (event === null ? [] : [event]))
    for (const what of ['packets', 'calls', 'sockets'] as const) {
      const missing = this.#ends[what].missing(what)
      if (missing === null) continue
      const place = events.findIndex(({ n }) => n > missing.n)
      events.splice(place < 0 ? events.length : place, 0, missing)
    }
    return events
  }

  #starts(run: number): void {
    if (this.#alive.size === 0) this.#beginRun()
    this.#alive.add(run)
  }

  /** Of what instruments saw in earlier runs only the tables as they are now are of any use. */
  #beginRun(): void {
    const tables = new Map<string, Table>()
    const kept: Slot[] = []
    for (const slot of this.#slots) {
      const { event } = slot
      if (event === null) continue
      if (event.kind === 'sockets') {
        const before = tables.get(event.host)
        tables.set(event.host, before ? { ...merged(before, event), gone: [] } : { ...event, gone: [] })
      } else if (!isObserved(event) || event.kind === 'blind') kept.push({ event: withoutText(event) })
    }
    this.#forgetRun()
    this.#holes = 0
    this.#slots = [...kept, ...[...tables.values()].map((event) => ({ event }))]
    this.#slots.sort((one, other) => (one.event?.n ?? 0) - (other.event?.n ?? 0))
  }

  #forgetRun(): void {
    this.#ends = freshEnds()
    this.#calls.clear()
    this.#latest.clear()
  }

  #keep(event: BenchEvent): Slot {
    const slot = { event }
    this.#slots.push(slot)
    return slot
  }

  #replace(name: string, event: BenchEvent): void {
    const before = this.#latest.get(name)
    if (before) this.#empty(before)
    this.#latest.set(name, this.#keep(event))
  }

  #called(key: string, event: BenchEvent): void {
    const slots = [this.#keep(event)]
    this.#calls.set(key, slots)
    this.#bounded('calls', slots)
  }

  #returned(key: string, event: BenchEvent): void {
    const call = this.#calls.get(key)
    this.#calls.delete(key)
    // A return without its call says nothing that can be told.
    if (call === null) return
    const slot = this.#keep(event)
    call?.push(slot)
  }

  #bounded(instrument: Instrument, slots: Slot[]): void {
    const ends = this.#ends[instrument]
    const gone = ends.add(slots)
    const [first] = gone
    if (first?.event?.kind === 'sockets' && !this.#passOn(first, first.event)) return
    if (first?.event?.kind === 'call') {
      const key = `${first.event.run}:${first.event.call}`
      if (this.#calls.has(key)) this.#calls.set(key, null)
    }
    ends.count(gone)
    for (const slot of gone) this.#empty(slot)
  }

  /** What a change that is let go has changed becomes part of the next one at its host. False where there is none. */
  #passOn(slot: Slot, table: Table): boolean {
    const later = this.#slots.slice(this.#slots.indexOf(slot) + 1)
    const next = later.find(({ event }) => event?.kind === 'sockets' && event.host === table.host)
    if (next?.event?.kind !== 'sockets') return false
    next.event = merged(table, next.event)
    return true
  }

  #empty(slot: Slot): void {
    slot.event = null
    this.#holes += 1
    if (this.#holes <= KEPT) return
    this.#slots = this.#slots.filter(({ event }) => event !== null)
    this.#holes = 0
  }
}

/** Of an earlier run it need not be known what its text was. */
function withoutText(event: BenchEvent): BenchEvent {
  return event.kind === 'starting' && event.edited ? { ...event, edited: { text: null } } : event
}

/** Two changes of one table as one. */
function merged(before: Table, after: Table): Table {
  if (after.whole) return after
  const newer = new Set([...after.rows.map(({ id }) => id), ...after.gone])
  const back = new Set(after.rows.map(({ id }) => id))
  return {
    ...after,
    ...(before.whole && { whole: true }),
    rows: [...before.rows.filter(({ id }) => !newer.has(id)), ...after.rows],
    gone: [...before.gone.filter((id) => !newer.has(id) && !back.has(id)), ...after.gone],
  }
}

function freshEnds(): Record<Instrument, Ends> {
  return { packets: new Ends(), calls: new Ends(), sockets: new Ends() }
}
