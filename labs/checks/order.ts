/** Puts moments into one order: by time, and where that is contradictory by cause. */

/** Something that happened at one moment. */
export interface Moment {
  /** By its observer's stamp. */
  readonly t: number
  /** Among moments with the same stamp: lower comes first. */
  readonly rank: number
  readonly tie: number
  /** What must have come before. */
  readonly after: Moment[]
  /** Its stamp, or that of a cause which claims to be later. */
  time: number
  /** Its place in the order. */
  place: number
}

/** The moments in order. Sets their `time`, which never falls, and their `place`. */
export function inOrder<One extends Moment>(moments: readonly One[]): One[] {
  const sorted = [...moments].sort(earlier)
  for (const [place, moment] of sorted.entries()) moment.place = place
  if (!sorted.some(({ after, place }) => after.some((cause) => cause.place > place))) return sorted
  return byCause(sorted)
}

function earlier(a: Moment, b: Moment): number {
  return a.time - b.time || a.rank - b.rank || a.tie - b.tie
}

/** Takes, again and again, the earliest whose causes are all taken; a ring of causes is broken at its earliest. */
function byCause<One extends Moment>(sorted: readonly One[]): One[] {
  const open = new Map<Moment, number>()
  const effects = new Map<Moment, One[]>()
  for (const moment of sorted) {
    open.set(moment, moment.after.length)
    for (const cause of moment.after) {
      const list = effects.get(cause)
      if (list) list.push(moment)
      else effects.set(cause, [moment])
    }
  }
  const ready = new Heap<One>()
  const taken = new Set<One>()
  for (const moment of sorted) if (moment.after.length === 0) ready.add(moment)
  const result: One[] = []
  let next = 0
  while (result.length < sorted.length) {
    let moment = ready.take()
    if (!moment) {
      while (taken.has(sorted[next] as One)) next++
      moment = sorted[next] as One
    }
    if (taken.has(moment)) continue
    taken.add(moment)
    moment.place = result.length
    result.push(moment)
    for (const effect of effects.get(moment) ?? []) {
      effect.time = Math.max(effect.time, moment.time)
      const left = (open.get(effect) as number) - 1
      open.set(effect, left)
      if (left === 0 && !taken.has(effect)) ready.add(effect)
    }
  }
  return result
}

/** Gives back the earliest of what was put in. */
class Heap<One extends Moment> {
  readonly #items: One[] = []

  add(item: One): void {
    const items = this.#items
    let at = items.length
    items.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (earlier(items[above] as One, item) <= 0) break
      items[at] = items[above] as One
      at = above
    }
    items[at] = item
  }

  take(): One | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= items.length) break
      if (below + 1 < items.length && earlier(items[below + 1] as One, items[below] as One) < 0) below++
      if (earlier(last, items[below] as One) <= 0) break
      items[at] = items[below] as One
      at = below
    }
    items[at] = last
    return first
  }
}
