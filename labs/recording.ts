/**
 * A recording: the events of one run, kept as a file that can be read and compared line by line. The first line says what
 * it is, the last how many events there were; between them stands one event a line, in the order in which the bench wrote
 * them down. Pure: reading one runs nothing, and nothing behind `readRecording` checks again.
 */

import type { BenchEvent } from './events.ts'
import { LANGUAGES, type Lab, type Language } from './lab.ts'
import { PROTOCOL, RUNGS, type Rung } from './protocol.ts'
import { fromLine, type Known, lineOf, toLine, type Unnumbered, Wrong } from './recorded-event.ts'

export type { Known } from './recorded-event.ts'

/** What the first line says it is; nothing else is opened. */
export const FORMAT = 'both-ends recording'

/** The version of the format. Recordings of later versions are not opened. */
export const VERSION = 1

/** The longest recording, in characters, and the most events in one. A browser reads that within a second or two. */
export const MOST = { characters: 16 * 1024 * 1024, events: 100_000 } as const

/** What a recording says of itself. */
export interface RecordingHeader {
  readonly lab: string
  /** What each program was written in. */
  readonly languages: Readonly<Record<string, Language>>
  /** When, in UTC: `2026-08-20T09:30:00Z`. */
  readonly recorded: string
  /** The version of `protocol.ts` that the events are of. */
  readonly protocol: number
  /** The course's version. */
  readonly course: string
  /** The system it was recorded on: `Linux 6.1.0`. */
  readonly system: string
  readonly network: Exclude<Rung, 'none'>
}

export interface Recording extends RecordingHeader {
  /** Numbered from 1; offsets of output are counted anew. */
  readonly events: readonly BenchEvent[]
}

/** Why a recording cannot be opened, with the values its sentence needs. */
export type RecordingTrouble =
  | { readonly kind: 'recording-too-large'; readonly megabytes: number }
  /** It is no recording of the course. */
  | { readonly kind: 'recording-foreign' }
  | { readonly kind: 'recording-newer'; readonly version: number; readonly known: number }
  /** It ends before its end. */
  | { readonly kind: 'recording-cut' }
  | { readonly kind: 'recording-other-lab'; readonly lab: string }
  | { readonly kind: 'recording-broken'; readonly line: number; readonly detail: string }
  /** The file could not be read, or not be fetched. */
  | { readonly kind: 'recording-unread'; readonly detail: string }

/** The closed list of these troubles; the interface strings must word each one. */
export const RECORDING_TROUBLES = [
  'recording-too-large',
  'recording-foreign',
  'recording-newer',
  'recording-cut',
  'recording-other-lab',
  'recording-broken',
  'recording-unread',
] as const satisfies readonly RecordingTrouble['kind'][]

/** What a recording of a lab must agree with. */
export function knownOf({ id, programs, views, network }: Lab): Known {
  return {
    lab: id,
    programs: programs.map(({ name }) => name),
    views: views.map(({ name }) => name),
    hosts: network.hosts.map(({ name }) => name),
    wires: network.wires.length,
  }
}

/** The text of a recording. Events are numbered by their place; `null` is left out. */
export function writeRecording(header: RecordingHeader, events: readonly BenchEvent[]): string {
  const lines = [{ format: FORMAT, version: VERSION, ...header }, ...events.map(toLine), { end: events.length }]
  return lines.map((line) => `${lineOf(line)}\n`).join('')
}

/** Reads a recording of a lab, checked in all it says; what is wrong with it otherwise. Never throws. */
export function readRecording(text: string, known: Known): Recording | RecordingTrouble {
  if (text.length > MOST.characters) return tooLarge(text.length)
  try {
    return read(text, known)
  } catch (error) {
    if (error instanceof Refused) return error.trouble
    throw error
  }
}

/** What is said of a recording of so many bytes, which nobody begins to read. */
export function tooLarge(bytes: number): RecordingTrouble {
  return { kind: 'recording-too-large', megabytes: Math.ceil(bytes / 1024 ** 2) }
}

