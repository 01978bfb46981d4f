/**
 * Writes what is told, each line whole; what is too much, or finds no room, is counted and said to be missing. The same
 * shares as in `teller.py`.
 */
import fs from 'node:fs'
import type { Deed, Missed } from '../../events.ts'

/** So many calls of a run are told in full, and as many events; then so many of each deed a second, or at once. */
const IN_FULL = 2000
const PER_SECOND = 200
const AT_ONCE = 20

/** The longest that is written at once and whole (PIPE_BUF of Linux). */
const WHOLE = 4000

const { writeSync } = fs
const { stringify } = JSON
const { bigint: now } = process.hrtime

let channel: number | null = null
/** What a call and what it caused have told; it is written when the call comes back. */
let waiting = ''
let isHeld = false
/** What the channel had no room for, of a line that has begun. */
let rest: Buffer | null = null
let calls = 0
let events = 0
const lost = new Set<number>()
/** How often there was no room. */
let refusals = 0
const shares = new Map<string, { left: number; at: number }>()
const missing = new Map<Missed, { count: number; since: bigint; until: bigint }>()

/** Begins to write, to an open descriptor that never waits. */
export function beginTelling(descriptor: number): void {
  channel = descriptor
}

/** The machine's monotonic clock, in ns. */
export { now, stringify }

/** Counts a call. Its number, and whether it is told. */
export function takeCall(deed: Deed, at: bigint): { call: number; isTold: boolean } {
  calls += 1
  return { call: calls, isTold: calls <= IN_FULL || hasShare(deed, at) }
}

/** Whether an event is told, or that somebody waits for it. */
export function takeEvent(kind: 'armed' | 'heard', event: string, at: bigint): boolean {
  events += 1
  return events <= IN_FULL || hasShare(`${kind} ${event}`, at)
}

function hasShare(of: string, at: bigint): boolean {
  const seconds = Number(at) / 1e9
  const share = shares.get(of) ?? { left: AT_ONCE, at: seconds }
  share.left = Math.min(AT_ONCE, share.left + (seconds - share.at) * PER_SECOND)
  share.at = seconds
  shares.set(of, share)
  if (share.left < 1) {
    miss('let-go', at)
    return false
  }
  share.left -= 1
  return true
}

/** Nothing is written until `letGo`, so that a call is told with what it gave at once. */
export function hold(): void {
  isHeld = true
}

/** Writes what was held. */
export function letGo(at: bigint): void {
  isHeld = false
  if (waiting !== '') write('', at)
}

/** Tells a line. */
export function tell(line: string, at: bigint): void {
  if (isHeld && waiting.length + line.length < WHOLE) waiting += line
  else write(line, at)
}

/** Tells a line, and all that waited, now. @returns whether there was room for the whole of it */
export function tellAtOnce(line: string, at: bigint): boolean {
  return write(line, at) && rest === null
}

function write(line: string, at: bigint): boolean {
  if (channel === null) return false
  const told = waiting + line
  waiting = ''
  const whole = Buffer.from(missing.size > 0 ? whatIsMissing() + told : told)
  const bytes = rest === null ? whole : Buffer.concat([rest, whole])
  try {
    const written = writeSync(channel, bytes)
    rest = written < bytes.length ? bytes.subarray(written) : null
    missing.clear()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') loseAll(told, at)
    else channel = null
    return false
  }
}

/** Counts what finds no room: a call once, whether it is its beginning or its end. */
function loseAll(told: string, at: bigint): void {
  refusals += 1
  for (const [, kind, call] of told.matchAll(/^{"kind":"(\w+)","t":\d+,(?:"call":(\d+))?/gm)) {
    if (kind === 'call') lost.add(Number(call))
    if (kind !== 'return' || !lost.delete(Number(call))) miss('not-read', at)
  }
}

/** How often something was lost: what was told then has to be told again. */
export function losses(): number {
  return refusals
}

/** Whether the beginning of a call was lost: then its end is not told. */
export function isLost(call: number): boolean {
  return lost.delete(call)
}

function miss(why: Missed, at: bigint): void {
  // After all listeners of the program, and only once: of more than ten Node warns in its terminal.
  if (missing.size === 0) process.off('exit', tellMissing).once('exit', tellMissing)
  const gap = missing.get(why)
  missing.set(why, { count: (gap?.count ?? 0) + 1, since: gap?.since ?? at, until: at })
}

function tellMissing(): void {
  if (missing.size > 0) write('', now())
}

function whatIsMissing(): string {
  let lines = ''
  for (const [why, { count, since, until }] of missing) {
    lines += `{"kind":"missing","why":"${why}","count":${count},"since":${since},"until":${until}}\n`
  }
  return lines
}
