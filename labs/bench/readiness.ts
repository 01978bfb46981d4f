import type { ReadySocket } from '../events.ts'
import { socketsOf } from '../instruments/sockets.ts'

/**
 * How long to wait before the next look at the kernel's table, in ms. A look costs some milliseconds of the server's
 * time, so it is taken often only while a program starts.
 */
function pauseAfter(milliseconds: number): number {
  if (milliseconds < 400) return 10
  return milliseconds < 3000 ? 50 : 250
}

/**
 * Watches until a process holds a socket that others can reach: TCP in LISTEN, or UDP bound to a port.
 * @returns undoes the watching.
 */
export function watchReadiness(pid: number, onReady: (socket: ReadySocket) => void): () => void {
  const began = performance.now()
  let timer: NodeJS.Timeout
  const look = () => {
    const row = socketsOf(pid).find(({ protocol, state, local }) =>
      protocol === 'tcp' ? state === 'LISTEN' : local.port !== 0,
    )
    if (row) {
      onReady({ protocol: row.protocol, ...row.local })
      return
    }
    timer = setTimeout(look, pauseAfter(performance.now() - began))
  }
  timer = setTimeout(look, pauseAfter(0))
  return () => clearTimeout(timer)
}
