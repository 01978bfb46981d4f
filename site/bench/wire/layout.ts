/** Where each row of the wire panel lies, and how far its arrow leans. Pure. */
import type { Row } from './rows.ts'

/** How the panel's width is shared out, in px. */
export interface Geometry {
  readonly width: number
  /** The column of the events' numbers. */
  readonly no: number
  /** A station with programs. */
  readonly zone: number
  /** A station between two wires. */
  readonly between: number
  /** Each wire. */
  readonly wire: number
  /** Space at the right. */
  readonly end: number
  /** There is little room: labels take two lines, calls go by their names. */
  readonly narrow: boolean
}

/** Below this a panel is narrow, and from that on it is broad, in px. */
const NARROW = 430
const BROAD = 800

export function geometryOf(width: number, stations: number): Geometry {
  const narrow = width < NARROW
  const broad = width >= BROAD
  const no = narrow ? 22 : broad ? 34 : 28
  const end = narrow ? 0 : 12
  const zone = narrow ? Math.max(88, Math.round(width * 0.26)) : Math.max(150, Math.round(width * (broad ? 0.24 : 0.3)))
  const between = stations < 3 ? 0 : narrow ? 30 : 92
  const wires = Math.max(stations - 1, 1)
  const rest = width - no - end - 2 * zone - between * Math.max(stations - 2, 0)
  return { width, no, zone, between, wire: Math.max(Math.floor(rest / wires), 40), end, narrow }
}

/** One row per event, or spaces to scale. */
export type Scale = 'events' | 'time'

/** What a row needs to be laid out. */
export interface Sized {
  readonly row: Row
  /** Lines of text above its arrow; 0 for a row without one. */
  readonly lines: number
  /** When what it shows was at the other end, in ns; null when it never was, or shows nothing that travels. */
  readonly arrived: number | null
  /** Which way it travels: rows of one way may overtake each other. Null for none. */
  readonly way: string | null
}

export interface Layout {
  /** For each row where it begins, and at the end where the last one ends, in px. */
  readonly tops: readonly number[]
  /** For each row its height without the space after it, in px. */
  readonly heights: readonly number[]
  /** For each row how far below its tail its arrow's head is, in px. */
  readonly drops: readonly number[]
  /** The farthest that any arrow leans, in px. */
  readonly reach: number
  /** Px for each ms; null when rows do not go by time. */
  readonly scale: number | null
}

/** The height of a row without an arrow, of one line of text, and of all else in a row with an arrow, in px. */
const CALL = 24
const LINE = 14
const ARROW = 19
/** The space of a pause after a row whose middle is taken. */
const PAUSE = 20
/** No space is longer; what is longer is cut, and says how long it was. */
const CUT = 180
/** How far an arrow leans at least. */
const LEAN = 4
/** Px for each ms that may be chosen. */
const SCALES = [20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01]

export function layOut(rows: readonly Sized[], kind: Scale): Layout {
  const heights = rows.map(({ lines }) => (lines === 0 ? CALL : ARROW + lines * LINE))
  const scale = kind === 'time' ? scaleFor(rows, heights) : null
  const tops: number[] = [0]
  for (const [i, { row, lines }] of rows.entries()) {
    const passed = (rows[i + 1]?.row.t ?? row.until) - row.until
    const space = scale === null ? (row.pause !== null && lines > 0 ? PAUSE : 0) : spaceOf(passed, scale)
    tops.push((tops[i] ?? 0) + (heights[i] ?? 0) + space)
  }
  const drops = dropsOf(rows, tops, heights, scale)
  return { tops, heights, drops, reach: drops.reduce((most, drop) => Math.max(most, drop), 0), scale }
}

function spaceOf(ns: number, scale: number): number {
  return Math.min(Math.round((ns / 1e6) * scale), CUT)
}

/** The largest scale that does not make the picture more than twice as high. */
function scaleFor(rows: readonly Sized[], heights: readonly number[]): number {
  const room = Math.max(
    heights.reduce((sum, height) => sum + height, 0),
    2 * CUT,
  )
  const needed = (scale: number) =>
    rows.reduce((sum, { row }, i) => sum + spaceOf((rows[i + 1]?.row.t ?? row.until) - row.until, scale), 0)
  return SCALES.find((scale) => needed(scale) <= room) ?? (SCALES.at(-1) as number)
}

/**
 * An arrow ends where what it shows arrived: to scale, where that is in time; else only where something that was sent
 * later arrived before, for there the order is what matters.
 */
function dropsOf(
  rows: readonly Sized[],
  tops: readonly number[],
  heights: readonly number[],
  scale: number | null,
): number[] {
  const overtaken = scale === null ? overtakenIn(rows) : null
  return rows.map(({ row, arrived }, i) => {
    if (arrived === null || (overtaken !== null && !overtaken.has(i))) return LEAN
    let last = i
    while ((rows[last + 1]?.row.t ?? Number.POSITIVE_INFINITY) < arrived) last += 1
    const head = (tops[last] ?? 0) + (heights[last] ?? 0)
    const since = arrived - (rows[last]?.row.until ?? 0)
    const space = (tops[last + 1] ?? 0) - head
    const later = scale === null ? 0 : Math.min(spaceOf(Math.max(since, 0), scale), space)
    return Math.max(head + later - ((tops[i] ?? 0) + (heights[i] ?? 0)) + LEAN, LEAN)
  })
}

/** The places of rows whose packet arrived after one that was sent later the same way. */
function overtakenIn(rows: readonly Sized[]): Set<number> {
  const earliest = new Map<string, number>()
  const found = new Set<number>()
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    const { arrived, way } = rows[i] as Sized
    if (arrived === null || way === null) continue
    const later = earliest.get(way) ?? Number.POSITIVE_INFINITY
    if (later < arrived) found.add(i)
    earliest.set(way, Math.min(later, arrived))
  }
  return found
}

/** The rows that are seen, or that reach into what is seen: from the first, up to and without the second. */
export function windowOf({ tops, reach }: Layout, from: number, to: number): readonly [number, number] {
  const last = tops.length - 1
  const first = Math.max(placeAt(tops, from - reach), 0)
  return [Math.min(first, last), Math.min(placeAt(tops, to) + 1, last)]
}

/** The place of the row at a height; -1 above the first. */
function placeAt(tops: readonly number[], y: number): number {
  let low = 0
  let high = tops.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tops[middle] as number) <= y) low = middle + 1
    else high = middle
  }
  return low - 1
}
