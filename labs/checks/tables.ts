/** What the kernels' socket tables told, look by look. */
import type { Endpoint, SocketRow } from '../events.ts'
import { isAny, plainAddress } from './draft.ts'
import type { RunEvents } from './runs.ts'

/** What one look told of one socket. */
export interface Look {
  readonly t: number
  /** Null: it is gone. */
  readonly row: SocketRow | null
}

/** All that was told of one socket. */
export interface Known {
  readonly id: string
  readonly host: string
  /** In the order of time. An id that came back is another socket. */
  readonly looks: Look[]
}

/** The sockets of all hosts, from the opening of the bench on. */
export class Tables {
  readonly known: readonly Known[]
  readonly #byPort = new Map<string, Set<Known>>()

  constructor({ tables }: RunEvents) {
    const known: Known[] = []
    const current = new Map<string, Known>()
    for (const { t, host, rows, gone, whole } of tables) {
      for (const id of whole ? othersOf(current, host, rows) : gone) {
        const key = `${host} ${id}`
        current.get(key)?.looks.push({ t, row: null })
        current.delete(key)
      }
      for (const row of rows) {
        const key = `${host} ${row.id}`
        let one = current.get(key)
        if (!one) {
          one = { id: row.id, host, looks: [] }
          current.set(key, one)
          known.push(one)
        }
        one.looks.push({ t, row })
        this.#remember(one, row)
      }
    }
    this.known = known
  }

  /** The program that held the socket at this end of a conversation, by the table alone; null when it names none. */
  holder(
    protocol: 'tcp' | 'udp',
    host: string,
    end: Endpoint,
    other: Endpoint,
    from: number,
    to: number,
  ): string | null {
    const candidates = this.#byPort.get(`${host} ${protocol} ${end.port}`) ?? []
    let any: string | null = null
    for (const known of candidates) {
      const last = known.looks.at(-1) as Look
      if (last.row === null && last.t < from) continue
      for (const { t, row } of known.looks) {
        if (!row?.owner || !row.local || (t > to + LATE && row.state === 'LISTEN')) continue
        const address = plainAddress(row.local.address)
        if (!isAny(address) && address !== end.address) continue
        if (row.remote?.port === other.port && plainAddress(row.remote.address) === other.address)
          return row.owner.program
        if (row.remote === null) any ??= row.owner.program
      }
    }
    return any
  }

  #remember(known: Known, row: SocketRow): void {
    if (!row.local) return
    const key = `${known.host} ${row.protocol} ${row.local.port}`
    const here = this.#byPort.get(key)
    if (here) here.add(known)
    else this.#byPort.set(key, new Set([known]))
  }
}

/** The sockets of a host that a whole table does not tell of any more. */
function othersOf(current: ReadonlyMap<string, Known>, host: string, rows: readonly SocketRow[]): string[] {
  const told = new Set(rows.map(({ id }) => id))
  return [...current.values()].flatMap((known) => (known.host === host && !told.has(known.id) ? [known.id] : []))
}

/** The table is looked at this much later at most, in ns, when something happens. */
export const LATE = 100_000_000
