/** What a time line is drawn with. */
import { draw, make } from '../dom.ts'
import { type Piece, SIGNS } from '../story/wording.ts'
import { TICKS } from './ticks.ts'

/** The line is drawn in so many units and then stretched. */
export const UNITS = 1000

/** The line with its ticks; that of the past lies over that of all time, in colour. */
export function lineElement(name: 'all' | 'past'): SVGSVGElement {
  return draw(
    'svg',
    { class: name, viewBox: `0 0 ${UNITS} 34`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    draw('path', { class: 'line', d: `M0 17H${UNITS}` }),
    ...TICKS.map((tick) => draw('path', { class: tick })),
  )
}

/** A piece of a sentence; who is named in it has a mark and a colour. */
export function pieceNode({ text, mark }: Piece): Node | string {
  if (mark === undefined || mark === null) return text
  const sign =
    mark === 'router'
      ? make('span', { 'aria-hidden': 'true' }, `${SIGNS.router} `)
      : make('span', { class: 'mark', 'aria-hidden': 'true' })
  // A mark never stands alone at the end of a line.
  const [first = '', rest = ''] = /^(\p{Script=Han}|\S+)(.*)$/u.exec(text)?.slice(1) ?? [text]
  const whose = mark === 'router' ? 'who' : `who ${mark}`
  return make('span', { class: whose }, make('span', { class: 'together' }, sign, first), rest)
}
