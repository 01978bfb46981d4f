import type { FaultsDefinition } from '../../labs/faults.ts'
import type { NetworkDefinition, WireDefinition } from '../../labs/network.ts'
import type { Rig } from './network-rig.ts'

/** Networks of the tests, with the addresses of the course. */
export const HOSTS = [{ name: 'a' }, { name: 'b' }]
export const WIRE: WireDefinition = { ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] } }
const WIRE_SIX: WireDefinition = { ends: { a: ['10.0.0.1/24', 'fd00::1/64'], b: ['10.0.0.2/24', 'fd00::2/64'] } }
export const TWO: NetworkDefinition = { hosts: HOSTS, wires: [WIRE] }
export const TWO_SIX: NetworkDefinition = { hosts: HOSTS, wires: [WIRE_SIX] }
export const THREE: NetworkDefinition = {
  hosts: [{ name: 'a' }, { name: 'r' }, { name: 'b' }],
  wires: [
    { ends: { a: ['10.0.1.2/24', 'fd00:1::2/64'], r: ['10.0.1.1/24', 'fd00:1::1/64'] } },
    { ends: { r: ['10.0.2.1/24', 'fd00:2::1/64'], b: ['10.0.2.2/24', 'fd00:2::2/64'] } },
  ],
}
/** Two hosts whose wire has these faults. */
export const faulty = (...faults: FaultsDefinition[]): NetworkDefinition => ({
  hosts: HOSTS,
  wires: [{ ...WIRE_SIX, faults }],
})

/** The counters told last, for each direction of a network with one wire. */
export function lastCounters(rig: Rig) {
  const counters = rig.reports.filter((report) => report.kind === 'counters')
  const [one, other] = counters.slice(-2)
  if (one === undefined || other === undefined) throw new Error('No counters were told.')
  return [one, other] as const
}
