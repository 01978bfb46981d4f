/** Who listens to what: tells when the program asks for an event, and when that event reaches it. */
import dgram from 'node:dgram'
import emitters from 'node:events'
import net from 'node:net'
import { EVENTS } from './deeds.ts'
import { waitAtGate } from './gate.ts'
import { type Came, tellArmed, tellHeard } from './lines.ts'
import { callerLine, enter, leave, programLine } from './stack.ts'
import { type Emitter, knownState, type Listener, type State, stateOf } from './states.ts'
import { letGo, now, takeEvent } from './teller.ts'
import { errorName, failedDeed, shown } from './text.ts'
import { callbacks, within } from './within.ts'
import { type Original, wrap } from './wrap.ts'

const ASKING = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']

/** What the program is told by these, a call would have given it in another language: before them it may be held. */
const HELD = ['connection', 'connect', 'data', 'message', 'end']

/** A function of Node's own that listens once holds the one it was given. */
type Registered = ((...args: unknown[]) => unknown) & { readonly listener?: (...args: unknown[]) => unknown }

/** Wraps what asks for events, and what says that one has happened. */
export function wrapListening(): void {
  for (const prototype of [net.Socket.prototype, net.Server.prototype, dgram.Socket.prototype]) {
    for (const name of ASKING) wrap(prototype, name, asking)
    wrap(prototype, 'emit', emitting)
  }
  wrap(emitters, 'once', (original) => awaiting(original, true))
  wrap(emitters, 'on', (original) => awaiting(original, false))
  wrap(net.Socket.prototype, Symbol.asyncIterator, reading)
  wrap(net.Socket.prototype, 'iterator', reading)
}

function asking(original: Original): Original {
  return function (this: Emitter, ...args: unknown[]) {
    const limit = enter()
    const outer = within.asking
    try {
      if (!outer) note(this, args[0], args[1])
      within.asking = true
      return Reflect.apply(original, this, args)
    } finally {
      within.asking = outer
      leave(limit)
    }
  }
}

function emitting(original: Original): Original {
  return function (this: Emitter, ...args: unknown[]) {
    const limit = enter()
    const { calls, asking } = within
    try {
      hear(this, args[0], args.slice(1))
      within.calls = 0
      within.asking = false
      return Reflect.apply(original, this, args)
    } finally {
      within.calls = calls
      within.asking = asking
      leave(limit)
    }
  }
}

/** `once` and `on` of node:events, by which a line waits. */
function awaiting(original: Original, awaited: boolean): Original {
  return function (this: unknown, ...args: unknown[]) {
    const limit = enter()
    const outer = within.awaiting
    try {
      const [emitter, event] = args
      const line = isOurs(emitter) ? callerLine() : undefined
      if (line !== undefined) within.awaiting = { event, line, awaited }
      const result = Reflect.apply(original, this, args)
      if (!awaited && line !== undefined && isOurs(emitter)) watchNext(result, String(event), line, stateOf(emitter))
      return result
    } finally {
      within.awaiting = outer
      leave(limit)
    }
  }
}

/** `for await (const chunk of socket)`. */
function reading(original: Original): Original {
  return function (this: net.Socket, ...args: unknown[]) {
    const limit = enter()
    try {
      const iterator = Reflect.apply(original, this, args)
      const state = stateOf(this)
      if (state === null) return iterator
      const line = callerLine()
      // Node reads as well, for a line that asked for all there is.
      state.reader = { line: line ?? programLine(), awaited: true }
      if (line !== undefined) watchNext(iterator, 'data', line, state)
      return iterator
    } finally {
      leave(limit)
    }
  }
}

/** Tells each time when the next event is awaited. */
function watchNext(iterator: { next: Original }, event: string, line: number | null, state: State | null): void {
  const { next } = iterator
  if (state === null) return
  iterator.next = function (...args: unknown[]) {
    const limit = enter()
    try {
      const at = now()
      if (takeEvent('armed', event, at)) tellArmed(at, event, true, line, state)
      return Reflect.apply(next, this, args)
    } finally {
      leave(limit)
    }
  }
}

function isOurs(value: unknown): value is Emitter {
  return value instanceof net.Socket || value instanceof net.Server || value instanceof dgram.Socket
}

