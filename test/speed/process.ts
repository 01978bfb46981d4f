import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { childrenOf, descriptorsOf, memoryOf } from '../helpers/processes.ts'

/** Watches the memory of a process, in MB. */
export class Memory {
  readonly #pid: number
  readonly #before: number

  constructor(pid: number) {
    this.#pid = pid
    // Makes the kernel forget the most it has seen.
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    this.#before = memoryOf(pid)
  }

  /** The most it has grown since the watching began. */
  get mostGrowth(): number {
    const most = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.#pid}/status`, 'latin1'))?.[1]
    return Math.max(0, Number(most) * 1024 - this.#before) / 1e6
  }

  /** How much it has grown until now; less than nothing when it has become smaller. */
  get growth(): number {
    return (memoryOf(this.#pid) - this.#before) / 1e6
  }
}

/** What a server holds of the system. */
export interface Holdings {
  readonly descriptors: number
  readonly threads: number
  readonly processes: number
}

export function holdingsOf(pid: number): Holdings {
  return {
    descriptors: descriptorsOf(pid).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    processes: childrenOf(pid).length,
  }
}
