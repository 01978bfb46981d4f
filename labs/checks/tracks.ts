/** Sockets from their first moment to their last: what calls, packets and the kernels' tables each tell of the same one. */

import type { Endpoint, SocketRow } from '../events.ts'
import type { Lab } from '../lab.ts'
import { plainAddress, put, SLACK } from './draft.ts'
import type { Flow, FlowEnd } from './flows.ts'
import type { Join } from './join.ts'
import type { Life } from './lives.ts'
import type { Sent } from './packets.ts'
import { type Known, LATE, type Look, type Tables } from './tables.ts'
import type { TcpTale } from './tcp.ts'

/** One end of a TCP connection. */
export interface TcpEnd {
  readonly tale: TcpTale
  readonly side: 0 | 1
}

/** One socket. */
export interface Track {
  /** The kernel's, where its table ever told of it. */
  id: string
  readonly host: string
  protocol: 'tcp' | 'udp'
  program: string | null
  readonly life: Life | null
  end: TcpEnd | null
  /** The first packet that a UDP socket sent. */
  first: Sent | null
  /** What came to a UDP socket, in the order of arrival. */
  readonly heard: Sent[]
  readonly known: Known[]
}

/** The sockets of a run, and where to find them. */
export interface Tracks {
  /** Those of one program stand together, in the order of the lab's programs; strangers' come last. */
  readonly all: readonly Track[]
  ofLife(life: Life | null): Track | null
  ofEnd(flow: Flow, side: 0 | 1): Track | null
}

/** Finds out which calls, packets and rows tell of the same sockets. */
export function tracksOf(
  flows: readonly Flow[],
  lives: readonly Life[],
  tales: readonly TcpTale[],
  tables: Tables,
  join: Join,
  { programs }: Lab,
  from: number,
): Tracks {
  const all: Track[] = []
  const byLife = new Map<Life, Track>()
  const byEnd = new Map<FlowEnd, Track>()
  for (const life of lives) {
    if (life.protocol === null) continue
    const track = newTrack(`call ${life.run} ${life.id}`, life.host, life.protocol, life.program, life)
    all.push(track)
    byLife.set(life, track)
  }
  for (const tale of tales) {
    for (const side of [0, 1] as const) {
      const end = tale.flow.ends[side]
      const own = end.life && byLife.get(end.life)
      const track = own ?? strangerAt(tale, side)
      if (!track) continue
      if (!own) all.push(track)
      track.end = { tale, side }
      byEnd.set(end, track)
    }
  }
  const finder = new Finder(all, join)
  for (const known of tables.known) {
    // What was gone before the run began is no part of it.
    const last = known.looks.at(-1) as Look
    if (last.row === null && last.t < from) continue
    const track = finder.find(known) ?? strangeRow(known)
    if (track.known.length === 0 && track.life === null && track.end === null) all.push(track)
    track.known.push(known)
    if (track.known.length === 1) track.id = known.id
  }
  for (const flow of flows) {
    if (flow.protocol !== 'udp') continue
    for (const [side, end] of flow.ends.entries()) {
      const track = end.life && byLife.get(end.life)
      if (!track) continue
      byEnd.set(end, track)
      const first = flow.sent.find((sent) => sent.side === side && sent.first && sent.packet.decoded.udp)
      if (first && first.packet.t < (track.first?.packet.t ?? Number.POSITIVE_INFINITY)) track.first = first
      track.heard.push(...flow.sent.filter((sent) => sent.side !== side && isHeard(sent)))
    }
  }
  const places = programs.map(({ name }) => name)
  const placeOf = ({ program }: Track) => (program === null ? places.length : places.indexOf(program))
  return {
    all: all.sort((a, b) => placeOf(a) - placeOf(b)),
    ofLife: (life) => (life && byLife.get(life)) ?? null,
    ofEnd: (flow, side) => byEnd.get(flow.ends[side]) ?? null,
  }
}

