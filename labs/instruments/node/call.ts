/** One call of the program that is told, from its beginning to its end. */
import dgram from 'node:dgram'
import net from 'node:net'
import type { Deed, Endpoint } from '../../events.ts'
import { datagramSize, partnerOf, refusalOf, watchAnswer } from './datagrams.ts'
import { tellCall, tellHeard, tellReturn } from './lines.ts'
import { enter, leave } from './stack.ts'
import { type Emitter, type State, stateOf } from './states.ts'
import { hold, isLost, letGo, now, takeCall, takeEvent } from './teller.ts'
import { errorName, listed, shown } from './text.ts'
import { callbacks, within } from './within.ts'

/** What is told when the function is called that the program gave to a method. */
const CONFIRMED: Readonly<Record<string, string>> = { write: 'written', end: 'finish', send: 'sent' }

/** After these the kernel may have given the socket an address. */
const NAMING: readonly Deed[] = ['bind', 'listen', 'connect', 'socket']

type Callback = (...args: unknown[]) => unknown

export class Call {
  readonly #name: string
  readonly #emitter: Emitter | null
  readonly #state: State | null
  readonly #isTold: boolean
  readonly #begun: { call: number; line: number | null; bytes: number | null; offset: number | null }
  readonly #deed: Deed
  readonly #peer: Endpoint | null
  readonly #received: number
  readonly #isTaken: boolean
  readonly #answer: (() => string | null) | null
  readonly #isBeyond: boolean

  /**
   * Tells that it begins. A function among the arguments is replaced, where it will be called for this call alone.
   * @param emitter null when the call makes it
   */
  constructor(
    name: string,
    deed: Deed,
    args: unknown[],
    line: number | null,
    emitter: Emitter | null,
    state: State | null,
  ) {
    const at = now()
    this.#name = name
    this.#deed = deed
    this.#emitter = emitter
    this.#state = state
    const { call, isTold } = takeCall(deed, at)
    this.#isTold = isTold
    const isReceiving = deed === 'receive'
    this.#begun = {
      call,
      line,
      bytes: sizeOf(name, args, emitter),
      offset:
        (isReceiving
          ? state?.received
          : deed === 'send' || deed === 'shutdown' || deed === 'close'
            ? state?.sent
            : null) ?? null,
    }
    this.#peer = name === 'send' && emitter instanceof dgram.Socket ? partnerOf(emitter, args) : null
    this.#received = state?.received ?? 0
    this.#isBeyond = NAMING.includes(deed) && beginWithNoPort(args)
    this.#isTaken = emitter instanceof net.Socket && !emitter.writableEnded && !emitter.destroyed
    if (isTold) {
      hold()
      tellCall(at, name, deed, listed(args), state, this.#begun)
    }
    this.#answer = emitter instanceof dgram.Socket && mayThrowAnswer(name, deed) ? watchAnswer(emitter, name) : null
    this.#rememberCallbacks(args)
    within.calls += 1
  }

  /** Tells what it gave, when it has come back, or that it failed. */
  end(hasCome: boolean, result: unknown): void {
    const at = now()
    within.calls -= 1
    within.binding = undefined
    const emitter = this.#emitter ?? (hasCome ? (result as Emitter) : null)
    const state = this.#state ?? (emitter && stateOf(emitter))
    const answer = this.#answer?.() ?? null
    const { offset } = this.#begun
    let { bytes } = this.#begun
    if (state !== null && emitter !== null) {
      if (NAMING.includes(this.#deed) || (state.protocol === 'udp' && state.local === null)) state.look(emitter)
      if (bytes !== null && state.sent !== null && this.#isTaken && hasCome) state.sent += bytes
      if (this.#deed === 'receive') bytes = this.#bytesRead(emitter as net.Socket, state, result)
      if (this.#name === 'pipe' && hasCome) state.reader = { line: this.#begun.line, awaited: false }
    }
    if (this.#isTold && !isLost(this.#begun.call)) {
      const error = hasCome ? null : (answer ?? this.#refusal() ?? 'Error')
      const value = result === emitter ? null : shown(result)
      tellReturn(at, this.#begun, state, { value, error, bytes: hasCome ? bytes : null, offset, peer: this.#peer })
    }
    letGo(at)
  }

  /** Why Node itself refused, where that can be told without looking at what is thrown. */
  #refusal(): string | null {
    if (this.#isBeyond) return 'ERR_SOCKET_BAD_PORT'
    return this.#deed === 'send' && this.#emitter instanceof dgram.Socket ? refusalOf(this.#emitter) : null
  }

  /** What was read was counted when the stream said so; nothing from a stream that has ended is 0 bytes. */
  #bytesRead(socket: net.Socket, state: State, result: unknown): number | null {
    if (result !== null) return (state.received ?? 0) - this.#received
    const { ended } = (socket as unknown as { _readableState: { ended: boolean } })._readableState
    return ended && socket.readableLength === 0 ? 0 : null
  }

  #rememberCallbacks(args: unknown[]): void {
    const { line } = this.#begun
    for (const [index, arg] of args.entries()) {
      if (typeof arg !== 'function') continue
      const event = CONFIRMED[this.#name]
      if (event === undefined) callbacks.set(arg, line)
      else if (this.#state !== null) args[index] = confirming(arg as Callback, event, line, this.#state)
      if (this.#name === 'bind') within.binding = line
    }
  }
}

/** Whether arguments begin with a number that Node refuses as a port; a text may be a path, and an object is left alone. */
function beginWithNoPort([first]: readonly unknown[]): boolean {
  return typeof first === 'number' && !(Number.isInteger(first) && first >= 0 && first <= 65_535)
}

/** Stands for a function that the program gave to a call: tells that it is called, and with what. */
function confirming(callback: Callback, event: string, line: number | null, state: State): Callback {
  return function confirmed(this: { callback?: unknown } | undefined, ...results: unknown[]) {
    const limit = enter()
    try {
      const at = now()
      if (takeEvent('heard', event, at)) {
        const [error, value] = results
        tellHeard(at, event, 'other', line, state, { error: error ? errorName(error) : null, value: shown(value) })
      }
      // In a stack, Node names a function by the property in which it is found.
      if (this?.callback === confirmed) this.callback = callback
      return Reflect.apply(callback, this, results)
    } finally {
      leave(limit)
    }
  }
}

function mayThrowAnswer(name: string, deed: Deed): boolean {
  return deed === 'option' || name.endsWith('Sync') || name === 'disconnect'
}

/** How many bytes a call hands over; null for what hands over none, or what Node will refuse. */
function sizeOf(name: string, args: readonly unknown[], emitter: Emitter | null): number | null {
  if (name === 'send') return datagramSize(args)
  if (name !== 'write' && name !== 'end') return null
  const [chunk, encoding] = args
  if (ArrayBuffer.isView(chunk)) return chunk.byteLength
  if (typeof chunk !== 'string') return null
  const own = (emitter as unknown as { _writableState?: { defaultEncoding?: string } })._writableState?.defaultEncoding
  return Buffer.byteLength(chunk, (typeof encoding === 'string' ? encoding : own) as BufferEncoding)
}
