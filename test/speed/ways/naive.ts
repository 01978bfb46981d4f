import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { ToNaive } from '../naive.ts'
import { commandOf, type Means } from './means.ts'
import type { Way } from './way.ts'

/** A client of the plain bridge. */
export function naiveWay(means: Means, port: number): Way {
  return {
    async open(wanted, hear) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
      const say = (message: ToNaive) => socket.send(JSON.stringify(message))
      socket.on('message', (data) => hear(data as Buffer, () => {}))
      await once(socket, 'open')
      say({ start: commandOf(means, wanted) })
      return {
        type: (input) => say({ input }),
        pause: () => socket.pause(),
        async close() {
          if (socket.readyState === WebSocket.CLOSED) return
          const closed = once(socket, 'close')
          socket.terminate()
          await closed
        },
      }
    },
    async useReserve() {},
  }
}
