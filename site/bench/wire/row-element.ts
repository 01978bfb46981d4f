/** One row of the wire panel as an element. It has the row's name for those who cannot see it. */
import { draw, make } from '../dom.ts'
import type { Station } from '../story/stations.ts'
import { APART, LINE } from './layout.ts'
import type { Line } from './lines.ts'
import type { Note } from './notes.ts'
import type { Arrow, LegView, RowView, ZoneView } from './row-view.ts'

/** How a row stands to the moment and to what the reader does. */
export interface Standing {
  /** It is the moment's. */
  readonly now: boolean
  readonly lit: boolean
  readonly later: boolean
}

/** Where a row lies, in px; see `Layout`. */
export interface Place {
  readonly top: number
  readonly height: number
  readonly space: number
  readonly drop: number
  readonly lift: number
  readonly cut: boolean
  /** The width of a wire, by which an arrow's head is turned. */
  readonly wire: number
}

/** Words that a row cannot know by itself. */
export interface RowWords {
  readonly fold: string
  readonly unfold: string
}

/** Where an arrow begins below the lines of its row, in px. */
const TAIL = 8

export function rowElement(view: RowView, stations: readonly Station[], place: Place, words: RowWords): HTMLElement {
  const { row, name, no, zones, legs, packet, over, below, pause } = view
  const run = row.kind === 'run' ? row : null
  const lanes = stations.flatMap((station, i) => {
    const zone = zoneElement(zones[i] as ZoneView, station, sideOf(i, stations))
    if (i === stations.length - 1) return [zone]
    const leg = legs[i]
    const wire = make('span', { class: 'w' }, ...(leg ? legNodes(leg, place) : []))
    return [zone, wire]
  })
  const fold = run && foldButton(run.open ? words.fold : words.unfold, run.open)
  const element = make(
    'li',
    {
      class: packet === null ? 'ev' : 'ev pk',
      style: `top:${place.top}px;height:${place.height + place.space}px;--h:${place.height}px;--top:${place.top}px`,
      'aria-label': name,
      tabindex: -1,
      'data-at': row.from,
      'data-packet': packet,
    },
    make('span', { class: 'vh' }, name),
    make('span', { class: 'no', 'aria-hidden': 'true' }, no.replace('–', '–\n')),
    ...lanes.map((lane) => hidden(lane)),
    ...(over ? [hidden(make('span', { class: below ? 'over below' : 'over' }, make('span', {}, over)))] : []),
    ...(pause
      ? [
          hidden(
            make(
              'span',
              { class: place.space > 0 ? 'gap below' : 'gap' },
              make('span', {}, place.cut ? pause.cut : pause.text),
            ),
          ),
        ]
      : []),
  )
  if (fold) element.append(make('span', { class: 'folds' }, fold))
  return element
}

/** Shows how a row stands; its element stays the same. */
export function stand(element: HTMLElement, { now, lit, later }: Standing): void {
  element.classList.toggle('now', now)
  element.classList.toggle('lit', lit)
  element.classList.toggle('later', later)
  element.ariaCurrent = now ? 'step' : null
}

/** What goes on below the last row: its lanes. */
export function fillElement(view: RowView | null, stations: readonly Station[], top: number): HTMLElement {
  const nothing: ZoneView = { lanes: [], holds: false, note: null, tags: [], queue: null, cross: null }
  const zones = stations.flatMap((station, i) => {
    const { lanes, holds } = view?.zones[i] ?? nothing
    const zone = zoneElement({ ...nothing, lanes, holds }, station, sideOf(i, stations))
    return i === stations.length - 1 ? [zone] : [zone, make('span')]
  })
  return make(
    'div',
    { class: 'ev fill', 'aria-hidden': 'true', style: `top:${top}px;--top:${top}px` },
    make('span'),
    ...zones,
  )
}

type Side = 'left' | 'right' | 'mid'

function sideOf(place: number, stations: readonly Station[]): Side {
  return place === 0 ? 'left' : place === stations.length - 1 ? 'right' : 'mid'
}

function hidden(element: HTMLElement): HTMLElement {
  element.ariaHidden = 'true'
  return element
}

