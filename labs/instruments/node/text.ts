/** How arguments, results and errors are told: as Node prints them, shortened, and without running the program's code. */
import { types } from 'node:util'
import type { Deed } from '../../events.ts'

/** The most that is shown of bytes, of texts, of a list, and of everything. */
const LONGEST = { bytes: 16, text: 40, list: 8, all: 300 } as const

/** Arguments as they would be written. */
export function listed(args: readonly unknown[]): string {
  const most = args.slice(0, LONGEST.list).map((arg) => brief(arg, 0))
  return most.join(', ').slice(0, LONGEST.all)
}

/** A value; null for what says nothing. */
export function shown(value: unknown): string | null {
  if (value === undefined || (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))) return null
  return brief(value, 0)
}

function brief(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'function':
      return `[Function: ${types.isProxy(value) ? 'proxy' : nameOf(value)}]`
    case 'symbol':
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? 'null' : briefObject(value, depth)
    default:
      return `${value}`
  }
}

function quoted(text: string): string {
  const short = text.length > LONGEST.text ? text.slice(0, LONGEST.text) : text
  const inner = JSON.stringify(short).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return short === text ? `'${inner}'` : `'${inner}'…`
}

function briefObject(value: object, depth: number): string {
  if (types.isProxy(value)) return '[Proxy]'
  if (ArrayBuffer.isView(value)) return bytes(value)
  if (depth > 1) return '…'
  if (Array.isArray(value)) {
    const parts = value.slice(0, LONGEST.list).map((part) => brief(part, depth + 1))
    return `[ ${parts.join(', ')}${value.length > LONGEST.list ? ', …' : ''} ]`
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return `<${nameOf(prototype.constructor)}>`
  const parts: string[] = []
  for (const [name, { value: inner, enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (enumerable && inner !== undefined && parts.length < LONGEST.list)
      parts.push(`${name}: ${brief(inner, depth + 1)}`)
  }
  return `{ ${parts.join(', ')} }`
}

function bytes(view: ArrayBufferView): string {
  const all = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  const shown = all
    .subarray(0, LONGEST.bytes)
    .toString('hex')
    .replace(/..(?!$)/g, '$& ')
  const more = all.length > LONGEST.bytes ? ` … ${all.length - LONGEST.bytes} more` : ''
  return `<Buffer${shown === '' ? '' : ` ${shown}`}${more}>`
}

function nameOf(value: unknown): string {
  const name = typeof value === 'function' ? Object.getOwnPropertyDescriptor(value, 'name')?.value : undefined
  return typeof name === 'string' && name !== '' ? name : '(anonymous)'
}

/** The name of an error: its code, or the name of its kind. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error) || types.isProxy(error)) return 'Error'
  const { code, name } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : String(name)
}

const FAILED: Readonly<Record<string, Deed>> = {
  connect: 'connect',
  listen: 'listen',
  bind: 'bind',
  accept: 'accept',
  read: 'receive',
  recvmsg: 'receive',
  write: 'send',
  send: 'send',
  shutdown: 'shutdown',
}

/** What an error's system call would have done. */
export function failedDeed(error: unknown): Deed {
  const syscall = error instanceof Error ? (error as NodeJS.ErrnoException).syscall : undefined
  return (syscall !== undefined && FAILED[syscall]) || 'other'
}
