/** The whole picture of a story before anything is drawn: rows, what stands between their lanes, where they lie. Pure. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import { type Station, wayOf } from '../story/stations.ts'
import type { Voice } from '../story/wording.ts'
import { type Geometry, type Layout, layOut, type Scale, type Sized } from './layout.ts'
import type { Measure } from './lines.ts'
import { isLost, isTall, type LegView, legsOf, type RowView, type Scene, viewOf } from './row-view.ts'
import { type Choice, type Row, rowAt, rowsOf } from './rows.ts'
import { type Shapes, shapeOf } from './shapes.ts'

export interface Drawing {
  readonly story: Story
  readonly geometry: Geometry
  readonly rows: readonly Row[]
  readonly layout: Layout
  /** The steps that belong to no program of the lab, shown or not. */
  readonly background: readonly number[]
  readonly voice: Voice
  /** What the row at a place shows. */
  view(place: number): RowView
}

export interface DrawingParts {
  readonly story: Story
  readonly choice: Choice
  readonly scale: Scale
  readonly stations: readonly Station[]
  readonly voice: Voice
  readonly geometry: Geometry
  readonly measure: Measure
  /** What was found out about shapes at this width and in this language; it is added to. */
  readonly shapes?: Shapes
  /** Nothing in it can be pressed, so nothing needs room for that. */
  readonly still?: boolean
}

export function drawingOf(parts: DrawingParts): Drawing {
  const { story, choice, scale, stations, voice, geometry, measure, shapes = new Map(), still = false } = parts
  const { rows, background } = rowsOf(story, choice)
  const scene: Scene = { story, stations, voice, wire: geometry.wire, zone: geometry.zone, measure }
  const layout = layOut(
    rows.map((row) => sizeOf(row, rows, scene, shapes, still)),
    scale,
  )
  const views = new Map<number, RowView>()
  return {
    story,
    geometry,
    rows,
    layout,
    background,
    voice,
    view(place) {
      const known = views.get(place)
      if (known) return known
      const row = rows[place]
      if (row === undefined) throw new Error(`There is no row ${place}; there are ${rows.length}.`)
      const made = viewOf(row, scene)
      views.set(place, made)
      return made
    },
  }
}

function sizeOf(row: Row, rows: readonly Row[], scene: Scene, shapes: Shapes, still: boolean): Sized {
  const size = { row, lines: 0, arrows: 0, tall: isTall(row, scene), arrived: null, way: null, tail: null }
  if (row.kind === 'run') {
    const [lines, arrows] = textOf(legsOf(row, scene))
    return { ...size, lines: lines + (still ? 0 : 1), arrows }
  }
  if (row.proof) {
    const [lines, arrows] = textOf(legsOf(row, scene))
    return { ...size, lines, arrows, tail: rowAt(rows, row.proof.from) }
  }
  const { packet } = row
  if (packet === null) return size
  const { from, to } = wayOf(packet, scene.story, scene.stations)
  const arrived = isLost(packet) ? null : packet.arrived
  return { ...size, lines: linesOf(row, packet, scene, shapes), arrows: 1, arrived, way: from * 16 + to }
}

/** The lines of a packet's text. Thousands of packets have few shapes, so few of them have to be worded. */
function linesOf(row: Row, packet: Packet, scene: Scene, shapes: Shapes): number {
  const shape = shapeOf(packet)
  const known = shape === null ? undefined : shapes.get(shape)
  if (known !== undefined) return known
  const [lines] = textOf(legsOf(row, scene))
  if (shape !== null) shapes.set(shape, lines)
  return lines
}

/** The most lines and the most arrows that any wire has in a row. */
function textOf(legs: readonly (LegView | null)[]): readonly [lines: number, arrows: number] {
  const most = (of: (leg: LegView) => number) => Math.max(...legs.map((leg) => (leg ? of(leg) : 0)), 0)
  return [most(({ lines }) => lines.length), most(({ arrows }) => arrows.length)]
}
