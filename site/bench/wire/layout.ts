/** Where each row of the wire panel lies, and how far its arrow leans. Pure. */
import { isOverAll, type Row } from './rows.ts'

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
  const no = narrow ? 22 : broad ? 34 : 26
  const end = narrow ? 0 : broad ? 12 : 8
  const share = narrow ? (stations < 3 ? 0.26 : 0.22) : broad ? 0.24 : 0.315
  const zone = Math.max(narrow ? 88 : 150, Math.round(width * share))
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
  /** Lines of text above its arrows, and how many of these lie below each other; 0 for a row without any. */
  readonly lines: number
  readonly arrows: number
  /** Whether a call in it takes two lines. */
  readonly tall: boolean
  /** When what it shows was at the other end, in ns; null when it never was, or shows nothing that travels. */
  readonly arrived: number | null
  /** Which way it travels: rows of one way may overtake each other. Null for none. */
  readonly way: number | null
  /** The place of the row at which its arrow begins, where that is another one. */
  readonly tail: number | null
}

export interface Layout {
  /** For each row where it begins, and at the end where the last one ends, in px. */
  readonly tops: readonly number[]
  /** For each row its height without the space after it, in px. */
  readonly heights: readonly number[]
  /** For each row how far below its tail its arrow's head is, in px. */
  readonly drops: readonly number[]
  /** For each row how far above its own its arrow's tail is, in px. */
  readonly lifts: readonly number[]
  /** The farthest that any arrow reaches beyond its row, in px. */
  readonly reach: number
  /** For each row whether the space after it is cut short. */
  readonly cuts: readonly boolean[]
  /** Px for each ms; null when rows do not go by time. */
  readonly scale: number | null
}

/** The height of a row without an arrow, of one line of text, of all else in a row with an arrow, in px. */
const CALL = 24
export const LINE = 14
const ARROW = 19
/** How far below each other several arrows of a row lie. */
export const APART = 7
/** The space of a pause after a row whose middle is taken. */
const PAUSE = 20
/** To scale, the space before a program starts is no longer: the reader took that time. */
const BEFORE_START = 48
/** To scale, no space is longer. */
const LONGEST = 600
/** To scale, spaces may take at least so much altogether, and as much as the rows themselves. */
const ROOM = 480
/** How far an arrow leans at least, and how far time must let it lean to be drawn so. */
const LEAN = 4
const SEEN = 3
/** Px for each ms that may be chosen. */
const SCALES = [20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]

export function layOut(rows: readonly Sized[], kind: Scale): Layout {
  const heights = rows.map(({ lines, arrows, tall }) => {
    const call = tall ? CALL + LINE : CALL
    return lines === 0 ? call : Math.max(ARROW + lines * LINE + (arrows - 1) * APART, call)
  })
  const scale = kind === 'time' ? scaleFor(rows, heights) : null
  const tops: number[] = [0]
  const cuts: boolean[] = []
  for (const [i, { row, lines }] of rows.entries()) {
    const next = rows[i + 1]?.row
    const whole = scale === null ? 0 : spaceOf((next?.t ?? row.until) - row.until, scale)
    const isTaken = lines > 0 || isOverAll(row)
    const space = scale === null ? (row.pause !== null && isTaken ? PAUSE : 0) : Math.min(whole, most(next))
    cuts.push(space < whole)
    tops.push((tops[i] ?? 0) + (heights[i] ?? 0) + space)
  }
  const drops = dropsOf(rows, tops, heights, scale)
  const lifts = rows.map(({ tail }, i) => {
    if (tail === null) return 0
    // It leaves the middle of the row with its call, and ends at the foot of its own.
    return (tops[i] ?? 0) + (heights[i] ?? 0) - ARROW / 2 - (tops[tail] ?? 0) - (heights[tail] ?? 0) / 2
  })
  const reach = [...drops, ...lifts].reduce((most, one) => Math.max(most, one), 0)
  return { tops, heights, drops, lifts, reach, cuts, scale }
}

function spaceOf(ns: number, scale: number): number {
  return Math.round((ns / 1e6) * scale)
}

/** How much space there may be before a row. */
function most(row: Row | undefined): number {
  return row?.kind === 'step' && row.step.kind === 'starts' ? BEFORE_START : LONGEST
}

/** The largest scale at which all spaces but those before a start have room. */
function scaleFor(rows: readonly Sized[], heights: readonly number[]): number {
  const room = Math.max(
    heights.reduce((sum, height) => sum + height, 0),
    ROOM,
  )
  const passed = rows.reduce((sum, { row }, i) => {
    const next = rows[i + 1]?.row
    return next === undefined || most(next) < LONGEST ? sum : sum + next.t - row.until
  }, 0)
  return SCALES.find((scale) => spaceOf(passed, scale) <= room) ?? (SCALES.at(-1) as number)
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
  const overtaken = overtakenIn(rows)
  return rows.map(({ row, arrived }, i) => {
    if (arrived === null) return LEAN
    const leans = scale !== null && spaceOf(arrived - row.t, scale) >= SEEN
    if (!leans && !overtaken.has(i)) return LEAN
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
  const earliest = new Map<number, number>()
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
  return [Math.min(first, last), Math.min(placeAt(tops, to + reach) + 1, last)]
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

/** A time that can be shown beside a scale, and how high it is. */
export interface Ruler {
  readonly ms: number
  readonly px: number
}

/** The shortest round time that is high enough to be seen. */
export function rulerOf(scale: number): Ruler {
  let ms = 0.1
  for (const factor of [2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2]) {
    if (ms * scale >= 12) break
    ms *= factor
  }
  return { ms, px: Math.round(ms * scale) }
}
