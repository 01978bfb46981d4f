import type { Endpoint } from '../events.ts'

/** What is still being written. */
export type Draft<T> = { -readonly [Key in keyof T]: T[Key] }

/** The list of all that have none: nothing may be put into it. Stories have thousands of empty lists. */
export const NONE: readonly never[] = Object.freeze([])

/** The list with one more; a list of its own when it had none. */
export function added<Item>(list: readonly Item[], item: Item): readonly Item[] {
  if (list === NONE) return [item]
  ;(list as Item[]).push(item)
  return list
}

/** A list in order. What is in order already, as most lists here are, is not touched. */
export function sorted<Item>(list: Item[], compare: (a: Item, b: Item) => number): Item[] {
  for (let i = 1; i < list.length; i++) {
    if (compare(list[i - 1] as Item, list[i] as Item) > 0) return list.sort(compare)
  }
  return list
}

/** Puts an item into the list of a key. */
export function put<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = map.get(key)
  if (list) list.push(item)
  else map.set(key, [item])
}

/** How far the stamps of two observers of one moment may lie apart, in ns. */
export const SLACK = 300_000

/** An address as packets carry it: one that IPv6 sockets show for IPv4 (RFC 4291, section 2.5.5.2) is the IPv4 one. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

/** Whether a socket at this address can be reached by any address of its host. */
export function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === ''
}

/** Whether an address is a host's own loopback. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.')
}

/** Whether two endpoints are the same. */
export function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.address === b.address
}
