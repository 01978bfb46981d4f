/** What a page says, read and checked. */
import type { RunLanguage, Size } from '../events.ts'
import { LANGUAGES, type Language } from '../lab.ts'
import { decodeInput, type Input, MAX_CELLS, MAX_INPUT, type RunRequest, type ToBench } from '../protocol.ts'

/** What the door says of a frame it cannot read. */
export class Unreadable extends Error {}

/**
 * Reads one frame of a page. Nothing behind this checks again.
 * @throws {Unreadable} naming the field that is wrong; an unknown message is an error, never silence.
 */
export function readToBench(frame: string | Uint8Array): ToBench | Input {
  return typeof frame === 'string' ? readControl(frame) : readInput(frame)
}

function readInput(frame: Uint8Array): Input {
  const input = decodeInput(frame)
  if (input === null) throw new Unreadable('a binary frame that is not input')
  if (input.bytes.length > MAX_INPUT) throw new Unreadable(`more than ${MAX_INPUT} bytes of input in a frame`)
  return input
}

function readControl(text: string): ToBench {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw new Unreadable('a text frame that is not JSON')
  }
  const message = record(raw, 'message')
  switch (message.type) {
    case 'open': {
      const resume = message.resume === undefined ? undefined : record(message.resume, 'resume')
      return {
        type: 'open',
        protocol: whole(message.protocol, 'protocol'),
        lab: name(message.lab, 'lab'),
        ...(message.pass !== undefined && { pass: name(message.pass, 'pass') }),
        ...(resume && {
          resume: { bench: name(resume.bench, 'resume.bench'), after: whole(resume.after, 'resume.after') },
        }),
      }
    }
    case 'run':
      return {
        type: 'run',
        programs: list(message.programs, 'programs').map((item) => {
          const request = record(item, 'programs[]')
          return readRequest(request)
        }),
      }
    case 'stop':
      return { type: 'stop', programs: list(message.programs, 'programs').map((item) => name(item, 'programs[]')) }
    case 'resize':
      return { type: 'resize', program: name(message.program, 'program'), ...size(message) }
    case 'faults':
      return { type: 'faults', wire: whole(message.wire, 'wire'), faults: record(message.faults, 'faults') }
    case 'seed':
      return { type: 'seed', seed: whole(message.seed, 'seed') }
    case 'hold':
      return { type: 'hold', program: name(message.program, 'program'), on: whether(message.on, 'on') }
    case 'release':
      return { type: 'release', program: name(message.program, 'program') }
    case 'ack':
      return { type: 'ack', program: name(message.program, 'program'), offset: whole(message.offset, 'offset') }
    case 'leave':
      return { type: 'leave' }
    default:
      throw new Unreadable(`\`type\` is ${brief(message.type)}`)
  }
}

function readRequest(request: Record<string, unknown>): RunRequest {
  const { source } = request
  const read = { program: name(request.program, 'program'), language: language(request.language), ...size(request) }
  if (source === undefined) return read
  if (typeof source !== 'string') throw new Unreadable('`source` must be a text')
  if (read.language === 'sh') throw new Unreadable('`source` is for programs, not for what is run as `sh`')
  return { ...read, source }
}

/** A value in a few characters. What is nested is not looked into: it may be deeper than a stack. */
function brief(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return String(JSON.stringify(value)).slice(0, 40)
}

function language(value: unknown): RunLanguage {
  if (value === 'sh' || LANGUAGES.includes(value as Language)) return value as RunLanguage
  throw new Unreadable('`language` must be ts, py or sh')
}

function size(value: Record<string, unknown>): Size {
  const clamp = (cells: number, most: number) => Math.min(Math.max(cells, 1), most)
  return {
    columns: clamp(whole(value.columns, 'columns'), MAX_CELLS.columns),
    rows: clamp(whole(value.rows, 'rows'), MAX_CELLS.rows),
  }
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Unreadable(`\`${field}\` must be an object`)
  }
  return value as Record<string, unknown>
}

function list(value: unknown, field: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 16) {
    throw new Unreadable(`\`${field}\` must be a list of 1 to 16 items`)
  }
  return value
}

function name(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 80) {
    throw new Unreadable(`\`${field}\` must be a text of 1 to 80 characters`)
  }
  return value
}

function whether(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw new Unreadable(`\`${field}\` must be true or false`)
  return value
}

function whole(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Unreadable(`\`${field}\` must be a whole number from 0`)
  }
  return value
}
