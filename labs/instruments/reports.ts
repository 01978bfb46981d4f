/** What wire.py and watch.py tell: the records, and the names in them. Written by reports.py. Pure. */
import { FATES, type Fate, MISSED, type Missed } from '../events.ts'

/** Where frames were: on a wire, by its number, from one of its ends (0 or 1); or on the loopback of a host. */
interface Place {
  /** Null on loopback. */
  readonly wire: number | null
  /** On loopback the place of the host in the lab's list. */
  readonly direction: number
}

/** What is told. Times are nanoseconds since the reader's zero. */
export type Report =
  /** From now on it does what it is for. */
  | { readonly kind: 'ready'; readonly t: number }
  | ({
      readonly kind: 'frame'
      readonly fate: Fate
      /** Counts the frames of its wire, both directions together, from 0. A copy has that of its frame. */
      readonly sequence: number
      /** When the kernel had it from the host. */
      readonly arrived: number
      /** When it was given to the other host; null when it was not. */
      readonly handedOn: number | null
      /** Its whole length in bytes, however much is kept. */
      readonly length: number
      readonly bytes: Uint8Array
    } & Place)
  | ({
      readonly kind: 'gap'
      /** On a wire, frames that were not seen did not pass either; all others did what they did. */
      readonly reason: Missed
      readonly count: number
      readonly from: number
      readonly to: number
    } & Place)
  | ({
      readonly kind: 'counters'
      readonly t: number
      readonly frames: number
      readonly bytes: number
      /** Copies count as fates but not as frames. */
      readonly fates: Readonly<Record<Fate, number>>
    } & Place)
  /** A command was carried out, or not because of its trouble. Everything that came before `upTo` has been told. */
  | { readonly kind: 'answer'; readonly id: number; readonly upTo: number; readonly trouble: string | null }
  /** What else there is to tell, as JSON says it: see `watching.ts`. */
  | { readonly kind: 'news'; readonly t: number; readonly news: unknown }
  /** A record that is none of these: who writes and who reads differ. */
  | { readonly kind: 'unknown'; readonly code: number }

/** A command as wire.py and watch.py read it. `id` comes back in the answer. */
export function encodeCommand(id: number, command: object): string {
  return `${JSON.stringify({ id, ...command })}\n`
}

const LENGTH = 4
/** The shortest record of each kind, in bytes without its length. */
const SHORTEST = [12, 28, 24, 92, 16, 12]
const LONGEST = 1 << 20
const LOOPBACK = 255

/** Reads the stream of reports, in whatever pieces it comes. */
export class ReportReader {
  #rest = new Uint8Array(0)
  #broken = false
  /** The time on CLOCK_MONOTONIC, in ns, from which times are counted. */
  zero: bigint

  constructor(zero = 0n) {
    this.zero = zero
  }

  /** All records that are complete with this piece. */
  push(piece: Uint8Array): Report[] {
    const reports: Report[] = []
    if (this.#broken) return reports
    const bytes = join(this.#rest, piece)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    while (bytes.length - at >= LENGTH) {
      const length = view.getUint32(at)
      if (length === 0 || length > LONGEST) {
        // Where the next record begins cannot be known any more.
        this.#broken = true
        reports.push({ kind: 'unknown', code: -1 })
        break
      }
      if (bytes.length - at < LENGTH + length) break
      reports.push(this.#read(new DataView(view.buffer, view.byteOffset + at + LENGTH, length)))
      at += LENGTH + length
    }
    this.#rest = bytes.slice(at)
    return reports
  }

  /** Bytes of a record that has only begun. */
  get waiting(): number {
    return this.#broken ? 0 : this.#rest.length
  }

  #read(view: DataView): Report {
    const code = view.getUint8(0)
    const shortest = SHORTEST[code]
    if (shortest === undefined || view.byteLength < shortest) return { kind: 'unknown', code }
    const time = (at: number) => Number(view.getBigUint64(at) - this.zero)
    const count = (at: number) => Number(view.getBigUint64(at))
    if (code === 0) return { kind: 'ready', t: time(4) }
    if (code === 4) {
      const trouble = new TextDecoder().decode(rest(view, 16))
      return { kind: 'answer', id: view.getUint32(4), upTo: time(8), trouble: trouble || null }
    }
    if (code === 5) return readNews(time(4), new TextDecoder().decode(rest(view, 12)))
    const wire = view.getUint8(1)
    const place: Place = { wire: wire === LOOPBACK ? null : wire, direction: view.getUint8(2) }
    if (code === 3) {
      const fates = Object.fromEntries(FATES.map((fate, i) => [fate, count(28 + 8 * i)])) as Record<Fate, number>
      return { kind: 'counters', ...place, t: time(4), frames: count(12), bytes: count(20), fates }
    }
    if (code === 2) {
      const reason = MISSED[view.getUint8(3)]
      if (reason === undefined) return { kind: 'unknown', code }
      return { kind: 'gap', ...place, reason, count: view.getUint32(4), from: time(8), to: time(16) }
    }
    const fate = FATES[view.getUint8(3)]
    if (fate === undefined) return { kind: 'unknown', code }
    return {
      kind: 'frame',
      ...place,
      fate,
      sequence: view.getUint32(4),
      arrived: time(8),
      handedOn: view.getBigUint64(16) === 0n ? null : time(16),
      length: view.getUint32(24),
      bytes: rest(view, 28).slice(),
    }
  }
}

function readNews(t: number, text: string): Report {
  try {
    return { kind: 'news', t, news: JSON.parse(text) }
  } catch {
    return { kind: 'unknown', code: 5 }
  }
}

function rest(view: DataView, from: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + from, view.byteLength - from)
}

function join(first: Uint8Array<ArrayBuffer>, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
