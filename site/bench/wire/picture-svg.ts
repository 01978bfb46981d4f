/** The whole picture as one SVG file that needs nothing else: on paper, with the same story as text within. Pure. */
import type { Lang } from '../../languages.ts'
import { markOf, type Station } from '../story/stations.ts'
import { momentText } from '../story/time.ts'
import { SIGNS, say } from '../story/wording.ts'
import { type Drawing, type DrawingParts, drawingOf } from './drawing.ts'
import { APART, geometryOf, LINE } from './layout.ts'
import type { Line } from './lines.ts'
import { FONTS, PAPER } from './paper.ts'
import type { Arrow, LaneState, LegView, ZoneView } from './row-view.ts'
import { fileOf, summaryOf, wireTitle } from './summary.ts'
import { textOf } from './text.ts'

export interface PictureParts extends Omit<DrawingParts, 'geometry'> {
  readonly title: string
  readonly lang: Lang
}

export interface Picture {
  readonly svg: string
  readonly width: number
  readonly height: number
}

/** Widths of pictures with two stations, and with more, in px. */
const WIDTH = { two: 860, more: 1080 }
const MARGIN = 24
const HEAD = 84
/** The baseline of a row's text below its top, in px. */
const BASE = 15

/** Where the columns of a picture lie, in px. */
interface Columns {
  /** The left and the right edge of each station. */
  readonly zones: readonly (readonly [number, number])[]
}

/** How an arrow of a row leans; see `Layout`. */
interface Lean {
  readonly drop: number
  readonly lift: number
}

