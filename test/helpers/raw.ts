import { once } from 'node:events'
import { connect } from 'node:net'
import { BENCH_PATH } from '../../labs/protocol.ts'

/** Sends a text over TCP as it is and gives all that comes back until the other side ends. */
export async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let answer = ''
  socket.setEncoding('latin1').on('data', (part) => {
    answer += part
  })
  // The other side may reset the connection after its answer.
  socket.on('error', () => {})
  socket.write(text, 'latin1')
  await once(socket, 'close')
  return answer
}

/** A request for a path, written as it is. The server's own `Host` is sent unless another is given; null sends none. */
export function getRequest(port: number, path: string, host: string | null = `127.0.0.1:${port}`, more = ''): string {
  return `GET ${path} HTTP/1.1\r\n${host === null ? '' : `Host: ${host}\r\n`}${more}Connection: close\r\n\r\n`
}

/** The headers by which the gate decides about a WebSocket. */
interface Asking {
  readonly host: string | null
  readonly origin: string | null
  readonly cookie?: string
}

/** The first request of a WebSocket, with these headers and no others of their kind; null sends none. */
export function upgradeRequest(headers: Asking, path = BENCH_PATH): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    ...(headers.host === null ? [] : [`Host: ${headers.host}`]),
    ...(headers.origin === null ? [] : [`Origin: ${headers.origin}`]),
    ...(headers.cookie === undefined ? [] : [`Cookie: ${headers.cookie}`]),
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Opens a WebSocket by hand and gives the first line of the answer. */
export async function upgrade(port: number, headers: Asking, path?: string) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.write(upgradeRequest(headers, path), 'latin1')
  const answer = await Promise.race([once(socket, 'data'), once(socket, 'close')])
  socket.destroy()
  return String(answer[0]).split('\r\n')[0]
}
