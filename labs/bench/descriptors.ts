import { closeSync, openSync, readdirSync } from 'node:fs'

/** The most numbers that are filled: to fill one takes some microseconds. */
const MAX_FILLERS = 512

/**
 * Calls `start` while no descriptor number below the highest is free.
 *
 * node-pty's binary for Linux keeps descriptors from its program one by one and stops at the first number above 15 that
 * is free. Those beyond would be inherited: other readers' terminals, for example, into which the program could type.
 * A new terminal is then the highest; where that has led to too many gaps, it gets a low number and they close again.
 */
export function withoutGaps<T>(start: () => T): T {
  const highest = highestDescriptor()
  const fillers: number[] = []
  try {
    // The system gives the lowest number that is free.
    for (let got = 0; got < highest && fillers.length < MAX_FILLERS; fillers.push(got)) got = openSync('/dev/null', 'r')
    if (fillers.length === MAX_FILLERS) closeAll(fillers)
    return start()
  } finally {
    closeAll(fillers)
  }
}

function closeAll(descriptors: number[]): void {
  for (const descriptor of descriptors.splice(0)) closeSync(descriptor)
}

/** 0 where the system does not tell. */
function highestDescriptor(): number {
  try {
    return Math.max(...readdirSync('/proc/self/fd').map(Number))
  } catch {
    return 0
  }
}