/** The picture of a story, all of it. */
export function pictureOf(parts: PictureParts): Picture {
  const { stations, title, lang, voice } = parts
  const width = stations.length > 2 ? WIDTH.more : WIDTH.two
  const geometry = geometryOf(width, stations.length)
  const drawing = drawingOf({ ...parts, geometry, still: true })
  const rowsHeight = drawing.layout.tops.at(-1) ?? 0
  const size = { width: width + 2 * MARGIN, height: rowsHeight + HEAD + 2 * MARGIN }
  const columns = columnsOf(stations, geometry)
  const rows = drawing.rows.map((_, i) => rowPicture(drawing, i, columns, stations))
  const legend = say(voice, 'wire.legend-picture')
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" lang="${lang}" font-family="${attribute(FONTS.sans)}" font-size="11" fill="${PAPER.ink}">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(textOf(drawing))}</desc>`,
    `<rect width="100%" height="100%" fill="${PAPER.paper}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    `<path d="M0 0H${width}" stroke="${PAPER.ink}" stroke-width="3"/>`,
    `<text y="24" font-size="15" font-weight="600">${escaped(title)}</text>`,
    `<text x="${width}" y="24" text-anchor="end" fill="${PAPER['ink-2']}">${escaped(legend)}</text>`,
    headPicture(drawing, columns, stations),
    `<g transform="translate(0 ${HEAD})">`,
    `<path d="M0 0H${width}M0 ${rowsHeight}H${width}" stroke="${PAPER.rule}"/>`,
    ...rows,
    '</g></g></svg>',
  ]
  return { svg: svg.join('\n'), ...size }
}

function columnsOf(stations: readonly Station[], { no, zone, between, wire }: Drawing['geometry']): Columns {
  let x = no
  const zones = stations.map((_, i) => {
    const width = i === 0 || i === stations.length - 1 ? zone : between
    const edges = [x, x + width] as const
    x += width + wire
    return edges
  })
  return { zones }
}

/** The colour and the wash of a station. */
function coloursOf({ mark }: Station): { end: string; wash: string | null } {
  if (mark === 'A') return { end: PAPER.a, wash: PAPER['a-wash'] }
  if (mark === 'B') return { end: PAPER.b, wash: PAPER['b-wash'] }
  return { end: PAPER.ink, wash: null }
}

function headPicture(drawing: Drawing, columns: Columns, stations: readonly Station[]): string {
  const { voice, story } = drawing
  const { zones } = columns
  const ends = stations
    .map((station, i) => {
      const [left, right] = zones[i] as readonly [number, number]
      const { end } = coloursOf(station)
      const { mark, programs, addresses, host } = station
      const bold = (x: number, anchor: string, text: string) =>
        `<text x="${x}" y="56" text-anchor="${anchor}" font-weight="600" fill="${end}">${escaped(text)}</text>`
      const plain = (x: number, anchor: string, text: string) =>
        `<text x="${x}" y="72" text-anchor="${anchor}" fill="${PAPER['ink-2']}">${escaped(text)}</text>`
      const address = addresses[0] ?? host
      if (programs.length === 0) {
        const name = mark === 'router' ? `${SIGNS.router} ${say(voice, 'wire.router')}` : say(voice, 'wire.kernel')
        return bold((left + right) / 2, 'middle', name) + plain((left + right) / 2, 'middle', address)
      }
      const files = programs.map(({ name }) => fileOf(name, story))
      const sign = mark ? SIGNS[mark] : ''
      const word = say(voice, 'wire.program')
      const isLast = i === stations.length - 1
      const [outer, inner] = isLast ? [right, left] : [left, right]
      const [start, stop] = isLast ? ['end', 'start'] : ['start', 'end']
      return [
        bold(outer, start, isLast ? `${word} ${sign}` : `${sign} ${word}`),
        plain(outer, start, files.join(', ')),
        bold(inner, stop, say(voice, 'wire.kernel')),
        plain(inner, stop, address),
      ].join('')
    })
    .join('\n')
  const wires = zones.slice(1).map(([left], i) => {
    const x = ((zones[i]?.[1] ?? 0) + left) / 2
    const title = `<text x="${x}" y="56" text-anchor="middle" font-size="13" font-weight="600">${escaped(wireTitle(stations, i, voice))}</text>`
    const what = escaped(summaryOf(story, stations, i, voice))
    return `${title}<text x="${x}" y="72" text-anchor="middle" fill="${PAPER['ink-2']}">${what}</text>`
  })
  return ends + wires.join('')
}

function rowPicture(drawing: Drawing, place: number, columns: Columns, stations: readonly Station[]): string {
  const { layout, story, voice, geometry } = drawing
  const view = drawing.view(place)
  const [top = 0, next = 0] = [layout.tops[place], layout.tops[place + 1]]
  const height = layout.heights[place] ?? 0
  const lean = { drop: layout.drops[place] ?? 0, lift: layout.lifts[place] ?? 0 }
  const time = momentText(view.row.t, story.steps[0]?.t ?? 0, voice)
  const zones = view.zones.map((zone, i) => {
    const edges = columns.zones[i] as readonly [number, number]
    return zonePicture(zone, stations[i] as Station, edges, next - top, i === stations.length - 1)
  })
  const legs = view.legs.flatMap((leg, i) => {
    const from = columns.zones[i]?.[1] ?? 0
    const to = columns.zones[i + 1]?.[0] ?? geometry.width
    return leg ? [legPicture(leg, from, to, lean)] : []
  })
  const middle = ((columns.zones[0]?.[1] ?? 0) + (columns.zones[1]?.[0] ?? geometry.width)) / 2
  const aside = (text: string, y: number) =>
    `<text x="${middle}" y="${y}" text-anchor="middle" fill="${PAPER['ink-3']}">${escaped(text)}</text>`
  const space = next - top - height
  const between = [
    ...(view.over ? [aside(view.over, view.below ? BASE + LINE : BASE)] : []),
    ...(view.pause
      ? [aside(layout.cuts[place] ? view.pause.cut : view.pause.text, space > 0 ? height + space / 2 + 4 : BASE)]
      : []),
  ]
  const no = `<text x="${geometry.no - 6}" y="${BASE}" text-anchor="end" fill="${PAPER['ink-3']}">${escaped(view.no)}</text>`
  return `<g transform="translate(0 ${top})"><title>${escaped(`${time} ${view.name}`)}</title>${[...zones, no, ...between, ...legs].join('')}</g>`
}

function zonePicture(
  { lanes, holds, note, tags, queue, cross }: ZoneView,
  station: Station,
  [left, right]: readonly [number, number],
  height: number,
  isLast: boolean,
): string {
  const { end, wash } = coloursOf(station)
  const parts: string[] = []
  if (wash) {
    parts.push(`<rect x="${left}" width="${right - left}" height="${height}" fill="${wash}" fill-opacity="0.45"/>`)
  }
  for (const [i, { program, state }] of lanes.entries()) {
    const offset = 5 + 2 + i * 9
    const x = isLast ? right - offset : left + offset
    const player = station.programs.find(({ name }) => name === program)
    parts.push(lanePicture(x, height, state, player && markOf(player) === 'A' ? PAPER.a : PAPER.b))
  }
  const kernel = holds ? `stroke="${end}" stroke-width="2"` : `stroke="${PAPER.rule}"`
  const edges = lanes.length === 0 && !isLast && left > 60 ? [left, right] : [isLast ? left : right]
  for (const x of edges) parts.push(`<path d="M${x} 0V${height}" ${kernel}/>`)
  const inset = 16 + Math.max(lanes.length - 1, 0) * 9
  if (note) parts.push(notePicture(note, isLast ? right - inset : left + inset, isLast, end))
  const asides = [...(cross ? [`✕ ${cross}`] : []), ...(queue ? [queue] : [])]
  parts.push(tagsPicture(tags, asides, isLast ? left : right, isLast, end))
  return parts.join('')
}

function lanePicture(x: number, height: number, state: LaneState, colour: string): string {
  if (state === 'none') return ''
  const dots = state === 'waits' ? ' stroke-dasharray="3 4"' : ''
  return `<path d="M${x} 0V${height}" stroke="${colour}" stroke-width="4"${dots}/>`
}

function notePicture(note: NonNullable<ZoneView['note']>, x: number, isLast: boolean, end: string): string {
  const { program, lead, name, rest, failed, two, named } = note
  const who = named ? `${program} ` : ''
  const text = [who, lead].filter(Boolean).join('')
  const colour = failed ? PAPER.no : end
  const code = `<tspan font-family="${attribute(FONTS.mono)}">${escaped(name)}</tspan>`
  if (two) {
    const below = `<text x="${x}" y="${BASE + LINE}" text-anchor="${isLast ? 'end' : 'start'}" fill="${colour}">${escaped(rest.replace(/^ → /, ''))}</text>`
    return notePicture({ ...note, rest: '', two: false }, x, isLast, end) + below
  }
  const hook = isLast ? [`${text}`, code, `${rest} ┤`] : [`├ ${text}`, code, rest]
  const [lead0 = '', middle = '', last = ''] = hook
  return `<text x="${x}" y="${BASE}" text-anchor="${isLast ? 'end' : 'start'}" fill="${colour}" xml:space="preserve">${escaped(lead0)}${middle}${escaped(last)}</text>`
}

/** State tags stand at the kernel's lane, each beside the one before. */
function tagsPicture(
  tags: readonly string[],
  asides: readonly string[],
  x: number,
  isLast: boolean,
  end: string,
): string {
  const parts: string[] = []
  let at = x
  const put = (width: number) => {
    const left = isLast ? at : at - width
    at = isLast ? at + width + 4 : at - width - 4
    return left
  }
  for (const tag of tags.toReversed()) {
    const width = Math.round(tag.length * 6.4) + 8
    const left = put(width)
    parts.push(
      `<rect x="${left}" y="4.5" width="${width}" height="15" rx="2" fill="${PAPER.paper}" stroke="${end}"/>`,
      // Wide fonts are set closer, so that no name is wider than its frame.
      `<text x="${left + width / 2}" y="${BASE + 0.5}" text-anchor="middle" font-size="10" font-weight="600" fill="${end}" textLength="${width - 8}" lengthAdjust="spacingAndGlyphs">${escaped(tag)}</text>`,
    )
  }
  for (const aside of asides) {
    const colour = aside.startsWith('✕') ? PAPER.no : end
    parts.push(
      `<text x="${isLast ? at + 4 : at - 4}" y="${BASE}" text-anchor="${isLast ? 'start' : 'end'}" fill="${colour}">${escaped(aside)}</text>`,
    )
    at = isLast ? at + aside.length * 6 + 6 : at - aside.length * 6 - 6
  }
  return parts.join('')
}

function legPicture({ lines, arrows }: LegView, from: number, to: number, lean: Lean): string {
  const middle = (from + to) / 2
  const texts = lines.map((line, i) => linePicture(line, middle, BASE - 1 + i * LINE))
  const tail = lines.length * LINE + 8
  return [...arrows.map((arrow, i) => arrowPicture(arrow, from, to, tail + i * APART, lean)), ...texts].join('')
}

function linePicture({ bold, plain, remark }: Line, x: number, y: number): string {
  const strong = bold ? `<tspan font-weight="700">${escaped(bold)}</tspan>${plain ? ' ' : ''}` : ''
  const colour = remark ? PAPER.ink : PAPER['ink-2']
  // Arrows of rows above may pass below the text.
  return `<text x="${x}" y="${y}" text-anchor="middle" fill="${PAPER.ink}" stroke="${PAPER.paper}" stroke-width="4" paint-order="stroke">${strong}<tspan fill="${colour}"${remark ? ' font-style="normal" font-weight="600"' : ''}>${escaped(plain)}</tspan></text>`
}

function arrowPicture(
  { right, lost, dashed, many, loop }: Arrow,
  from: number,
  to: number,
  base: number,
  { drop, lift }: Lean,
): string {
  const [start, goal] = right ? [from, to] : [to, from]
  const stop = lost ? start + (goal - start) * 0.56 : loop ? start : goal
  const y = base - lift
  const height = many ? 4 : drop + lift
  const head = y + height
  const dashes = dashed ? ' stroke-dasharray="5 4"' : ''
  const bend = start + (goal - start) * 0.55
  const path = loop ? `M${start} ${y}C${bend} ${y} ${bend} ${head} ${stop} ${head}` : `M${start} ${y}L${stop} ${head}`
  const line = `<path d="${path}" fill="none" stroke="${PAPER.ink}" stroke-width="${many ? 3.5 : 1.5}"${dashes}/>`
  if (lost) {
    const anchor = right ? 'start' : 'end'
    const step = right ? 1 : -1
    return `${line}<text x="${stop + 3 * step}" y="${head + 4}" text-anchor="${anchor}" fill="${PAPER.no}" stroke="${PAPER.paper}" stroke-width="3" paint-order="stroke" font-weight="600">${escaped(right ? `✕ ${lost}` : `${lost} ✕`)}</text>`
  }
  const back = right !== loop ? -1 : 1
  const angle = (Math.atan2(height, Math.abs(stop - start) || 1) * 180) / Math.PI
  const turn = loop ? 0 : right ? angle : -angle
  return `${line}<path d="M0 0l${9 * back} -3.8v7.6z" transform="translate(${stop} ${head}) rotate(${turn.toFixed(1)})"/>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function attribute(text: string): string {
  return escaped(text).replaceAll('"', '&quot;')
}
