import { closeSync, openSync, readdirSync } from 'node:fs'

/**
 * Calls `start` while no descriptor number below the highest is free.
 *
 * node-pty's binary for Linux keeps descriptors from its program one by one and stops at the first number above 15 that
 * is free. Those beyond would be inherited: other readers' terminals, for example, into which the program could type.
 */
export function withoutGaps<T>(start: () => T): T {
  const highest = highestDescriptor()
  const fillers: number[] = []
  try {
    // The system gives the lowest number that is free.
    for (let got = 0; got < highest; fillers.push(got)) got = openSync('/dev/null', 'r')
    return start()
  } finally {
    for (const filler of fillers) closeSync(filler)
  }
}

/** 0 where the system does not tell. */
function highestDescriptor(): number {
  try {
    return Math.max(...readdirSync('/proc/self/fd').map(Number))
  } catch {
    return 0
  }
}
