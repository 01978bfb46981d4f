import {
  DEEDS,
  type Deed,
  type Endpoint,
  MISSED,
  type Missed,
  type Observation,
  type Outcome,
  type ProgramSocket,
} from '../events.ts'

/** The run a line speaks of, and how its times are read. */
interface Of {
  readonly program: string
  readonly run: number
  readonly benchTime: (monotonic: number) => number
  /** The sockets of the run as they were told last: a line that tells nothing new of one has its number alone. */
  readonly sockets: Map<number, ProgramSocket>
}

const PROTOCOLS = ['tcp', 'udp'] as const

/** So many sockets of a run are remembered. */
const MOST_SOCKETS = 10_000

/** What a line of a tracer says: that the tracer works, that a held call went on without being let through, or what it has observed and when. `t` null: now. */
export type ToldLine =
  | { readonly works: true }
  | { readonly went: true }
  | { readonly observation: Observation; readonly t: number | null }

/** The longest texts a tracer writes, in characters: of names, and of arguments, results and reasons. */
const LONGEST = { name: 80, text: 1000 } as const

/**
 * Reads one line of a tracer. Whoever runs the program may write into the channel, so nothing is believed: null for
 * whatever is not exactly what a tracer writes.
 */
export function readTold(line: string, of: Of): ToldLine | null {
  try {
    return read(JSON.parse(line), of)
  } catch {
    return null
  }
}

class Wrong extends Error {}

type Fields = Readonly<Record<string, unknown>>

function read(fields: Fields, { program, run, benchTime, sockets }: Of): ToldLine | null {
  const told = () => ({
    program,
    run,
    socket: socket(fields.socket, sockets),
    line: count(fields.line),
    offset: count(fields.offset),
  })
  const outcome = (): Outcome => ({
    value: text(fields.value),
    error: name(fields.error),
    bytes: count(fields.bytes),
    peer: endpoint(fields.peer),
    accepted: socket(fields.accepted, sockets),
  })
  const t = () => benchTime(whole(fields.t))
  switch (fields.kind) {
    case 'traced':
      return { works: true }
    case 'went':
      return { went: true }
    case 'held': {
      const { args } = fields
      const what = { name: given(name(fields.name)), deed: deed(fields.deed), args: text(args) }
      return { observation: { kind: 'held', ...what, ...told() }, t: t() }
    }
    case 'blind':
      return { observation: { kind: 'blind', instrument: 'calls', detail: given(text(fields.detail)) }, t: null }
    case 'call': {
      const { call, args, bytes } = fields
      const called = { call: whole(call), name: given(name(fields.name)), deed: deed(fields.deed) }
      const observation = { kind: 'call', ...called, args: given(text(args)), bytes: count(bytes), ...told() } as const
      return { observation, t: t() }
    }
    case 'return':
      return { observation: { kind: 'return', call: whole(fields.call), ...told(), ...outcome() }, t: t() }
    case 'armed': {
      const observation = { kind: 'armed', event: given(name(fields.event)), awaited: fields.awaited === true } as const
      return { observation: { ...observation, ...told() }, t: t() }
    }
    case 'heard': {
      const observation = { kind: 'heard', event: given(name(fields.event)), deed: deed(fields.deed) } as const
      return { observation: { ...observation, ...told(), ...outcome() }, t: t() }
    }
    case 'missing': {
      const [since, until] = [benchTime(whole(fields.since)), benchTime(whole(fields.until))]
      const gap = { what: 'calls', count: whole(fields.count), since, until, why: missed(fields.why) } as const
      return { observation: { kind: 'missing', ...gap }, t: until }
    }
    default:
      return null
  }
}

function given<T>(value: T | null): T {
  if (value === null) throw new Wrong()
  return value
}

function whole(value: unknown): number {
  // Times may be beyond 2^53 on a machine that has been up for months; they lose nanoseconds, which nobody misses.
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw new Wrong()
}

function count(value: unknown): number | null {
  return value === null || value === undefined ? null : whole(value)
}

function text(value: unknown, longest: number = LONGEST.text): string | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'string' || value.length > longest) throw new Wrong()
  return value
}

function name(value: unknown): string | null {
  return text(value, LONGEST.name)
}

function deed(value: unknown): Deed {
  const found = DEEDS.find((known) => known === value)
  return given(found ?? null)
}

function missed(value: unknown): Missed {
  const found = MISSED.find((known) => known === value)
  return given(found ?? null)
}

function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Wrong()
  return value as Fields
}

function endpoint(value: unknown): Endpoint | null {
  if (value === null || value === undefined) return null
  const { address, port } = fields(value)
  return { address: given(name(address)), port: whole(port) }
}

function socket(value: unknown, sockets: Map<number, ProgramSocket>): ProgramSocket | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return sockets.get(value) ?? null
  const { id, protocol, descriptor, local, remote } = fields(value)
  const told = {
    id: whole(id),
    protocol: protocol === null ? null : given(PROTOCOLS.find((known) => known === protocol) ?? null),
    descriptor: count(descriptor),
    local: endpoint(local),
    remote: endpoint(remote),
  }
  if (sockets.size < MOST_SOCKETS || sockets.has(told.id)) sockets.set(told.id, told)
  return told
}
