/** What the tracer knows of the program's sockets and servers. */
import dgram from 'node:dgram'
import net from 'node:net'
import type { Endpoint } from '../../events.ts'
import { losses, stringify } from './teller.ts'

/** A socket, of TCP or UDP, or a server. */
export type Emitter = net.Socket | net.Server | dgram.Socket

/** A listener of the program's: where it was given. */
export interface Listener {
  readonly line: number | null
  readonly awaited: boolean
}

/** What Node's own handle of a socket is asked. */
interface Handle {
  readonly fd?: number
  getsockname?(out: object): number
  getpeername?(out: object): number
}

/** One socket of the program. */
export class State {
  readonly id: number
  readonly protocol: 'tcp' | 'udp'
  /** Bytes of the stream; null where there is no stream. */
  sent: number | null
  received: number | null
  /** For each event, the functions that the program gave. */
  readonly listeners = new Map<string, WeakMap<object, Listener>>()
  /** The line that reads the stream by `for await`, or that gave it to `pipe`. */
  reader: Listener | null = null
  /** The line that has something piped into it. */
  writer: number | null = null
  local: Endpoint | null = null
  remote: Endpoint | null = null
  #descriptor: number | null = null
  /** What had been lost when the whole of it was told; null: it has not been told as it is now. */
  #toldIn: number | null = null

  constructor(id: number, protocol: 'tcp' | 'udp', isStream: boolean) {
    this.id = id
    this.protocol = protocol
    this.sent = this.received = isStream ? 0 : null
  }

  /** All that a `ProgramSocket` is, as JSON; the number alone when nothing has changed since that was told. */
  get told(): string {
    if (this.#toldIn === losses()) return String(this.id)
    this.#toldIn = losses()
    const { id, protocol, local, remote } = this
    return stringify({ id, protocol, descriptor: this.#descriptor, local, remote })
  }

  /** Asks the kernel for both addresses, where they may have changed. What is closed stays as it was. */
  look(emitter: Emitter): void {
    const handle = handleOf(emitter)
    if (!handle) return
    this.#descriptor = handle.fd !== undefined && handle.fd >= 0 ? handle.fd : null
    this.local = ask(handle, 'getsockname') ?? this.local
    if (!(emitter instanceof net.Server)) this.remote = ask(handle, 'getpeername') ?? this.remote
    this.#toldIn = null
  }
}

const states = new WeakMap<object, State | null>()
let last = 0

/** What is known of a socket; null for what is not told of: pipes between processes, and terminals. */
export function stateOf(emitter: Emitter): State | null {
  const known = states.get(emitter)
  if (known !== undefined) return known
  const state = isTold(emitter) ? make(emitter) : null
  states.set(emitter, state)
  return state
}

/** What is known of a socket that the program has met before. */
export function knownState(emitter: Emitter): State | null {
  return states.get(emitter) ?? null
}

/** A socket that turned out to be none of the network's. */
export function forget(emitter: Emitter): void {
  states.set(emitter, null)
}

function make(emitter: Emitter): State {
  last += 1
  const isStream = emitter instanceof net.Socket
  const state = new State(last, emitter instanceof dgram.Socket ? 'udp' : 'tcp', isStream)
  state.look(emitter)
  return state
}

function isTold(emitter: Emitter): boolean {
  if (!(emitter instanceof net.Socket)) return true
  // A program's own standard streams are sockets to Node.
  const { fd, isTTY, _isStdio } = emitter as { fd?: unknown; isTTY?: unknown; _isStdio?: unknown }
  if (fd !== undefined || isTTY || _isStdio) return false
  const handle = handleOf(emitter)
  return !handle || handle.constructor.name === 'TCP'
}

let stateSymbol: symbol | undefined

function handleOf(emitter: Emitter): Handle | null {
  if (!(emitter instanceof dgram.Socket)) return (emitter as unknown as { _handle: Handle | null })._handle
  stateSymbol ??= Object.getOwnPropertySymbols(emitter).find(({ description }) => description === 'state symbol')
  if (stateSymbol === undefined) return null
  return (emitter as unknown as Record<symbol, { handle: Handle | null }>)[stateSymbol]?.handle ?? null
}

function ask(handle: Handle, what: 'getsockname' | 'getpeername'): Endpoint | null {
  const out: { address?: string; port?: number } = {}
  if (handle[what]?.(out) !== 0 || !out.address || !out.port) return null
  return { address: out.address, port: out.port }
}

export { handleOf }
