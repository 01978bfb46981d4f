/** Where things happen in the picture: the ends from left to right, and between which of them a packet travels. Pure. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import type { Cast, Player } from './cast.ts'
import { isSame, sourceOf } from './endpoints.ts'

/** Whose colour and mark: ■ B waits, ● A begins, ◆ router; null where it is neither's alone. */
export type Mark = 'A' | 'B' | 'router' | null

/** One upright of the picture: a host with its programs, or one end of a host that talks to itself. */
export interface Station {
  readonly host: string
  readonly addresses: readonly string[]
  readonly programs: readonly Player[]
  readonly mark: Mark
}

/** From which station to which; the same twice for a packet that never leaves its station. */
export interface Way {
  readonly from: number
  readonly to: number
}

/** The mark of a program's end. */
export function markOf({ end }: Player): 'A' | 'B' {
  return end === 'waits' ? 'B' : 'A'
}

/**
 * The stations of a lab from left to right: who waits stands left, who begins stands right. A host without a wire has
 * two stations, one for each end.
 */
export function stationsOf({ programs, hosts, wires }: Cast): Station[] {
  const [only] = hosts
  if (only && hosts.length === 1) {
    return (['waits', 'begins'] as const).map((end) => ({
      host: only.name,
      addresses: only.addresses,
      programs: programs.filter((program) => program.end === end),
      mark: end === 'waits' ? 'B' : 'A',
    }))
  }
  const row = rowOf(
    hosts.map(({ name }) => name),
    wires,
  )
  const place = (end: Player['end']) => row.indexOf(programs.find((program) => program.end === end)?.host ?? '')
  if (place('begins') !== -1 && place('begins') < place('waits')) row.reverse()
  else if (place('waits') === -1 && place('begins') === 0) row.reverse()
  return row.map((host, i) => {
    const here = programs.filter((program) => program.host === host)
    const between = i > 0 && i < row.length - 1
    return {
      host,
      addresses: hosts.find(({ name }) => name === host)?.addresses ?? [],
      programs: here,
      mark: markOfAll(here) ?? (between ? 'router' : null),
    }
  })
}

function markOfAll(programs: readonly Player[]): Mark {
  const [first] = programs
  return first && programs.every(({ end }) => end === first.end) ? markOf(first) : null
}

/** Hosts in the row in which wires join them. */
function rowOf(hosts: readonly string[], wires: Cast['wires']): string[] {
  const neighbours = (host: string) =>
    wires.flatMap(([one, other]) => (one === host ? [other] : other === host ? [one] : []))
  const start = hosts.find((host) => neighbours(host).length <= 1) ?? hosts[0] ?? ''
  const row = [start]
  for (let next: string | undefined = start; next !== undefined; ) {
    next = neighbours(next).find((host) => !row.includes(host))
    if (next !== undefined) row.push(next)
  }
  return row
}

/** The station of a program; -1 for none of the lab's. */
export function stationOf(stations: readonly Station[], program: string | null): number {
  if (program === null) return -1
  return stations.findIndex(({ programs }) => programs.some(({ name }) => name === program))
}

/** Between which stations a packet travels. */
export function wayOf(packet: Packet, story: Story, stations: readonly Station[]): Way {
  if (packet.wire !== null) {
    const from = stations.findIndex(({ host }) => host === packet.from)
    const to = stations.findIndex(({ host }) => host === packet.to)
    return { from: Math.max(from, 0), to: Math.max(to, 0) }
  }
  const ends = stations.flatMap(({ host }, i) => (host === packet.from ? [i] : []))
  if (ends.length < 2) return { from: ends[0] ?? 0, to: ends[0] ?? 0 }
  const sender = stationOf(stations, packet.sender)
  const receiver = stationOf(stations, packet.receiver)
  if (sender >= 0) return { from: sender, to: receiver >= 0 ? receiver : 1 - sender }
  if (receiver >= 0) return { from: 1 - receiver, to: receiver }
  return isFromFirst(packet, story) ? { from: 1, to: 0 } : { from: 0, to: 1 }
}

/** Whether a packet comes from the end of its conversation that sent first: in a picture without names the right one. */
function isFromFirst({ conversation, decoded }: Packet, { conversations }: Story): boolean {
  const first = conversation === null ? undefined : conversations[conversation]?.ends[0]
  const source = sourceOf(decoded)
  return first === undefined || source === null || isSame(first, source)
}
