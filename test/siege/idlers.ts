import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { descriptorsOf } from '../helpers/processes.ts'
import { getRequest, sendRaw } from '../helpers/raw.ts'
import { atMost, exactly, type Finding } from './finding.ts'
import type { Stronghold, Watch } from './stronghold.ts'

/** Strangers who take up every connection there is and say nothing, or never end what they began to say. */
export async function idle(stronghold: Stronghold, watch: Watch, count: number): Promise<Finding[]> {
  const before = descriptorsOf(stronghold.pid).length
  const sockets: Socket[] = []
  for (let at = 0; at < count; at += 50) {
    const some = Array.from({ length: 50 }, () => connect(stronghold.port, '127.0.0.1').on('error', () => {}))
    await Promise.all(some.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])))
    for (const [index, socket] of some.entries()) if (index % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: ')
    sockets.push(...some)
  }
  const echo = await watch.echo(20)
  const most = descriptorsOf(stronghold.pid).length
  const began = performance.now()
  let answer = ''
  while (!answer.startsWith('HTTP/1.1 200') && performance.now() - began < 30_000) {
    // A connection for which there is no room is reset.
    answer = await sendRaw(stronghold.port, getRequest(stronghold.port, '/health')).catch(() => '')
    await pause(100)
  }
  const took = performance.now() - began
  for (const socket of sockets) socket.destroy()
  return [
    atMost('descriptors at their most', most - before, 1024),
    atMost('an open bench’s echo meanwhile, median', echo.median, 50, ' ms'),
    atMost('a reader who comes is answered after', took / 1000, 20, ' s'),
    exactly('benches disturbed', watch.isWell ? 0 : 1, 0),
  ]
}
