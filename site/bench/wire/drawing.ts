/** The whole picture of a story before anything is drawn: rows, what stands between their lanes, where they lie. Pure. */
import type { Story } from '../../../labs/checks/story.ts'
import { type Station, wayOf } from '../story/stations.ts'
import type { Voice } from '../story/wording.ts'
import { type Geometry, type Layout, layOut, type Scale, type Sized } from './layout.ts'
import type { Measure } from './lines.ts'
import { isLost, type LegView, legsOf, type RowView, type Scene, viewOf } from './row-view.ts'
import { type Choice, type Row, rowAt, rowsOf } from './rows.ts'

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
  /** Nothing in it can be pressed, so nothing needs room for that. */
  readonly still?: boolean
}

export function drawingOf(parts: DrawingParts): Drawing {
  const { story, choice, scale, stations, voice, geometry, measure, still = false } = parts
  const { rows, background } = rowsOf(story, choice)
  const scene: Scene = { story, stations, voice, wire: geometry.wire, measure }
  const legs = rows.map((row) => legsOf(row, scene))
  const layout = layOut(
    rows.map((row, i) => sizeOf(row, legs[i] ?? [], rows, scene, still)),
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
      const made = viewOf(row, legs[place] ?? [], scene)
      views.set(place, made)
      return made
    },
  }
}

function sizeOf(
  row: Row,
  legs: readonly (LegView | null)[],
  rows: readonly Row[],
  scene: Scene,
  still: boolean,
): Sized {
  const folds = row.kind === 'run' && !still ? 1 : 0
  const lines = Math.max(...legs.map((leg) => (leg ? leg.lines.length + folds : 0)), 0)
  const arrows = Math.max(...legs.map((leg) => leg?.arrows.length ?? 0), 0)
  const size = { row, lines, arrows, arrived: null, way: null, tail: null }
  if (row.kind === 'run') return size
  if (row.proof) return { ...size, tail: rowAt(rows, row.proof.from) }
  if (row.packet === null) return size
  const { from, to } = wayOf(row.packet, scene.story, scene.stations)
  return { ...size, arrived: isLost(row.packet) ? null : row.packet.arrived, way: `${from} ${to}` }
}
