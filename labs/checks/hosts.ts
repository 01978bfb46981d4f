import type { Lab } from '../lab.ts'
import { isLoopback, plainAddress } from './draft.ts'

/** Which host of a lab has an address. */
export class Hosts {
  readonly #lab: Lab
  readonly #owners = new Map<string, string>()

  constructor(lab: Lab) {
    this.#lab = lab
    for (const host of lab.network.hosts) {
      for (const { addresses } of host.interfaces) {
        for (const address of addresses) this.#owners.set(address.replace(/\/.*/, ''), host.name)
      }
    }
  }

  /** The host with this address; every host has loopback, so `here` is whose loopback is meant. Null for none. */
  of(address: string, here: string): string | null {
    if (isLoopback(address)) return here
    return this.#owners.get(plainAddress(address)) ?? null
  }

  /** The place of a host in the lab's list, as text; what a frame on its loopback comes from. */
  place(host: string): string {
    return `${this.#lab.network.hosts.findIndex(({ name }) => name === host)}`
  }

  /** The hosts at both ends of a frame's way: of its wire, or twice the same on loopback. */
  ends(wire: number | null, from: number): [string, string] {
    const { hosts, wires } = this.#lab.network
    if (wire === null) {
      const host = hosts[from]?.name ?? ''
      return [host, host]
    }
    const [a, b] = wires[wire]?.ends ?? ['', '']
    return from === 0 ? [a, b] : [b, a]
  }
}
