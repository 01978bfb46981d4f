/** Puts moments into one order: by time, and where that is contradictory by cause. */

/** Moments, each by its number; and which must have come before which. */
export class Order {
  /** Stamps; after `sort`, where a cause claims to be later, those of the cause. */
  readonly time: number[] = []
  /** Among moments with the same stamp: lower comes first; then what was added first. */
  readonly rank: number[] = []
  /** The place of each in the order, after `sort`. */
  place: Int32Array = new Int32Array()
  /** Pairs: a cause and its effect. */
  readonly #causes: number[] = []

  /** A moment; gives its number. */
  add(time: number, rank: number): number {
    this.rank.push(rank)
    return this.time.push(time) - 1
  }

  /** One moment must have come before another. */
  tie(cause: number, effect: number): void {
    this.#causes.push(cause, effect)
  }

  /** The numbers of all moments, in order. */
  sort(): Int32Array {
    const { time, rank } = this
    const order = Int32Array.from(time, (_, i) => i)
    order.sort(
      (a, b) => (time[a] as number) - (time[b] as number) || (rank[a] as number) - (rank[b] as number) || a - b,
    )
    this.#number(order)
    if (!this.#isCausal()) this.#number(this.#byCause(order), order)
    return order
  }

  /** For each moment the place of the last of its causes; -1: it has none. To be asked after `sort`. */
  lastCauses(): Int32Array {
    const last = new Int32Array(this.time.length).fill(-1)
    const causes = this.#causes
    for (let i = 0; i < causes.length; i += 2) {
      const effect = causes[i + 1] as number
      last[effect] = Math.max(last[effect] as number, this.place[causes[i] as number] as number)
    }
    return last
  }

  #number(from: Int32Array, to: Int32Array = from): void {
    this.place = new Int32Array(from.length)
    for (let i = 0; i < from.length; i++) {
      to[i] = from[i] as number
      this.place[from[i] as number] = i
    }
  }

  #isCausal(): boolean {
    const causes = this.#causes
    for (let i = 0; i < causes.length; i += 2) {
      if ((this.place[causes[i] as number] as number) > (this.place[causes[i + 1] as number] as number)) return false
    }
    return true
  }

  /** Takes, again and again, the earliest whose causes are all taken; a ring of causes is broken at its earliest. */
  #byCause(sorted: Int32Array): Int32Array {
    const { time } = this
    const open = new Int32Array(sorted.length)
    const effects = new Map<number, number[]>()
    for (let i = 0; i < this.#causes.length; i += 2) {
      const cause = this.#causes[i] as number
      const effect = this.#causes[i + 1] as number
      open[effect] = (open[effect] as number) + 1
      const list = effects.get(cause)
      if (list) list.push(effect)
      else effects.set(cause, [effect])
    }
    const ready = new Heap((a, b) => {
      return (time[a] as number) - (time[b] as number) || (this.place[a] as number) - (this.place[b] as number)
    })
    for (const moment of sorted) if (open[moment] === 0) ready.add(moment)
    const taken = new Uint8Array(sorted.length)
    const result = new Int32Array(sorted.length)
    let next = 0
    for (let count = 0; count < sorted.length; ) {
      let moment = ready.take()
      if (moment === undefined) {
        while (taken[sorted[next] as number]) next++
        moment = sorted[next] as number
      }
      if (taken[moment]) continue
      taken[moment] = 1
      result[count++] = moment
      for (const effect of effects.get(moment) ?? []) {
        time[effect] = Math.max(time[effect] as number, time[moment] as number)
        open[effect] = (open[effect] as number) - 1
        if (open[effect] === 0 && !taken[effect]) ready.add(effect)
      }
    }
    return result
  }
}

/** Gives back the least of what was put in. */
class Heap {
  readonly #items: number[] = []
  readonly #compare: (a: number, b: number) => number

  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare
  }

  add(item: number): void {
    const items = this.#items
    let at = items.length
    items.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (this.#compare(items[above] as number, item) <= 0) break
      items[at] = items[above] as number
      at = above
    }
    items[at] = item
  }

  take(): number | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= items.length) break
      if (below + 1 < items.length && this.#compare(items[below + 1] as number, items[below] as number) < 0) below++
      if (this.#compare(last, items[below] as number) <= 0) break
      items[at] = items[below] as number
      at = below
    }
    items[at] = last
    return first
  }
}
