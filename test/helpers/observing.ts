import { readFileSync } from 'node:fs'
import type { SocketRow } from '../../labs/events.ts'
import type { BenchClient } from './bench-client.ts'
import { childrenOf } from './processes.ts'

/** Tells a program of `test/fixtures/observed/ends.py` what to do, and waits until it has. */
export async function order(page: BenchClient, program: string, line: string): Promise<void> {
  const [name, deed] = line.split(' ')
  const before = page.text(program).length
  page.type(program, `${line}\n`)
  await page.until(() => page.text(program).slice(before).includes(`${name} has done ${deed}`))
}

/** The table of a host, as a page knows it by what it was told. */
export function tableOf(page: BenchClient, host = 'here'): SocketRow[] {
  const rows = new Map<string, SocketRow>()
  for (const told of page.observedOf('sockets')) {
    if (told.host !== host) continue
    if (told.whole) rows.clear()
    for (const row of told.rows) rows.set(row.id, row)
    for (const id of told.gone) rows.delete(id)
  }
  return [...rows.values()]
}

/** What a counter of a host stands at, as it was told. */
export function counterOf(page: BenchClient, name: string, host = 'here'): number {
  return page.observedOf('counters').reduce((count, told) => (told.host === host && told.counters[name]) || count, 0)
}

/** How many frames were told to be missing. */
export function missing(page: BenchClient, why?: string): number {
  const told = page.observedOf('missing').filter((one) => one.what === 'packets' && (!why || one.why === why))
  return told.reduce((sum, { count }) => sum + count, 0)
}

/** The process that watches the bench in which a program runs. */
export function watcherBeside(program: number): number {
  const holder = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${program}/status`, 'latin1'))?.[1])
  const isWatcher = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'latin1') === 'watch\n'
  return childrenOf(holder).find(isWatcher) ?? 0
}