/** Whether a datagram has come to where it was sent. */
function isHeard({ packet, last }: Sent): boolean {
  return last && packet.arrived !== null && packet.decoded.icmp === null
}

function newTrack(id: string, host: string, protocol: 'tcp' | 'udp', program: string | null, life: Life | null): Track {
  return { id, host, protocol, program, life, end: null, first: null, heard: [], known: [] }
}

/** The socket at an end of a connection that no call tells of; none where nobody answered. */
function strangerAt(tale: TcpTale, side: 0 | 1): Track | null {
  const { flow } = tale
  const { host, program } = flow.ends[side]
  const spoke = tale.syn[side].sent ?? tale.fin[side].sent ?? tale.carried[side][0]
  if (host === null || !spoke) return null
  return newTrack(`end ${flow.place} ${side}`, host, 'tcp', program, null)
}

function strangeRow(known: Known): Track {
  const rows = known.looks.flatMap(({ row }) => row ?? [])
  const owner = rows.findLast((row) => row.owner)?.owner ?? null
  return newTrack(known.id, known.host, rows[0]?.protocol ?? 'tcp', owner?.program ?? null, null)
}

/** Finds the socket that a row of the kernel's table is. */
class Finder {
  readonly #byDescriptor = new Map<string, Track[]>()
  readonly #byAddresses = new Map<string, Track[]>()

  constructor(tracks: readonly Track[], join: Join) {
    for (const track of tracks) {
      const { life, end, host, protocol } = track
      if (life && life.descriptor !== null) put(this.#byDescriptor, `${life.run} ${life.descriptor}`, track)
      if (end) {
        const { ends } = end.tale.flow
        put(this.#byAddresses, addressKey(host, protocol, ends[end.side], ends[1 - end.side] as FlowEnd), track)
      } else if (life?.local)
        put(this.#byAddresses, addressKey(host, protocol, life.local, life.listens ? null : life.remote), track)
      else if (life && join.isPython(life.run) === false && life.listens) {
        // Node listens where its arguments say; the address comes with the event.
        put(this.#byAddresses, `${host} ${life.run}`, track)
      }
    }
  }

  find(known: Known): Track | null {
    for (const { t, row } of known.looks) {
      if (!row) continue
      // A descriptor is soon given to another socket; the two addresses of a connection are not.
      const found = row.remote
        ? (this.#byAddress(known, row, t) ?? this.#byOwner(row, t))
        : (this.#byOwner(row, t) ?? this.#byAddress(known, row, t))
      if (found) return found
    }
    return null
  }

  #byOwner({ owner, protocol }: SocketRow, t: number): Track | null {
    if (!owner) return null
    const candidates = this.#byDescriptor.get(`${owner.run} ${owner.descriptor}`) ?? []
    return candidates.find(({ life, protocol: mine }) => mine === protocol && life && wasThere(life, t)) ?? null
  }

  #byAddress({ host }: Known, row: SocketRow, t: number): Track | null {
    if (!row.local) return null
    const candidates = this.#byAddresses.get(addressKey(host, row.protocol, row.local, row.remote)) ?? []
    const fits = ({ life, end }: Track) => {
      if (row.owner && life && row.owner.run !== life.run) return false
      if (end) return (end.tale.flow.sent[0]?.packet.t ?? 0) <= t + LATE
      return life !== null && wasThere(life, t)
    }
    return candidates.findLast(fits) ?? null
  }
}

/** Whether a socket may have been seen at a moment; looks are late. */
function wasThere(life: Life, t: number): boolean {
  return life.began - SLACK <= t && t <= life.ended + LATE
}

function addressKey(host: string, protocol: string, local: Endpoint, remote: Endpoint | null): string {
  const mine = `${plainAddress(local.address)} ${local.port}`
  const theirs = remote && remote.port > 0 ? `${plainAddress(remote.address)} ${remote.port}` : ''
  return `${host} ${protocol} ${mine} ${theirs}`
}
