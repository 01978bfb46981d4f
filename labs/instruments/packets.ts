import type { Fate } from '../events.ts'
import type { Observer, SeenFrame } from './observer.ts'
import type { Report } from './reports.ts'

/** Tells frames, and what is missing of them, from the reports of wire.py and watch.py. */
export class Packets {
  readonly #observer: Observer
  readonly #wires: readonly { readonly ends: readonly [string, string] }[]
  /** For each direction of a wire: what it had counted when the bench was opened, and what was told last. */
  readonly #counted = new Map<string, { base: Counters; told: Counters }>()

  /** @param wires the hosts at the ends of each */
  constructor(observer: Observer, wires: readonly { readonly ends: readonly [string, string] }[]) {
    this.#observer = observer
    this.#wires = wires
  }

  /** Takes reports that have come together; those that are not about frames are passed over. */
  hear(reports: readonly Report[]): void {
    const frames: SeenFrame[] = []
    for (const report of reports) {
      if (report.kind === 'frame') frames.push(...seen(report))
      else if (report.kind === 'gap') this.#miss(report)
      else if (report.kind === 'counters') this.#count(report)
    }
    if (frames.length > 0) this.#observer.frames(frames)
  }

  #miss({ count, from: since, to: until, reason: why }: Extract<Report, { kind: 'gap' }>): void {
    if (until < 0) return
    this.#observer.tell({ kind: 'missing', what: 'packets', count, since: Math.max(0, since), until, why })
  }

  /** What a wire has counted is told as counters of the host that sends: `wire0.frames`, `wire0.lost`. */
  #count({ t, wire, direction, frames, bytes, fates }: Extract<Report, { kind: 'counters' }>): void {
    const host = wire === null ? undefined : this.#wires[wire]?.ends[direction]
    if (host === undefined) return
    const now: Counters = { frames, bytes, ...fates }
    const counted = this.#counted.get(`${wire} ${direction}`)
    this.#counted.set(`${wire} ${direction}`, { base: counted?.base ?? now, told: now })
    if (counted === undefined) return
    const counters = Object.entries(now).flatMap(([name, count]) => {
      return counted.told[name] === count ? [] : [[`wire${wire}.${name}`, count - (counted.base[name] ?? 0)]]
    })
    if (counters.length > 0) this.#observer.tell({ kind: 'counters', host, counters: Object.fromEntries(counters) }, t)
  }
}

type Counters = Readonly<Record<string, number>> & Partial<Record<Fate, number>>

/** None for a frame from before the bench was opened: hosts may have greeted each other. */
function seen(report: Extract<Report, { kind: 'frame' }>): SeenFrame[] {
  const { wire, direction: from, fate, arrived: t, handedOn, length, bytes } = report
  return t < 0 ? [] : [{ t, wire, from, fate, handedOn, length, bytes }]
}