function foldButton(label: string, open: boolean): HTMLElement {
  const button = make('button', { type: 'button', class: 'quiet', 'aria-expanded': open ? 'true' : 'false' }, label)
  button.dataset.fold = ''
  return button
}

function zoneElement(view: ZoneView, station: Station, side: Side): HTMLElement {
  const { lanes, holds, note, tags, queue, cross } = view
  const mark = station.mark === 'router' ? null : station.mark
  const asides = [
    ...(cross ? [make('span', { class: 'cross-word' }, `✕ ${cross}`)] : []),
    ...(queue ? [make('span', { class: 'queue' }, queue)] : []),
    ...tags.map((tag) => make('span', { class: 'st' }, ...shortened(tag))),
  ]
  return make(
    'span',
    { class: ['z', side, mark, !holds && 'nosock'].filter(Boolean).join(' '), style: `--lanes:${lanes.length}` },
    ...lanes.map(({ program, state }, i) => {
      const end = station.programs.find(({ name }) => name === program)?.end === 'waits' ? 'B' : 'A'
      return make('span', { class: `lane ${state} ${end}`, style: `--lane:${i}` })
    }),
    ...(note ? [noteElement(note)] : []),
    ...(asides.length > 0 ? [make('span', { class: 'tags' }, ...asides)] : []),
  )
}

function noteElement({ program, lead, name, rest, failed, two, named, sign }: Note): HTMLElement {
  return make(
    'span',
    { class: `call${failed ? ' failed' : ''}${two ? ' two' : ''}` },
    make(
      'span',
      { class: 'what' },
      ...(named ? [make('small', {}, `${program} `)] : []),
      ...(lead ? [make('span', { class: 'long' }, lead)] : []),
      ...(sign ? [make('span', { class: 'sign', 'aria-hidden': 'true' }, sign)] : []),
      make('code', {}, name),
    ),
    ...(rest ? [make('span', { class: failed ? 'gave' : 'gave long' }, two ? rest.replace(/^ → /, '') : rest)] : []),
  )
}

/** The one state whose name is too long for a phone. */
function shortened(tag: string): (Node | string)[] {
  if (tag !== 'ESTABLISHED') return [tag]
  return ['ESTAB', make('span', { class: 'long' }, 'LISHED')]
}

function legNodes({ lines, arrows }: LegView, place: Place): Node[] {
  return [
    make('span', { class: 'lines' }, ...lines.map(lineElement)),
    ...arrows.map((arrow, i) => arrowElement(arrow, lines.length * LINE + TAIL + i * APART, place)),
  ]
}

function lineElement({ bold, plain, remark }: Line): HTMLElement {
  const text = [...(bold ? [make('b', {}, bold)] : []), ...(plain ? [make('span', {}, plain)] : [])]
  return make('span', { class: remark ? 'line remark' : 'line' }, make('span', {}, ...text))
}

function arrowElement(
  { right, lost, dashed, many, loop }: Arrow,
  tail: number,
  { drop, lift, wire }: Place,
): HTMLElement {
  const classes = [
    'arrow',
    right ? 'right' : 'left',
    dashed && 'dashed',
    many && 'many',
    lost && 'lost',
    loop && 'loop',
  ]
  const height = many ? 4 : drop + lift
  const [from, to] = right ? [0, lost ? 56 : 100] : [100, lost ? 44 : 0]
  const path = loop
    ? `M${from} 0C${right ? 55 : 45} 0 ${right ? 55 : 45} ${height} ${from} ${height}`
    : `M${from} 0L${to} ${height}`
  const svg = draw('svg', { viewBox: `0 0 100 ${height}`, preserveAspectRatio: 'none' }, draw('path', { d: path }))
  // Heads of arrows that lean far are turned the same way.
  const turn = height > 8 && !loop ? Math.atan2(height, wire * (lost ? 0.56 : 1)) * (right ? 1 : -1) : 0
  return make(
    'span',
    {
      class: classes.filter(Boolean).join(' '),
      style: `top:${tail - lift}px;height:${height}px${turn ? `;--turn:${turn.toFixed(3)}rad` : ''}`,
    },
    svg,
    ...(lost ? [make('span', { class: 'fate' }, make('b', {}, '✕'), ` ${lost}`)] : []),
  )
}
