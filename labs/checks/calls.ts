/** Calls and what came back from them, events and what awaited them: two halves become one. */
import type { Deed, Endpoint, Outcome } from '../protocol.ts'
import type { Draft } from './draft.ts'
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

interface Numbered {
  readonly call: Draft<Call>
  /** Tells apart what began at the same time. */
  readonly number: number
}

/** Joins the two halves of every call, and events with the lines that awaited them. */
export function toldOf({ told }: RunEvents): Told {
  const all: Numbered[] = []
  const open = new Map<string, Draft<Call>>()
  const awaited = new Map<string, Draft<Call>[]>()
  const armed: Armed[] = []
  const offsets = new Map<Call, number | null>()
  const place = (call: Draft<Call>, number: number, { offset }: ToldEvent) => {
    all.push({ call, number })
    if (offset !== undefined) offsets.set(call, offset)
  }
  for (const event of told) {
    switch (event.kind) {
      case 'call': {
        const call = callOf(event)
        open.set(`${event.run} ${event.call}`, call)
        place(call, event.call, event)
        break
      }
      case 'return': {
        const call = open.get(`${event.run} ${event.call}`)
        if (!call) break
        comeBack(call, event)
        if (event.offset !== undefined) offsets.set(call, event.offset)
        break
      }
      case 'armed': {
        if (!event.awaited) {
          if (event.line !== null) armed.push(armedOf(event, event.line))
          break
        }
        const call = awaitedOf(event)
        place(call, 0, event)
        const key = eventKey(event, event.event)
        const waiting = awaited.get(key)
        if (waiting) waiting.push(call)
        else awaited.set(key, [call])
        break
      }
      case 'heard': {
        const waiting = awaited.get(eventKey(event, event.event))?.shift()
        if (waiting) {
          comeBack(waiting, event)
          waiting.deed = event.deed
          if (event.offset !== undefined) offsets.set(waiting, event.offset)
        } else place(heardOf(event), Number.MAX_SAFE_INTEGER, event)
        if (!waiting && event.event === 'error') fail(event, awaited)
        break
      }
    }
  }
  all.sort((a, b) => a.call.began - b.call.began || a.call.run - b.call.run || a.number - b.number)
  return { calls: all.map(({ call }) => call), armed, offsets }
}

/** An error ends all waiting for other events of its socket. */
function fail(event: EventOf<'heard'>, awaited: Map<string, Draft<Call>[]>): void {
  for (const waiting of awaited.values()) {
    const [first] = waiting
    if (first?.run !== event.run || first.socket?.id !== event.socket?.id) continue
    for (const failed of waiting.splice(0)) comeBack(failed, event)
  }
}

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
  if (socket) call.socket = { ...socket, local: socket.local ?? call.socket?.local ?? null }
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
    packets: [],
    silent: null,
  }
}

function quoted(event: string): string {
  return `'${event}'`
}

function eventKey({ run, socket }: ToldEvent, event: string): string {
  return `${run} ${socket?.id} ${event}`
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
