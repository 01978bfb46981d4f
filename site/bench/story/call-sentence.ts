/** What a program does at a step, in sentences: what it calls, what it waits for, what it is told. Pure. */
import type { Call, Step, Story } from '../../../labs/checks/story.ts'
import type { Deed } from '../../../labs/events.ts'
import { endpointText } from './endpoints.ts'
import { indexOf } from './index-of.ts'
import type { Clause, Who } from './sentence.ts'

/** Deeds of which the wire could be expected to see something, so that its seeing nothing is worth a word. */
const TELLING: readonly Deed[] = ['socket', 'bind', 'listen', 'connect', 'accept', 'send', 'shutdown', 'close']

/** Deeds that have a sentence of their own for waiting; all others share one. */
const WAITED: readonly Deed[] = ['connect', 'accept', 'send', 'receive', 'close']

/** Errors whose meaning is told; for all others the name has to do. */
export const EXPLAINED = [
  'EACCES',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EAGAIN',
  'EBADF',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EINPROGRESS',
  'EISCONN',
  'EMFILE',
  'EMSGSIZE',
  'ENETUNREACH',
  'ENOTCONN',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
] as const

/** Events of Node that stand for no call, but mean something. */
const EVENTS: Readonly<Record<string, string>> = {
  readable: 'story.told.readable',
  finish: 'story.told.finish',
  drain: 'story.told.drain',
  sent: 'story.told.sent',
  send: 'story.told.sent',
}

/** A call as a program writes it, `accept()`; an event by its name, `'connection'`. */
export function callName({ name, event }: Pick<Call, 'name' | 'event'>): string {
  return event ? name : `${name}()`
}

/** A call begins that does not come back at once; in Node an event is waited for, and no call is made. */
export function waitClauses(story: Story, step: Step & { kind: 'waits' }): Clause[] {
  const call = story.calls[step.call]
  if (call === undefined) return []
  const deed = WAITED.includes(call.deed) ? call.deed : 'other'
  const family = call.event ? 'story.awaits' : 'story.sleeps'
  return [{ key: `${family}.${deed}`, values: { who: whoOf(call, step), call: callName(call) } }]
}

/** A call comes back, or a program is told of an event. */
export function callClauses(story: Story, step: Step & { kind: 'calls' | 'returns' }): Clause[] {
  const call = story.calls[step.call]
  if (call === undefined) return []
  const who = whoOf(call, step)
  if (call.error !== null) return errorClauses(call, call.error, who)
  const silent = call.silent !== null && TELLING.includes(call.deed) && !call.event ? [call.silent] : []
  return [
    { key: keyOf(call, story), values: valuesOf(call, who) },
    ...silent.map((silence): Clause => ({ key: `silent.${silence}`, values: {} })),
  ]
}

function whoOf({ program }: Call, { host }: Step): Who {
  return { program, host, part: 'program' }
}

function errorClauses(call: Call, error: string, who: Who): Clause[] {
  const key = call.event ? 'story.told.error' : 'story.fails'
  const meaning = (EXPLAINED as readonly string[]).includes(error) ? [{ key: `error.${error}`, values: {} }] : []
  const silence = call.silent === 'refused' ? [{ key: 'silent.refused', values: {} }] : []
  return [{ key, values: { who, call: callName(call), error } }, ...meaning, ...silence]
}

/** Which sentence tells a call that went well. A place for which there is no value would be seen, so none is chosen. */
function keyOf(call: Call, story: Story): string {
  const { deed, event, bytes, peer, socket, accepted } = call
  const family = event ? 'story.told' : 'story.calls'
  const isUdp = socket?.protocol === 'udp'
  switch (deed) {
    case 'socket':
      return socket?.protocol ? `${family}.socket` : `${family}.other`
    case 'bind':
    case 'listen':
      if (socket?.local) return `${family}.${deed}`
      return event ? `${family}.other` : `${family}.${deed}-somewhere`
    case 'connect':
      // Node asks, and is told later by an event.
      if (!isUdp && !event && indexOf(story).languageOf(call) === 'ts') return `${family}.asks`
      if (socket?.remote || peer) return isUdp ? `${family}.connect-udp` : `${family}.connect`
      return isUdp && !event ? `${family}.connect-udp-somewhere` : `${family}.other`
    case 'accept':
      return accepted?.remote ? `${family}.accept` : `${family}.other`
    case 'send':
      if (bytes === null) return event ? `${family}.send` : `${family}.other`
      return isUdp && (peer ?? socket?.remote) ? `${family}.send-udp` : `${family}.${event ? 'send' : 'hands'}`
    case 'receive':
      if (bytes === null) return `${family}.other`
      if (isUdp && peer) return `${family}.receive-udp`
      return bytes === 0 && !isUdp ? `${family}.end` : `${family}.receive`
    case 'close':
      return !event && indexOf(story).listens(call) ? `${family}.close-listener` : `${family}.close`
    case 'other':
      return event ? (EVENTS[call.name.replaceAll("'", '')] ?? `${family}.other`) : `${family}.other`
    case 'shutdown':
      return !event && bytes !== null && bytes > 0 ? `${family}.shutdown-with` : `${family}.shutdown`
    case 'option':
      return `${family}.option`
  }
}

function valuesOf(call: Call, who: Who): Clause['values'] {
  const { socket, accepted, bytes } = call
  const peer = accepted?.remote ?? call.peer ?? socket?.remote
  return {
    who,
    call: callName(call),
    protocol: (socket?.protocol ?? '').toUpperCase(),
    ...(socket?.local && { local: endpointText(socket.local) }),
    ...(peer && { peer: endpointText(peer) }),
    ...(bytes !== null && { bytes: { count: bytes, of: 'bytes' } }),
  }
}
