import { socketInodes, socketsOf } from '../instruments/sockets.ts'
import type { ReadySocket } from '../protocol.ts'

/** How often the kernel's table is looked at: often while a program starts, then seldom. In ms. */
const LOOK = { often: 10, seldom: 100, oftenFor: 3000 } as const

/**
 * Watches until a process holds a socket that others can reach: TCP in LISTEN, or UDP bound to a port.
 * @returns undoes the watching.
 */
export function watchReadiness(pid: number, onReady: (socket: ReadySocket) => void): () => void {
  const began = performance.now()
  let timer: NodeJS.Timeout
  const look = () => {
    const reachable = socketsOf(pid).filter(({ protocol, state, local }) =>
      protocol === 'tcp' ? state === 'LISTEN' : local.port !== 0,
    )
    // In its first moments, before it becomes another program, a process still holds all sockets of this one.
    const ours = reachable.length > 0 ? socketInodes(process.pid) : []
    const row = reachable.find(({ inode }) => !ours.includes(inode))
    if (row) {
      onReady({ protocol: row.protocol, ...row.local })
      return
    }
    timer = setTimeout(look, performance.now() - began < LOOK.oftenFor ? LOOK.often : LOOK.seldom)
  }
  timer = setTimeout(look, LOOK.often)
  return () => clearTimeout(timer)
}
