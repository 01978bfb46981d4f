/** What is said to watch.py, and what it tells besides frames. */
import type { Endpoint, Instrument, SocketRow } from '../events.ts'
import { SHELL } from '../protocol.ts'
import type { KeepCommand } from './line.ts'
import type { Observed } from './observer.ts'
import type { Report } from './reports.ts'

/** Every command is answered. */
export type WatchCommand =
  /** Begin. With `capture`, frames on the hosts' loopback are told. */
  | { readonly do: 'open'; readonly capture: boolean }
  | (KeepCommand & { readonly perSecond: number | null; readonly inAll: number | null })
  /** Something has happened: look at the tables soon. */
  | { readonly do: 'look' }
  /** Look at everything, and tell it. */
  | { readonly do: 'ask' }

/** As watch.py writes a row; an endpoint is its address and port, an owner its run and descriptor. */
type Row = readonly [
  id: string,
  protocol: 'tcp' | 'udp',
  state: string,
  local: readonly [string, number] | null,
  remote: readonly [string, number] | null,
  receiveQueue: number,
  sendQueue: number,
  owner: readonly [number, number] | null,
]

type News =
  | { readonly kind: 'sockets'; readonly host: string; readonly rows: Row[]; gone: string[]; leftOut: number }
  | { readonly kind: 'waits'; readonly run: number; readonly syscall: string | null }
  | { readonly kind: 'counters'; readonly host: string; readonly counters: Record<string, number> }
  | { readonly kind: 'blind'; readonly instrument: Instrument; readonly detail: string }

/**
 * Tells what watch.py reports of sockets, counters and waiting; other reports are passed over.
 * @param blind is told which of its instruments does not work, and why
 */
export function tellNews(
  reports: readonly Report[],
  { observer, programOf }: Pick<Observed, 'observer' | 'programOf'>,
  blind: (instrument: Instrument, detail: string) => void,
): void {
  for (const report of reports) {
    if (report.kind !== 'news') continue
    const { t } = report
    const news = report.news as News
    if (news.kind === 'sockets') {
      const { host, gone, leftOut } = news
      const rows = news.rows.map((row) => readRow(row, programOf))
      observer.tell({ kind: 'sockets', host, rows, gone }, t)
      if (leftOut === 0) continue
      observer.tell({ kind: 'missing', what: 'sockets', count: leftOut, since: t, until: t, why: 'let-go' }, t)
    } else if (news.kind === 'waits') {
      const { run, syscall } = news
      const program = programOf(run)
      // A shell waits for its reader, and for what it has started.
      if (!program.startsWith(SHELL)) observer.tell({ kind: 'waits', program, run, syscall }, t)
    } else if (news.kind === 'counters') {
      observer.tell({ kind: 'counters', host: news.host, counters: news.counters }, t)
    } else if (news.kind === 'blind') blind(news.instrument, news.detail)
  }
}

function readRow(row: Row, programOf: Observed['programOf']): SocketRow {
  const [id, protocol, state, local, remote, receiveQueue, sendQueue, owner] = row
  return {
    id,
    protocol,
    state,
    local: readEndpoint(local),
    remote: readEndpoint(remote),
    receiveQueue,
    sendQueue,
    owner: owner && { program: programOf(owner[0]), run: owner[0], descriptor: owner[1] },
  }
}

function readEndpoint(endpoint: readonly [string, number] | null): Endpoint | null {
  return endpoint && { address: endpoint[0], port: endpoint[1] }
}
