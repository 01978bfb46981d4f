import type { SocketRow } from '../events.ts'
import type { Observed } from './observer.ts'
import { heldSockets, readTables, type TableRow } from './sockets.ts'

/** Between two looks at the least, and while nothing is known to have happened, in ms. A look costs some milliseconds. */
const PAUSE = { stirred: 20, otherwise: 250 } as const

/**
 * The sockets of a bench's programs where these share their network with the whole machine, read from `/proc`. Told is
 * what a program holds, what it held before (TIME-WAIT), and what waits for it to be accepted. A socket without a port
 * is in no table, and nobody says here what it is.
 */
export class ProcessSockets {
  readonly #host: string
  readonly #observed: Observed
  /** The process of each run. */
  readonly #runs = new Map<number, number>()
  /** What was told last, by id. */
  #told = new Map<string, SocketRow>()
  #timer: NodeJS.Timeout | undefined
  #due = 0
  #lookedAt = 0
  #closed = false

  constructor(host: string, observed: Observed) {
    this.#host = host
    this.#observed = observed
  }

  started(run: number, pid: number): void {
    this.#runs.set(run, pid)
    this.stir()
  }

  ended(run: number): void {
    this.#runs.delete(run)
    this.stir()
  }

  /** Something has happened: a look is taken soon. */
  stir(): void {
    this.#lookAt(Math.max(performance.now(), this.#lookedAt + PAUSE.stirred))
  }

  /** Looks now. The time before which everything has been told. */
  ask(): number {
    const asked = this.#observed.clock()
    this.#look()
    return asked
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #lookAt(due: number): void {
    if (this.#closed || (this.#timer && this.#due <= due)) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(() => this.#look(), Math.max(0, due - performance.now()))
  }

  #look(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { observer, clock } = this.#observed
    const t = clock()
    const now = new Map(this.#rows().map((row) => [row.id, row]))
    const rows = [...now.values()].filter((row) => JSON.stringify(row) !== JSON.stringify(this.#told.get(row.id)))
    const gone = [...this.#told.keys()].filter((id) => !now.has(id))
    this.#told = now
    if (rows.length > 0 || gone.length > 0) observer.tell({ kind: 'sockets', host: this.#host, rows, gone }, t)
    this.#lookedAt = performance.now()
    if (this.#runs.size > 0 || now.size > 0) this.#lookAt(this.#lookedAt + PAUSE.otherwise)
  }

  #rows(): SocketRow[] {
    const owners = new Map<string, SocketRow['owner']>()
    for (const [run, pid] of this.#runs) {
      for (const { descriptor, inode } of heldSockets(pid)) {
        if (!owners.has(inode)) owners.set(inode, { program: this.#observed.programOf(run), run, descriptor })
      }
    }
    const table = owners.size > 0 || this.#told.size > 0 ? readTables('self') : []
    const listening = new Set(
      table.flatMap((row) => (owners.has(row.inode) && isListening(row) ? [row.local.port] : [])),
    )
    return table.flatMap((row) => {
      const owner = owners.get(row.inode) ?? null
      const id = idOf(row)
      // What waits to be accepted is nobody's yet; its inode is 0.
      const waits = row.inode === '0' && row.protocol === 'tcp' && listening.has(row.local.port)
      return owner || waits || this.#told.has(id) ? [describe(row, id, owner)] : []
    })
  }
}

/** Addresses stay when the inode goes, as it does with the program. */
function idOf({ protocol, local, remote, inode }: TableRow): string {
  const ends = `${protocol} ${local.address} ${local.port}`
  return remote.port === 0 ? `${ends} ${inode}` : `${ends} ${remote.address} ${remote.port}`
}

function isListening({ protocol, state }: TableRow): boolean {
  return protocol === 'tcp' && state === 'LISTEN'
}

function describe(row: TableRow, id: string, owner: SocketRow['owner']): SocketRow {
  const { protocol, local, remote, receiveQueue, sendQueue } = row
  const state = protocol === 'udp' && row.state === 'CLOSED' ? 'UNCONN' : row.state
  return {
    id,
    protocol,
    state: state === 'NEW-SYN-RECEIVED' ? 'SYN-RECEIVED' : state,
    local: local.port === 0 ? null : local,
    remote: remote.port === 0 ? null : remote,
    receiveQueue,
    sendQueue,
    owner,
  }
}
