/**
 * One event as it stands in a recording: an object without its number, which is its place; what is null is left out, and
 * bytes are text where they are UTF-8, else hex. Pure; whatever is read is checked field by field.
 */

import {
  type BenchEvent,
  DEEDS,
  type Endpoint,
  FATES,
  type FrameEvent,
  type Happening,
  INSTRUMENTS,
  MISSED,
  type OutputEvent,
  type ProgramSocket,
  type ReadySocket,
  type RunLanguage,
  type SocketRow,
} from './events.ts'
import { FRAME_KINDS } from './faults.ts'
import { LANGUAGES } from './lab.ts'
import { MAX_CELLS, SHELL } from './protocol.ts'
import { TROUBLES, type Trouble } from './troubles.ts'

/** What a lab is, as far as a recording of it must agree with it. */
export interface Known {
  readonly lab: string
  readonly programs: readonly string[]
  /** Its views of the machine, which run beside programs and are written in no language. */
  readonly views: readonly string[]
  readonly hosts: readonly string[]
  /** How many wires it has. */
  readonly wires: number
}

/** Says which field of a recorded event is not what it must be. */
export class Wrong extends Error {}

/** Something that happened, without the number that its place gives it. */
export type Unnumbered = (Happening | Omit<OutputEvent, 'n' | 't' | 'offset'> | Omit<FrameEvent, 'n' | 't'>) & {
  readonly t: number
}

type Check<T> = (value: unknown, known: Known) => T
type Fields<T> = { readonly [Key in keyof T]-?: Check<T[Key]> }
type Kinds = { readonly [Kind in Happening['kind']]: Fields<Omit<Extract<Happening, { kind: Kind }>, 'kind'>> }

/** The longest text in an event, in characters, and the longest list. */
const LONGEST = { text: 64 * 1024, list: 4096 } as const

/** Checks a value without its context: the field's name is added by the object around it. */
function fail(what: string): never {
  throw new Wrong(what)
}

const text: Check<string> = (value) =>
  typeof value === 'string' && value.length <= LONGEST.text ? value : fail('must be a text')
const truth: Check<boolean> = (value) => (typeof value === 'boolean' ? value : fail('must be true or false'))
const yes: Check<true> = (value) => value === true || fail('must be true')
const whole: Check<number> = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail('must be a whole number from 0')
const amount: Check<number> = (value) =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : fail('must be a number from 0')
const integer: Check<number> = (value) =>
  Number.isSafeInteger(value) ? (value as number) : fail('must be a whole number')
const byte: Check<number> = (value, known) => (whole(value, known) < 255 ? (value as number) : fail('is too large'))
const port: Check<number> = (value, known) => (whole(value, known) < 65_536 ? (value as number) : fail('is no port'))
const run: Check<number> = (value, known) =>
  whole(value, known) >= 1 && (value as number) < 2 ** 32 ? (value as number) : fail('must be a number from 1')
const host: Check<string> = (value, { hosts }) => oneOf(hosts)(value)
const wire: Check<number> = (value, { wires }) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < wires
    ? (value as number)
    : fail('is no wire of the lab')
const program: Check<string> = (value, { programs, views }) => oneOf([...programs, ...views])(value)
const cells =
  (most: number): Check<number> =>
  (value, known) =>
    Math.min(run(value, known), most)
const language: Check<RunLanguage> = (value, { views }) =>
  oneOf(views.length > 0 ? [...LANGUAGES, 'sh'] : LANGUAGES)(value)

function oneOf<const Value extends string>(values: readonly Value[]): (value: unknown) => Value {
  return (value) => (values.includes(value as Value) ? (value as Value) : fail(`must be one of ${values.join(', ')}`))
}

function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, known) => (value === undefined || value === null ? null : check(value, known))
}

/** For what need not be said at all. */
function orNone<T>(check: Check<T>): Check<T | undefined> {
  return (value, known) => (value === undefined ? undefined : check(value, known))
}

