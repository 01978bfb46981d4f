/** The order of quiz options: another one at each visit, the same within one. */

const KEY = 'both-ends:visit'

/** The numbers from 0 to `count` − 1 in an order that follows from the seed and the name. Pure. */
export function orderOf(count: number, seed: number, name: string): number[] {
  let state = seed >>> 0
  for (const sign of name) state = Math.imul(state ^ sign.charCodeAt(0), 16777619) >>> 0
  const order = Array.from({ length: count }, (_, index) => index)
  for (let at = count - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const other = (state >>> 8) % (at + 1)
    const [one, two] = [order[at] as number, order[other] as number]
    order[at] = two
    order[other] = one
  }
  return order
}

/** The seed of this visit. Who writes a number there first decides the order. */
export function visitSeed(): number {
  try {
    const kept = Number(sessionStorage.getItem(KEY) ?? Number.NaN)
    if (Number.isInteger(kept)) return kept
    const seed = Math.floor(Math.random() * 2 ** 31)
    sessionStorage.setItem(KEY, String(seed))
    return seed
  } catch {
    return Math.floor(Math.random() * 2 ** 31)
  }
}
