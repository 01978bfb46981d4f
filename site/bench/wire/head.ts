/** The head of the wire panel: whose lane is which, and what has crossed. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import { make } from '../dom.ts'
import { markOf, type Station } from '../story/stations.ts'
import { count, SIGNS, say, type Voice } from '../story/wording.ts'
import { isLost } from './row-view.ts'

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

/** The file of a program's latest run; its name before it has run. */
function fileOf(program: string, story: Story | null): string {
  const act = story?.acts.findLast((one) => one.program === program)
  return act ? `${program}.${act.language}` : program
}

function wireZone(stations: readonly Station[], leg: number, story: Story | null, voice: Voice): HTMLElement {
  const [here, there] = [stations[leg]?.host, stations[leg + 1]?.host]
  const title = say(voice, here === there ? 'wire.loopback' : 'wire.title')
  const parts = story ? [make('span', {}, summary(story, here ?? '', there ?? '', voice))] : []
  return make('span', { class: 'mid' }, make('b', {}, title), ...parts)
}

function summary(story: Story, here: string, there: string, voice: Voice): string {
  const blind = story.blind.some(({ instrument }) => instrument === 'packets')
  if (blind && story.packets.length === 0) return say(voice, 'wire.proven')
  const isHere = ({ from, to }: Packet) => (from === here && to === there) || (from === there && to === here)
  const isOther = ({ conversation }: Packet) => conversation !== null && story.conversations[conversation]?.background
  const packets = story.packets.filter((packet) => isHere(packet) && !isOther(packet))
  const lost = packets.filter(isLost).length
  const fate = lost === 0 ? say(voice, 'wire.none-lost') : say(voice, 'wire.lost', { n: lost })
  return say(voice, 'wire.packets', { count: count(voice, packets.length, 'packets'), fate })
}
