/** Puts wrappers around the methods that the program calls: each tells, and does what was there before. */
import dgram from 'node:dgram'
import net from 'node:net'
import type { Deed } from '../../events.ts'
import { Call } from './call.ts'
import { DATAGRAM_METHODS, MAKERS, SERVER_METHODS, SOCKET_METHODS } from './deeds.ts'
import { waitAtGate } from './gate.ts'
import { callerLine, enter, leave, replace, replaceOn } from './stack.ts'
import { type Emitter, forget, type State, stateOf } from './states.ts'
import { listed } from './text.ts'
import { within } from './within.ts'

/** A function of Node's whose place a wrapper takes. */
// biome-ignore lint/suspicious/noExplicitAny: whatever it takes and gives is passed on as it is
export type Original = (this: any, ...args: any[]) => any

/** Puts a wrapper in the place of a property, under the name and the length of what was there. */
export function wrap(object: object, name: PropertyKey, wrapperOf: (original: Original) => Original): void {
  const original = Reflect.get(object, name) as Original
  const before = Object.getOwnPropertyDescriptor(object, name)
  const value = named(wrapperOf(original), original)
  replace(object, name, { configurable: true, enumerable: true, writable: true, ...before, value })
}

function named(wrapper: Original, { name, length }: Original): Original {
  Object.defineProperty(wrapper, 'name', { value: name, configurable: true })
  return Object.defineProperty(wrapper, 'length', { value: length, configurable: true })
}

/** Wraps all that is told of `net` and `dgram`. */
export function wrapCalls(): void {
  const classes = [
    [net.Socket.prototype, SOCKET_METHODS],
    [net.Server.prototype, SERVER_METHODS],
    [dgram.Socket.prototype, DATAGRAM_METHODS],
  ] as const
  for (const [prototype, methods] of classes) {
    for (const [name, deed] of Object.entries(methods)) {
      if (name in prototype) wrap(prototype, name, (original) => method(name, deed, original))
    }
    // What `await using` calls at the end of its block.
    const dispose = (original: Original) => method('[Symbol.asyncDispose]', 'close', original)
    if (Symbol.asyncDispose in prototype) wrap(prototype, Symbol.asyncDispose, dispose)
  }
  watchWriteAfterEnd()
  for (const [name, deed] of Object.entries(MAKERS)) wrap(net, name, (original) => maker(name, deed, original))
  wrap(dgram, 'createSocket', (original) => maker('createSocket', 'socket', original))
}

/**
 * Node gives a socket a `write` of its own when the other end has ended; that one is wrapped as well. What a program puts
 * there stays what it is.
 */
function watchWriteAfterEnd(): void {
  const { prototype } = net.Socket
  const { write } = prototype
  replace(prototype, 'write', {
    configurable: true,
    enumerable: true,
    get: () => write,
    set(this: net.Socket, value: typeof write) {
      if (value?.name === 'writeAfterFIN') replaceOn(this, 'write', value, named(method('write', 'send', value), value))
      else Object.defineProperty(this, 'write', { configurable: true, enumerable: true, writable: true, value })
    },
  })
}

function method(name: string, deed: Deed, original: Original): Original {
  return function (this: Emitter, ...args: unknown[]) {
    const limit = enter()
    let call: Call | null = null
    let hasCome = false
    let result: unknown
    try {
      // What is called within a call is part of it; and `read(0)` reads nothing, Node says it to itself all the time.
      const isInner = within.calls > 0 || within.asking
      const state = isInner || (name === 'read' && args[0] === 0) ? null : stateOf(this)
      const line = state === null ? undefined : lineOf(name, state)
      if (state !== null && line !== undefined) {
        if (isOfPath(name, args)) forget(this)
        else {
          waitAtGate({ name, deed, args: () => listed(args), line }, state)
          call = new Call(name, deed, args, line, this, state)
        }
      }
      result = Reflect.apply(original, this, args)
      hasCome = true
      return result
    } finally {
      call?.end(hasCome, result)
      leave(limit)
    }
  }
}

/** What makes a socket: it is not there before. */
function maker(name: string, deed: Deed, original: Original): Original {
  return function (this: unknown, ...args: unknown[]) {
    const limit = enter()
    let call: Call | null = null
    let hasCome = false
    let result: unknown
    try {
      const line = within.calls > 0 || isOfPath(name, args) ? undefined : callerLine()
      if (line !== undefined) {
        waitAtGate({ name, deed, args: () => listed(args), line }, null)
        call = new Call(name, deed, args, line, null, null)
      }
      result = Reflect.apply(original, this, args)
      hasCome = true
      return result
    } finally {
      call?.end(hasCome, result)
      leave(limit)
    }
  }
}

/** The line that calls; for what Node does on behalf of a line that piped something into the socket, that line. */
function lineOf(name: string, { writer }: State): number | null | undefined {
  const line = callerLine(2)
  return line === undefined && writer !== null && (name === 'write' || name === 'end') ? writer : line
}

/** Whether a socket is asked for that connects processes of one machine, and nothing in the network. */
function isOfPath(name: string, [first]: readonly unknown[]): boolean {
  if (name !== 'connect' && name !== 'createConnection' && name !== 'listen') return false
  if (typeof first === 'string') return !(Number(first) >= 0)
  if (typeof first !== 'object' || first === null) return false
  return Boolean(Object.getOwnPropertyDescriptor(first, 'path')?.value)
}