function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value, known) => {
    if (!Array.isArray(value) || value.length > LONGEST.list) return fail('must be a list that is not too long')
    return value.map((item) => check(item, known))
  }
}

/** Only what is named is read; whatever else there is stays outside. */
function object<T>(fields: Fields<T>): Check<T> {
  return (value, known) => {
    const given = asRecord(value)
    const read = Object.entries<Check<unknown>>(fields).map(([name, check]) => {
      try {
        return [name, check(Object.hasOwn(given, name) ? given[name] : undefined, known)]
      } catch (error) {
        if (!(error instanceof Wrong)) throw error
        throw new Wrong(error.message.startsWith('`') ? error.message : `\`${name}\` ${error.message}`)
      }
    })
    return Object.fromEntries(read.filter(([, one]) => one !== undefined)) as T
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  return fail('must be an object')
}

const trouble: Check<Trouble> = (value) => {
  const { kind, ...values } = asRecord(value)
  const simple = Object.entries(values).filter(
    ([, one]) => (typeof one === 'string' && one.length <= LONGEST.text) || Number.isFinite(one),
  )
  return { ...Object.fromEntries(simple), kind: oneOf(TROUBLES)(kind) } as Trouble
}

const counters: Check<Readonly<Record<string, number>>> = (value) => {
  const entries = Object.entries(asRecord(value))
  if (entries.length > LONGEST.list) fail('has too many entries')
  return Object.fromEntries(
    entries.map(([name, count]) => [name, Number.isFinite(count) ? (count as number) : fail('must be numbers')]),
  )
}

/** `127.0.0.1:80`, `[::1]:80`. */
const endpoint: Check<Endpoint> = (value, known) => {
  const [, address, number] =
    (typeof value === 'string' && /^\[?([^[\]]{1,64}?)\]?:(\d{1,5})$/.exec(value)) || fail('must be `address:port`')
  return { address: address ?? '', port: port(Number(number), known) }
}
const protocol = oneOf(['tcp', 'udp'])
const socket = object<ProgramSocket>({
  id: whole,
  protocol: orNull(protocol),
  descriptor: orNull(integer),
  local: orNull(endpoint),
  remote: orNull(endpoint),
})
/** Who holds a socket may be a shell too, whose own events are in no recording. */
const holder: Check<string> = (value, known) =>
  typeof value === 'string' && value.startsWith(SHELL) ? text(value, known) : program(value, known)
const owner = object<NonNullable<SocketRow['owner']>>({ program: holder, run, descriptor: integer })
const row = object<SocketRow>({
  id: text,
  protocol,
  state: text,
  local: orNull(endpoint),
  remote: orNull(endpoint),
  receiveQueue: whole,
  sendQueue: whole,
  owner: orNull(owner),
})

const told = { program, run, socket: orNull(socket), line: orNull(run), offset: orNone(orNull(whole)) }
const outcome = {
  value: orNull(text),
  error: orNull(text),
  bytes: orNull(whole),
  peer: orNull(endpoint),
  accepted: orNull(socket),
}

/** The fields of everything that can happen; the compiler names what is missing. */
const KINDS: Kinds = {
  call: { ...told, call: run, name: text, deed: oneOf(DEEDS), args: text, bytes: orNull(whole) },
  return: { ...told, ...outcome, call: run },
  armed: { ...told, event: text, awaited: truth },
  heard: { ...told, ...outcome, event: text, deed: oneOf(DEEDS) },
  held: { ...told, name: text, deed: oneOf(DEEDS), args: orNull(text) },
  waits: { program, run, syscall: orNull(text) },
  sockets: { host, rows: listOf(row), gone: listOf(text), whole: orNone(yes) },
  counters: { host, counters },
  missing: { what: oneOf(INSTRUMENTS), count: whole, since: amount, until: amount, why: oneOf(MISSED) },
  upto: { instrument: oneOf(INSTRUMENTS), upTo: amount },
  blind: { instrument: oneOf(INSTRUMENTS), detail: text },
  settled: {},
  starting: {
    program,
    run,
    language,
    token: orNone(text),
    columns: cells(MAX_CELLS.columns),
    rows: cells(MAX_CELLS.rows),
    edited: orNone(object({ text: orNull(text) })),
  },
  started: { program, run, pid: whole, command: listOf(text) },
  ready: { program, run, socket: orNull(object<ReadySocket>({ address: text, port, protocol })) },
  stopping: { program, run },
  exited: { program, run, code: orNull(integer), signal: orNull(text), stopped: truth },
  failed: { program, run, trouble },
  notice: { program, run, trouble },
  faults: {
    wire,
    from: orNull(host),
    faults: object({
      loss: amount,
      delay: amount,
      jitter: amount,
      duplicate: amount,
      reorder: amount,
      rate: orNull(amount),
      queue: amount,
      cut: truth,
      only: orNull(listOf(oneOf(FRAME_KINDS))),
    }),
  },
  seed: { seed: whole },
  hold: { program, on: truth },
  released: { program, run },
  gap: { program, from: whole, to: whole },
}

const output = object({ program, run })
const frame = object<Omit<FrameEvent, 'n' | 't' | 'kind' | 'bytes'>>({
  wire: orNull(wire),
  from: byte,
  fate: oneOf(FATES),
  handedOn: orNull(amount),
  length: whole,
})

/** The text of a line. Addresses with their ports are written as one text, and what is null is left out. */
export function lineOf(value: object): string {
  return JSON.stringify(value, (_, one) => (one === null ? undefined : isEndpoint(one) ? endpointText(one) : one))
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && Object.keys(value).join() === 'address,port'
}

function endpointText({ address, port }: Endpoint): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** An event as an object for one line. */
export function toLine(event: BenchEvent): Record<string, unknown> {
  const { n: _, t, kind, ...rest } = event
  if (event.kind !== 'output' && event.kind !== 'frame') return { t, kind, ...rest }
  const { bytes, offset, ...about } = rest as typeof rest & { bytes: Uint8Array; offset?: number }
  return { t, kind, ...about, ...(event.kind === 'frame' ? { hex: hexOf(bytes) } : packed(bytes)) }
}

/**
 * Reads what `toLine` wrote. Only what the lab has can be named.
 * @throws {Wrong} naming the field.
 */
export function fromLine(value: unknown, known: Known): Unnumbered {
  const line = asRecord(value)
  const { kind } = line
  const marks = object({ t: amount })(line, known)
  if (kind === 'output') return { kind, ...marks, ...output(line, known), bytes: unpacked(line) }
  if (kind === 'frame') return { kind, ...marks, ...readFrame(line, known) }
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
    throw new Wrong(`\`kind\` is ${JSON.stringify(kind)?.slice(0, 40)}`)
  }
  const fields = KINDS[kind as Happening['kind']] as Fields<Record<string, unknown>>
  return { kind, ...marks, ...object(fields)(line, known) } as unknown as Unnumbered
}

function readFrame(line: Record<string, unknown>, known: Known) {
  const read = frame(line, known)
  const bytes = bytesOf(line.hex)
  if (bytes.length > read.length) throw new Wrong('`hex` has more bytes than `length` says')
  const ends = read.wire === null ? known.hosts.length : 2
  if (read.from >= ends) throw new Wrong('`from` is no end of the wire')
  return { ...read, bytes }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function packed(bytes: Uint8Array): { text: string } | { hex: string } {
  try {
    return { text: utf8.decode(bytes) }
  } catch {
    return { hex: hexOf(bytes) }
  }
}

function unpacked({ text, hex }: Record<string, unknown>): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : bytesOf(hex)
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('')
}

function bytesOf(hex: unknown): Uint8Array {
  if (typeof hex !== 'string' || hex.length % 2 === 1 || !/^[\da-f]*$/.test(hex))
    throw new Wrong('`hex` must be bytes in hex')
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16))
}
