import type { ControlEvent, Instrument, Missed, Observation, SocketRow } from '../events.ts'
import { decodeFrames, encodeFrames, type FromBench } from '../protocol.ts'
import { Tally } from './tally.ts'

/** Who receives a bench's events: control as messages, output and frames as finished binary frames. */
export interface Receiver {
  tell(message: FromBench): void
  output(frame: Uint8Array): void
  /** How many bytes it was told that have not left yet. */
  readonly waiting: number
}

/** Something to be told, by its number. */
export interface Due {
  readonly n: number
  tell(receiver: Receiver): void
}

/** One observation, or frames that were told together. */
interface Piece {
  /** The numbers of the first and of the last event in it; they follow each other. */
  readonly first: number
  readonly last: number
  readonly size: number
  readonly since: number
  readonly until: number
  readonly told: ControlEvent | Uint8Array<ArrayBuffer>
}

type Observed = ControlEvent & Observation
type Sockets = Extract<Observed, { kind: 'sockets' }>

/**
 * What is kept of observations, for a page that comes back: in a share of their own, so that a flood of them takes
 * nothing else's place. What is let go is counted; of what was a state, the last is still known.
 */
export class Kept {
  readonly #share: number
  #pieces: Piece[] = []
  #size = 0
  /** By what is missing and why. */
  readonly #tallies = new Map<string, { what: Instrument; why: Missed; tally: Tally }>()
  /** What was let go and is still so: what a program waits for or is held before, the table and the counters of a host. */
  readonly #states = new Map<string, Observed>()

  /** @param share in bytes; once twice as much is kept, the oldest is let go */
  constructor(share: number) {
    this.#share = share
  }

  keep(event: Observed): void {
    const { n, t } = event
    const since = event.kind === 'missing' ? event.since : t
    const until = event.kind === 'missing' ? event.until : t
    this.#add({ first: n, last: n, size: JSON.stringify(event).length, since, until, told: event })
  }

  /** Keeps frames whose numbers follow each other, as `encodeFrames` wrote them. */
  keepFrames(message: Uint8Array<ArrayBuffer>, marks: Pick<Piece, 'first' | 'last' | 'since' | 'until'>): void {
    this.#add({ ...marks, size: message.length, told: message })
  }

  /** Everything after event `after`, with what is missing of it; not in order. */
  due(after: number): Due[] {
    const due: Due[] = []
    for (const { first, last, told } of this.#pieces) {
      if (last <= after) continue
      if (!(told instanceof Uint8Array)) due.push(dueEvent(told))
      else due.push({ n: last, tell: (receiver) => receiver.output(first > after ? told : framesAfter(told, after)) })
    }
    for (const event of this.#states.values()) if (event.n > after) due.push(dueEvent(event))
    for (const { what, why, tally } of this.#tallies.values()) {
      const missing = tally.after(after)
      if (missing === null) continue
      const { n, ...counted } = missing
      due.push(dueEvent({ n, t: counted.until, kind: 'missing', what, why, ...counted }))
    }
    return due
  }

  #add(piece: Piece): void {
    this.#pieces.push(piece)
    this.#size += piece.size
    if (this.#size <= 2 * this.#share) return
    let cut = 0
    while (this.#size > this.#share) {
      const oldest = this.#pieces[cut] as Piece
      this.#size -= oldest.size
      this.#letGo(oldest)
      cut += 1
    }
    this.#pieces = this.#pieces.slice(cut)
  }

  #letGo(piece: Piece): void {
    const { told } = piece
    if (told instanceof Uint8Array) {
      this.#count('packets', 'let-go', piece, piece.last - piece.first + 1)
      return
    }
    const event = told as Observed
    switch (event.kind) {
      case 'missing':
        this.#count(event.what, event.why, piece, event.count)
        return
      case 'call':
      case 'return':
      case 'armed':
      case 'heard':
        this.#count('calls', 'let-go', piece, 1)
        return
      case 'sockets':
        this.#keepState(`sockets ${event.host}`, event, mergeTables)
        return
      case 'counters':
        this.#keepState(`counters ${event.host}`, event, (before, now) => {
          return { ...now, counters: { ...before.counters, ...now.counters } }
        })
        return
      case 'waits':
        this.#keepState(`waits ${event.program}`, event)
        return
      case 'held':
        this.#keepState(`held ${event.program}`, event)
        return
      case 'upto':
        this.#keepState(`upto ${event.instrument}`, event)
        return
      case 'blind':
      case 'settled':
        this.#keepState(event.kind, event)
        return
      default:
        event satisfies never
    }
  }

  #count(what: Instrument, why: Missed, { first, last, since, until }: Piece, count: number): void {
    const key = `${what} ${why}`
    const counted = this.#tallies.get(key) ?? { what, why, tally: new Tally() }
    this.#tallies.set(key, counted)
    counted.tally.add({ first, last, since, until, count })
  }

  #keepState<Event extends Observed>(
    key: string,
    event: Event,
    merge: (before: Event, now: Event) => Event = (_, now) => now,
  ): void {
    const before = this.#states.get(key) as Event | undefined
    this.#states.set(key, before ? merge(before, event) : merge(event, event))
  }
}

function dueEvent(event: ControlEvent): Due {
  return { n: event.n, tell: (receiver) => receiver.tell({ type: 'events', events: [event] }) }
}

/** The table as it was when `now` was told, whole. */
function mergeTables(before: Sockets, now: Sockets): Sockets {
  const rows = new Map<string, SocketRow>(now.whole ? [] : before.rows.map((row) => [row.id, row]))
  for (const row of now.rows) rows.set(row.id, row)
  for (const id of now.gone) rows.delete(id)
  return { ...now, rows: [...rows.values()], gone: [], whole: true }
}

function framesAfter(message: Uint8Array<ArrayBuffer>, after: number): Uint8Array<ArrayBuffer> {
  return encodeFrames((decodeFrames(message) ?? []).filter(({ n }) => n > after))
}
