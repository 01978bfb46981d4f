/** What a call of `dgram` sends, and why one fails. */
import type dgram from 'node:dgram'
import { isIP } from 'node:net'
import { getSystemErrorName } from 'node:util'
import type { Endpoint } from '../../events.ts'
import { type Emitter, handleOf } from './states.ts'

/** How many bytes `send` is given; null for what it will refuse. */
export function datagramSize(args: readonly unknown[]): number | null {
  const [message, , length] = args
  if (typeof length === 'number') return length
  const parts = Array.isArray(message) ? message : [message]
  let size = 0
  for (const part of parts) {
    if (typeof part === 'string') size += Buffer.byteLength(part)
    else if (ArrayBuffer.isView(part)) size += part.byteLength
    else return null
  }
  return size
}

/** Whom `send` is told to send to; null where it is not told, or a name that is still to be found. */
export function partnerOf(socket: dgram.Socket, args: readonly unknown[]): Endpoint | null {
  const [, second, third] = args
  const [port, address] = typeof third === 'number' && args.length > 3 ? args.slice(3) : [second, third]
  if (typeof port !== 'number' && typeof port !== 'string') return null
  const { type } = socket as unknown as { type: string }
  const own = type === 'udp6' ? '::1' : '127.0.0.1'
  const given = typeof address === 'string' && address !== '' && address !== 'localhost' ? address : own
  return isIP(given) === 0 ? null : { address: given, port: Number(port) }
}

/** What a call that threw says of a socket for datagrams that is closed: Node asks no kernel then. Null: another reason. */
export function refusalOf(socket: Emitter): string | null {
  return handleOf(socket) ? null : 'ERR_SOCKET_DGRAM_NOT_RUNNING'
}

/** What a method asks of the handle, where it has another name. */
const ASKED: Readonly<Record<string, string>> = { bindSync: 'bind', connectSync: 'connect' }

/**
 * Watches what the kernel answers to a call that throws when that is an error.
 * @returns ends the watching; the error's name, or null.
 */
export function watchAnswer(socket: Emitter, name: string): () => string | null {
  const handle = handleOf(socket) as unknown as Record<string, unknown> | null
  const asked = ASKED[name] ?? name
  const ask = handle?.[asked]
  if (handle === null || typeof ask !== 'function') return () => null
  const before = Object.getOwnPropertyDescriptor(handle, asked)
  let answer: unknown
  handle[asked] = function (this: unknown, ...args: unknown[]) {
    answer = Reflect.apply(ask, this, args)
    return answer
  }
  return () => {
    if (before) Object.defineProperty(handle, asked, before)
    else delete handle[asked]
    return typeof answer === 'number' && answer < 0 ? getSystemErrorName(answer) : null
  }
}
