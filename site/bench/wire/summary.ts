/** What stands above the rows: the file of each program, and what has crossed each wire. Pure. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import type { Station } from '../story/stations.ts'
import { count, say, type Voice } from '../story/wording.ts'
import { isLost } from './row-view.ts'

/** The file of a program's latest run; its name before it has run. */
export function fileOf(program: string, story: Story | null): string {
  const act = story?.acts.findLast((one) => one.program === program)
  return act ? `${program}.${act.language}` : program
}

/** The name of the wire at the right of a station. */
export function wireTitle(stations: readonly Station[], leg: number, voice: Voice): string {
  return say(voice, stations[leg]?.host === stations[leg + 1]?.host ? 'wire.loopback' : 'wire.title')
}

/** `8 packets, none lost`: all that crossed the wire at the right of a station and is of this lab. */
export function summaryOf(story: Story, stations: readonly Station[], leg: number, voice: Voice): string {
  const [here, there] = [stations[leg]?.host, stations[leg + 1]?.host]
  const blind = story.blind.some(({ instrument }) => instrument === 'packets')
  if (blind && story.packets.length === 0) return say(voice, 'wire.proven')
  const isHere = ({ from, to }: Packet) => (from === here && to === there) || (from === there && to === here)
  const isOther = ({ conversation }: Packet) => conversation !== null && story.conversations[conversation]?.background
  const packets = story.packets.filter((packet) => isHere(packet) && !isOther(packet))
  const lost = packets.filter(isLost).length
  const fate = lost === 0 ? say(voice, 'wire.none-lost') : say(voice, 'wire.lost', { n: lost })
  return say(voice, 'wire.packets', { count: count(voice, packets.length, 'packets'), fate })
}