class Refused extends Error {
  readonly trouble: RecordingTrouble

  constructor(trouble: RecordingTrouble) {
    super(trouble.kind)
    this.trouble = trouble
  }
}

function read(text: string, known: Known): Recording {
  const lines = text.split('\n', MOST.events + 4)
  const [first = '', ...rest] = lines
  const header = readHeader(first, known)
  // Whoever writes a line ends it.
  if (rest.pop() !== '')
    throw new Refused(rest.length >= MOST.events ? tooLarge(text.length) : { kind: 'recording-cut' })
  const last = rest.pop()
  const end = last === undefined ? undefined : Object(parse(last))
  if (end === undefined || !Object.hasOwn(end, 'end')) throw new Refused({ kind: 'recording-cut' })
  if (end.end !== rest.length) {
    throw broken(
      rest.length + 2,
      `there are ${rest.length} events, and \`end\` is ${JSON.stringify(end.end)?.slice(0, 40)}`,
    )
  }
  const counter = new Counter()
  const events = rest.map((line, index) => {
    try {
      return counter.number(fromLine(parse(line), known))
    } catch (error) {
      if (error instanceof Wrong) throw broken(index + 2, error.message)
      throw error
    }
  })
  return { ...header, events }
}

function readHeader(line: string, known: Known): RecordingHeader {
  const header = Object(parse(line))
  if (header.format !== FORMAT) throw new Refused({ kind: 'recording-foreign' })
  const { version, protocol, lab, recorded, course, system, network } = header
  const wrong = (name: string) => broken(1, `\`${name}\``)
  if (!isCount(version)) throw wrong('version')
  if (version > VERSION) throw new Refused({ kind: 'recording-newer', version, known: VERSION })
  if (!isCount(protocol)) throw wrong('protocol')
  if (protocol > PROTOCOL) throw new Refused({ kind: 'recording-newer', version: protocol, known: PROTOCOL })
  if (!isName(lab)) throw wrong('lab')
  if (lab !== known.lab) throw new Refused({ kind: 'recording-other-lab', lab })
  if (typeof recorded !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(recorded)) throw wrong('recorded')
  if (Number.isNaN(Date.parse(recorded))) throw wrong('recorded')
  if (!isName(course)) throw wrong('course')
  if (!isName(system)) throw wrong('system')
  if (network === 'none' || !RUNGS.includes(network)) throw wrong('network')
  return { lab, languages: readLanguages(header.languages, known), recorded, protocol, course, system, network }
}

function readLanguages(value: unknown, { programs }: Known): Record<string, Language> {
  const given = Object(value)
  return Object.fromEntries(
    programs.map((program) => {
      const language = Object.hasOwn(given, program) ? given[program] : undefined
      if (!LANGUAGES.includes(language)) throw broken(1, `\`languages\` does not say what ${program} is written in`)
      return [program, language]
    }),
  )
}

/** Gives events their numbers and output its offsets, and sees that runs begin before anything is told of them. */
class Counter {
  readonly #runs = new Map<number, string>()
  readonly #printed = new Map<string, number>()
  #last = 0

  number(event: Unnumbered): BenchEvent {
    if (event.kind === 'starting') {
      if (this.#runs.has(event.run)) throw new Wrong(`run ${event.run} begins twice`)
      this.#runs.set(event.run, event.program)
    } else if ('run' in event && this.#runs.get(event.run) !== event.program) {
      throw new Wrong(`run ${event.run} of ${event.program} has not begun`)
    }
    this.#last += 1
    const n = this.#last
    if (event.kind === 'gap') this.#printed.set(event.program, event.to)
    if (event.kind !== 'output') return { ...event, n } as BenchEvent
    const offset = this.#printed.get(event.program) ?? 0
    this.#printed.set(event.program, offset + event.bytes.length)
    return { ...event, n, offset }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function broken(line: number, detail: string): Refused {
  return new Refused({ kind: 'recording-broken', line, detail })
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 200
}
