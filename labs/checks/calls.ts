/** Calls and what came back from them, events and what awaited them: two halves become one. */
import type { Deed, Endpoint, Outcome } from '../events.ts'
import { type Draft, NONE } from './draft.ts'
import type { EventOf, RunEvents, ToldEvent } from './runs.ts'
import type { Call } from './story.ts'

/** A handler that was armed, and no line waits for it. */
export interface Armed {
  readonly program: string
  readonly run: number
  readonly socket: number | null
  readonly line: number
  readonly event: string
  readonly t: number
}

/** How many bytes of its stream there were before a call, where its runtime tells; null where nobody can know. */
export type Offsets = ReadonlyMap<Call, number | null>

/** What programs did, as they told it. */
export interface Told {
  /** In the order in which they began. */
  readonly calls: Draft<Call>[]
  readonly armed: readonly Armed[]
  readonly offsets: Offsets
}

/** Joins the two halves of every call, and events with the lines that awaited them. */
export function toldOf({ told }: RunEvents): Told {
  // In the order in which they began: each begins with its first event, and the events are in order.
  const all: Draft<Call>[] = []
  /** Of each run, by number. */
  const open = new Map<number, Draft<Call>[]>()
  const awaiting = new Awaiting()
  const armed: Armed[] = []
  const offsets = new Map<Call, number | null>()
  const know = (call: Call, { offset }: ToldEvent) => {
    if (offset !== undefined) offsets.set(call, offset)
  }
  for (let i = 0; i < told.length; i++) {
    const event = told[i] as ToldEvent
    switch (event.kind) {
      case 'call': {
        const call = callOf(event)
        const calls = open.get(event.run) ?? []
        calls[event.call] = call
        open.set(event.run, calls)
        all.push(call)
        know(call, event)
        break
      }
      case 'return': {
        const call = open.get(event.run)?.[event.call]
        if (!call) break
        comeBack(call, event)
        know(call, event)
        break
      }
      case 'armed': {
        if (!event.awaited) {
          if (event.line !== null) armed.push(armedOf(event, event.line))
          break
        }
        const call = awaiting.begin(event)
        if (call) all.push(call)
        break
      }
      case 'heard': {
        const call = awaiting.end(event) ?? heardOf(event)
        if (call.ended === null) {
          comeBack(call, event)
          if (call.name === quoted(event.event)) call.deed = event.deed
        } else all.push(call)
        know(call, event)
        break
      }
    }
  }
  return { calls: all, armed, offsets }
}

/** Which lines await events, and which events came to a line before it awaited them. */
class Awaiting {
  readonly #waiting = new Map<string, Draft<Call>[]>()
  readonly #early = new Map<string, number>()

  /** A line begins to wait for an event; null when one has come to it already, and was told. */
  begin(event: EventOf<'armed'>): Draft<Call> | null {
    const early = this.#early.get(lineKey(event)) ?? 0
    if (early > 0) {
      this.#early.set(lineKey(event), early - 1)
      return null
    }
    const call = awaitedOf(event)
    const key = socketKey(event)
    const list = this.#waiting.get(key)
    if (list) list.push(call)
    else this.#waiting.set(key, [call])
    return call
  }

  /**
   * The waiting that an event ends: for this event; or, of the same line, for another that will not come, because this
   * is an error or the end. Null when no line waits.
   */
  end(event: EventOf<'heard'>): Draft<Call> | null {
    const list = this.#waiting.get(socketKey(event)) ?? []
    const name = quoted(event.event)
    const own = list.findIndex((call) => call.name === name && call.line === event.line)
    const same = own < 0 ? list.findIndex((call) => call.name === name) : own
    const at = same < 0 && ENDS.includes(event.event) ? list.findIndex((call) => call.line === event.line) : same
    if (at >= 0) return list.splice(at, 1)[0] as Draft<Call>
    this.#early.set(lineKey(event), (this.#early.get(lineKey(event)) ?? 0) + 1)
    return null
  }
}

/** Events after which others do not come any more. */
const ENDS: readonly string[] = ['error', 'end', 'close']

function callOf(event: EventOf<'call'>): Draft<Call> {
  const { name, deed, args, bytes } = event
  return { ...blankCall(event), name, deed, args, bytes }
}

function awaitedOf(event: EventOf<'armed'>): Draft<Call> {
  return { ...blankCall(event), name: quoted(event.event), event: true, deed: EVENT_DEEDS[event.event] ?? 'other' }
}

/** What a call would do that Node's events stand for, as long as they are awaited. */
const EVENT_DEEDS: Readonly<Record<string, Deed>> = {
  listening: 'listen',
  connect: 'connect',
  connection: 'accept',
  message: 'receive',
  data: 'receive',
  end: 'receive',
}

function heardOf(event: EventOf<'heard'>): Draft<Call> {
  const call = { ...blankCall(event), name: quoted(event.event), event: true, deed: event.deed }
  comeBack(call, event)
  return call
}

function armedOf({ program, run, socket, event, t }: EventOf<'armed'>, line: number): Armed {
  return { program, run, socket: socket?.id ?? null, line, event, t }
}

function comeBack(call: Draft<Call>, { t, socket, value, error, bytes, peer, accepted }: Outcome & ToldEvent): void {
  call.ended = t
  call.value = value
  call.error = error
  call.bytes =
    bytes ?? (error === null && !call.event && (call.deed === 'send' || call.deed === 'shutdown') ? call.bytes : null)
  call.peer = peer
  call.accepted = accepted
  if (socket) call.socket = socket.local || !call.socket?.local ? socket : { ...socket, local: call.socket.local }
}

function blankCall({ program, run, socket, line, t }: ToldEvent): Draft<Call> {
  return {
    program,
    run,
    name: '',
    event: false,
    deed: 'other',
    line,
    args: '',
    socket,
    began: t,
    ended: null,
    value: null,
    error: null,
    bytes: null,
    peer: null,
    accepted: null,
    range: null,
    packets: NONE,
    silent: null,
  }
}

function quoted(event: string): string {
  return `'${event}'`
}

function socketKey({ run, socket }: ToldEvent): string {
  return `${run} ${socket?.id}`
}

function lineKey({ run, socket, line }: ToldEvent): string {
  return `${run} ${socket?.id} ${line}`
}

const PYTHON_ADDRESS = /\(\s*'([^']*)',\s*(\d+)/
const OPTIONS = { port: /\bport:\s*(\d+)/, host: /\b(?:host|address):\s*'([^']*)'/ }
const NODE_ADDRESS = /(?:^|,\s*)(\d+)(?:,\s*'([^']*)')?/

/**
 * The endpoint that the arguments of a call name, in either language; a host may be a name, and is empty where none is
 * given. Null when they name none.
 */
export function endpointIn(args: string): Endpoint | null {
  const python = PYTHON_ADDRESS.exec(args)
  if (python) return { address: python[1] ?? '', port: Number(python[2]) }
  const port = OPTIONS.port.exec(args)?.[1]
  if (port !== undefined) return { address: OPTIONS.host.exec(args)?.[1] ?? '', port: Number(port) }
  const node = NODE_ADDRESS.exec(args)
  return node ? { address: node[2] ?? '', port: Number(node[1]) } : null
}

/** Whether a call ends the sending of its connection: FIN will follow. */
export function endsSending(call: Call): boolean {
  if (call.event) return false
  if (call.deed === 'shutdown') return !/SHUT_RD\b|^\s*0\s*$/.test(call.args)
  return call.deed === 'close' || call.name === 'end'
}
