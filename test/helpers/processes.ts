import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Waits for what nobody announces, by looking every 5 ms. Rejects after `seconds` with what was waited for. */
export async function until(holds: () => boolean, what: string, seconds = 15): Promise<void> {
  const late = performance.now() + seconds * 1000
  while (!holds()) {
    if (performance.now() > late) throw new Error(`Waited ${seconds} s until ${what}.`)
    await pause(5)
  }
}

/** Whether a process is there; one that has ended and only waits to be buried is not. */
export function isThere(pid: number): boolean {
  if (process.platform !== 'linux') return answers(pid)
  const state = stat(pid)?.[0]
  return state !== undefined && state !== 'Z' && state !== 'X'
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The process ids of all processes that a process has started and that are still there. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => stat(pid)?.[1] === String(parent) && isThere(pid))
}

/** The id that a process of the same namespaces as `neighbour` has here, given the one it knows itself by. */
export function asSeenHere(pid: number, neighbour: number): number {
  const namespaceOf = (process: number) => statSync(`/proc/${process}/ns/pid`, { throwIfNoEntry: false })?.ino
  const idsOf = (process: string) => /NSpid:\s+(.+)/.exec(readFileSync(`/proc/${process}/status`, 'latin1'))?.[1]
  const found = readdirSync('/proc').find((name) => {
    try {
      const own = idsOf(name)?.split(/\s+/).at(-1)
      return Number(own) === pid && namespaceOf(Number(name)) === namespaceOf(neighbour)
    } catch {
      return false
    }
  })
  return Number(found)
}

/** The memory a process holds, in bytes. */
export function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return Number(kilobytes) * 1024
}

/** The processor time a process has used since it began, in ms, to the nearest 10. */
export function processorTimeOf(pid: number): number {
  const fields = stat(pid) ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** The descriptors a process holds. */
export function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
}

/** `/proc/PID/stat` from the state on, which is field 3; the name before it may contain anything. */
function stat(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