/** Remembers a function that the program, or Node on its behalf, gives for an event, and tells that it is armed. */
function note(emitter: Emitter, event: unknown, given: unknown): void {
  if (typeof event !== 'string' || !Object.hasOwn(EVENTS, event) || typeof given !== 'function') return
  const listener = (given as Registered).listener ?? given
  const found = whoListens(event, listener)
  const state = found && stateOf(emitter)
  if (!found || !state) return
  const { isTold, ...who } = found
  const known = state.listeners.get(event) ?? new WeakMap<object, Listener>()
  state.listeners.set(event, known)
  known.set(listener, who)
  const at = now()
  if (isTold && takeEvent('armed', event, at)) tellArmed(at, event, who.awaited, who.line, state)
}

function whoListens(event: string, listener: object): (Listener & { isTold: boolean }) | null {
  if (within.awaiting !== null) {
    const { event: wanted, line, awaited } = within.awaiting
    // Whoever waits for an event is told of an error as well.
    return event === wanted || event === 'error' ? { line, awaited, isTold: event === wanted } : null
  }
  const line = within.calls === 0 ? callerLine(3) : undefined
  if (line !== undefined) return { line, awaited: false, isTold: true }
  const called = callbacks.get(listener)
  if (called !== undefined) return { line: called, awaited: false, isTold: true }
  if (event !== 'listening' || within.binding === undefined) return null
  return { line: within.binding, awaited: false, isTold: true }
}

/** Keeps count, and tells of an event that the program asked for. */
function hear(emitter: Emitter, event: unknown, args: readonly unknown[]): void {
  if (event === 'pipe') notePipe(emitter)
  if (typeof event !== 'string' || !Object.hasOwn(EVENTS, event)) return
  const state = knownState(emitter)
  if (state === null) return
  const { received } = state
  if (event === 'data') count(emitter as net.Socket, state, args[0])
  if (event === 'listening' || event === 'connect') state.look(emitter)
  const who = whoHears(emitter, event, state)
  if (who === null) return
  const { line } = who
  if (HELD.includes(event)) waitAtGate({ name: `'${event}'`, deed: EVENTS[event] ?? 'other', args: null, line }, state)
  const at = now()
  if (!takeEvent('heard', event, at)) return
  const came = outcome(event, args, state, received)
  const deed =
    event === 'error' ? failedDeed(args[0]) : event === 'listening' && state.protocol === 'udp' ? 'bind' : EVENTS[event]
  tellHeard(at, event, deed ?? 'other', who.line, state, came)
  letGo(at)
}

function outcome(event: string, args: readonly unknown[], state: State, received: number | null): Came {
  const [first, second] = args
  switch (event) {
    case 'connection': {
      const accepted = stateOf(first as net.Socket)
      return { accepted: accepted?.told ?? null, peer: accepted?.remote ?? null }
    }
    case 'data': {
      const bytes = state.received === null || received === null ? null : state.received - received
      return { value: shown(first), bytes, offset: received }
    }
    case 'message': {
      const { address, port } = second as { address: string; port: number }
      return { value: shown(first), bytes: (first as Buffer).length, peer: { address, port } }
    }
    case 'end':
      return { bytes: 0, offset: state.received }
    case 'error':
      return { error: errorName(first) }
    default:
      return {}
  }
}

/** The first of the program's functions that is about to be called; the line that reads by other means. */
function whoHears(emitter: Emitter, event: string, state: State): Listener | null {
  const { _events } = emitter as unknown as { _events?: Record<string, Registered | Registered[] | undefined> }
  const registered = _events?.[event]
  const all = registered === undefined ? [] : typeof registered === 'function' ? [registered] : registered
  const known = state.listeners.get(event)
  if (known !== undefined) {
    for (const each of all) {
      const found = known.get(each.listener ?? each)
      if (found !== undefined) return found
    }
  }
  if (event === 'data' || event === 'end') {
    if (state.reader !== null) return state.reader
    // Somebody reads for the program, by `pipeline` for example.
    return event === 'data' && all.length > 0 ? { line: null, awaited: false } : null
  }
  // Nobody asked, so the program ends of it.
  return event === 'error' && all.length === 0 ? { line: null, awaited: false } : null
}

/** Counts what a stream gives. Text may stand for more or fewer bytes than it has now: then Node's own count is asked. */
function count(socket: net.Socket, state: State, chunk: unknown): void {
  if (state.received === null) return
  if (typeof chunk !== 'string') state.received += (chunk as Uint8Array).byteLength
  else if (socket.readableLength === 0) state.received = socket.bytesRead
  else state.received += Buffer.byteLength(chunk, socket.readableEncoding ?? 'utf8')
}

/** Node writes into the socket from now on, on behalf of the line that piped. */
function notePipe(emitter: Emitter): void {
  const line = programLine()
  const state = line === null ? null : stateOf(emitter)
  if (state !== null) state.writer = line
}
