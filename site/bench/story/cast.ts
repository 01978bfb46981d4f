/** Who takes part in a lab: known before anything has run, and the same for every panel that draws a story. */
import type { End, Lab } from '../../../labs/lab.ts'

export interface Player {
  readonly name: string
  readonly end: End
  readonly host: string
}

export interface CastHost {
  readonly name: string
  /** Without prefixes; those of its loopback when it has no wire. */
  readonly addresses: readonly string[]
}

/** A page carries it as JSON with its lab. */
export interface Cast {
  /** In the lab's order. */
  readonly programs: readonly Player[]
  /** In the lab's order. */
  readonly hosts: readonly CastHost[]
  /** For each wire the hosts at its ends. */
  readonly wires: readonly (readonly [string, string])[]
}

/** The addresses of a host that has no wire. */
const LOOPBACK = ['127.0.0.1']

/** The cast of a checked lab. */
export function castOf({ programs, network }: Lab): Cast {
  return {
    programs: programs.map(({ name, end, host }) => ({ name, end, host })),
    hosts: network.hosts.map(({ name, interfaces }) => {
      const addresses = interfaces.flatMap((one) => one.addresses.map((address) => address.replace(/\/\d+$/, '')))
      return { name, addresses: addresses.length > 0 ? addresses : LOOPBACK }
    }),
    wires: network.wires.map(({ ends }) => ends),
  }
}
