import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { descriptorsOf, isThere } from '../helpers/processes.ts'

/** All processes that descend from one and have not ended, children before grandchildren. */
export function descendantsOf(ancestor: number): number[] {
  const parents = new Map(processIds().map((pid) => [pid, parentOf(pid)]))
  const found = [ancestor]
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child)
  return found.slice(1).filter(isThere)
}

/** All processes of a session that have not ended. A program in a terminal begins one, and has its number. */
export function sessionOf(leader: number): number[] {
  return processIds().filter((pid) => statOf(pid)?.[3] === String(leader) && isThere(pid))
}

/** What a server and everything below it hold of the system. */
export interface Holdings {
  readonly processes: number
  readonly descriptors: number
  /** Network namespaces other than the server's own. */
  readonly networks: number
  /** Network interfaces of the machine. */
  readonly interfaces: number
}

/** Counts. A process of another user keeps its namespaces to itself, and is not counted among the networks. */
export function holdingsOf(server: number): Holdings {
  const below = descendantsOf(server)
  const networks = new Set(below.map(networkOf).filter((name) => name !== null && name !== networkOf(process.pid)))
  return {
    processes: below.length,
    descriptors: descriptorsOf(server).length,
    networks: networks.size,
    interfaces: readFileSync('/proc/net/dev', 'latin1').trim().split('\n').length - 2,
  }
}

/** The most memory a process ever held, in bytes. */
export function mostMemoryOf(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return Number(kilobytes) * 1024
}

function networkOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return null
  }
}

function processIds(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
}

function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1] ?? 0)
}

/** What the kernel tells of a process, from its state on; null when it is gone. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
