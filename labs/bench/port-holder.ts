import { readFileSync } from 'node:fs'
import { holdersOfPorts } from '../instruments/sockets.ts'
import { SERVER_MARK } from './environment.ts'
import { markOf } from './leftovers.ts'

/** A process that holds a port of this machine. */
export interface PortHolder {
  readonly port: number
  readonly pid: number
  /** What the system calls it: `node`. */
  readonly name: string
  /** The bench of this server it belongs to, and its run there; null for any other process. */
  readonly of: { readonly bench: string; readonly run: number } | null
}

/**
 * Who holds the port that a program says is in use: the first number in what it printed that is a port somebody holds.
 * Null when it says no such thing, or when this system or user cannot see who it is.
 */
export function findPortHolder(printed: string): PortHolder | null {
  if (!/\bin use\b|EADDRINUSE/i.test(printed)) return null
  const numbers = (printed.match(/\b\d{1,5}\b/g) ?? []).map(Number)
  const holders = holdersOfPorts(new Set(numbers))
  const port = numbers.find((number) => holders.has(number))
  const pid = port === undefined ? undefined : holders.get(port)
  if (port === undefined || pid === undefined) return null
  return { port, pid, name: nameOf(pid), of: ownerOf(pid) }
}

function ownerOf(pid: number): PortHolder['of'] {
  const [server, bench = '', run] = (markOf(pid) ?? '').split('.')
  return server === SERVER_MARK ? { bench, run: Number(run) } : null
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return '?'
  }
}
