/** The head of the wire panel: whose lane is which, and what has crossed. */
import type { Story } from '../../../labs/checks/story.ts'
import { make } from '../dom.ts'
import { markOf, type Station } from '../story/stations.ts'
import { SIGNS, say, type Voice } from '../story/wording.ts'
import { fileOf, summaryOf, wireTitle } from './summary.ts'

/** The head above the columns of the rows. */
export function headElement(stations: readonly Station[], story: Story | null, voice: Voice): HTMLElement {
  const columns = stations.flatMap((station, i) => {
    const side = i === 0 ? 'left' : i === stations.length - 1 ? 'right' : 'mid'
    const zone = side === 'mid' ? betweenZone(station, voice) : endZone(station, side, story, voice)
    return side === 'right' ? [zone] : [zone, wireZone(stations, i, story, voice)]
  })
  return make('div', { class: 'wire-head' }, make('span'), ...columns)
}

function endZone(station: Station, side: 'left' | 'right', story: Story | null, voice: Voice): HTMLElement {
  const mark = station.mark === 'A' || station.mark === 'B' ? station.mark : null
  const sign = mark ? SIGNS[mark] : ''
  const word = say(voice, 'wire.program')
  const programs = make(
    'span',
    {},
    make('b', {}, side === 'left' ? `${sign} ${word}` : `${word} ${sign}`),
    ...station.programs.map((program) => {
      return make('span', { class: `file ${mark ? '' : markOf(program)}` }, fileOf(program.name, story))
    }),
  )
  const address = make('span', {}, station.addresses[0] ?? station.host)
  const kernel = make('span', {}, make('b', {}, say(voice, 'wire.kernel')), address)
  const parts = station.programs.length > 0 ? [programs, kernel] : [make('span'), kernel]
  return make('span', { class: `z ${side} ${mark ?? ''}` }, ...(side === 'left' ? parts : parts.reverse()))
}

function betweenZone({ host, addresses, mark }: Station, voice: Voice): HTMLElement {
  const name = mark === 'router' ? say(voice, 'wire.router') : host
  const title = make('b', {}, ...(mark === 'router' ? [SIGNS.router] : []), make('span', { class: 'long' }, ` ${name}`))
  return make('span', { class: 'z mid' }, title, make('span', { class: 'long' }, addresses.join(' ')))
}

function wireZone(stations: readonly Station[], leg: number, story: Story | null, voice: Voice): HTMLElement {
  const parts = story ? [make('span', {}, summaryOf(story, stations, leg, voice))] : []
  return make('span', { class: 'mid' }, make('b', {}, wireTitle(stations, leg, voice)), ...parts)
}
