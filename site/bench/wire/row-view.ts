/** What one row of the wire panel shows, lane by lane, before it is drawn in one way or another. Pure. */
import type { Doing, Packet, SocketView, Story } from '../../../labs/checks/story.ts'
import { faultWords } from '../story/fault-sentence.ts'
import { indexOf } from '../story/index-of.ts'
import { labelOf, packetName } from '../story/packet-words.ts'
import { type Station, stationOf, type Way, wayOf } from '../story/stations.ts'
import { type Pause, pauseText } from '../story/time.ts'
import { count, say, type Voice } from '../story/wording.ts'
import { type Line, type Measure, packetLines, partLines, wrapped } from './lines.ts'
import { isLong, type Note, noteOf } from './notes.ts'
import { isOverAll, type Row, type RunRow, type StepRow } from './rows.ts'

/** Everything a row is read from. */
export interface Scene {
  readonly story: Story
  readonly stations: readonly Station[]
  readonly voice: Voice
  /** The width between two lanes and that of a station with programs, in px, and how wide text is. */
  readonly wire: number
  readonly zone: number
  readonly measure: Measure
}

export type LaneState = 'runs' | 'waits' | 'none'

/** One station in one row. */
export interface ZoneView {
  readonly lanes: readonly { readonly program: string; readonly state: LaneState }[]
  /** Whether its kernel has a socket of one of its programs. */
  readonly holds: boolean
  readonly note: Note | null
  /** States that its sockets come to at this step. */
  readonly tags: readonly string[]
  /** How many connections wait to be accepted, where that is new. */
  readonly queue: string | null
  /** What went wrong there. */
  readonly cross: string | null
}

/** One arrow. */
export interface Arrow {
  /** It points right, or left. */
  readonly right: boolean
  /** It ends midway with a cross and this word. */
  readonly lost: string | null
  /** It is told by an error message, or only proven by calls. */
  readonly dashed: boolean
  /** It stands for many. */
  readonly many: boolean
  /** It comes back to where it came from. */
  readonly loop: boolean
}

/** One wire in one row. */
export interface LegView {
  readonly lines: readonly Line[]
  readonly arrows: readonly Arrow[]
}

export interface RowView {
  readonly row: Row
  /** The events it tells: `8`, `20–68`. */
  readonly no: string
  /** The same, read aloud; nothing that is drawn is missing in it. */
  readonly name: string
  readonly packet: number | null
  readonly zones: readonly ZoneView[]
  readonly legs: readonly (LegView | null)[]
  /** What happened to the wire itself; over all lanes. */
  readonly over: string | null
  /** These words stand below the tags of the row. */
  readonly below: boolean
  readonly pause: Pause | null
}

/** What is drawn of a row between the lanes: one for each wire. */
export function legsOf(row: Row, scene: Scene): (LegView | null)[] {
  const legs = new Array<LegView | null>(Math.max(scene.stations.length - 1, 1)).fill(null)
  if (row.kind === 'run') runLegs(row, scene, legs)
  else if (row.packet) {
    const way = wayOf(row.packet, scene.story, scene.stations)
    legs[legOf(way, legs.length)] = packetLeg(row.packet, way, scene)
  } else if (row.proof) {
    const from = stationOf(scene.stations, row.proof.sender)
    const to = stationOf(scene.stations, row.proof.receiver)
    const leg = { lines: wrapped([proofText(row, scene.voice)], scene.wire, scene.measure), arrows: [arrow(from < to)] }
    legs[0] = { ...leg, arrows: [{ ...arrow(from < to), dashed: true }] }
  }
  return legs
}

/** All that a row shows. */
export function viewOf(row: Row, scene: Scene): RowView {
  const { story, stations, voice } = scene
  const legs = legsOf(row, scene)
  const at = row.kind === 'run' && row.open ? row.from : row.at
  const table = story.socketsAt(at)
  const zones = stations.map((station, place) => zoneOf(row, station, place, at, table, scene))
  const over = row.kind === 'step' ? overText(row, voice) : null
  const pause = row.pause === null ? null : pauseText(row.pause, voice)
  const no = row.kind === 'step' || row.open ? String(row.from) : `${row.from}–${row.at}`
  const packet = row.kind === 'step' ? (row.packet?.number ?? null) : null
  return {
    row,
    no,
    name: nameOf(row, zones, over, pause, scene),
    packet,
    zones,
    legs,
    over,
    below: isBelowTags(row),
    pause,
  }
}

function legOf({ from, to }: Way, legs: number): number {
  return Math.min(Math.min(from, to), legs - 1)
}

function arrow(right: boolean): Arrow {
  return { right, lost: null, dashed: false, many: false, loop: false }
}

function packetLeg(packet: Packet, way: Way, scene: Scene): LegView {
  const { voice, wire, measure, stations } = scene
  const lost = isLost(packet) ? say(voice, `fate-word.${packet.fate}`) : null
  const loop = way.from === way.to
  return {
    lines: packetLines(labelOf(packet, voice), remarkWords(packet, scene), wire, measure),
    arrows: [
      {
        ...arrow(loop ? way.from < stations.length - 1 : way.from < way.to),
        lost,
        dashed: packet.decoded.icmp !== null,
        loop,
      },
    ],
  }
}

/** Whether the other host never had it. */
export function isLost({ fate, arrived }: Packet): boolean {
  return fate !== 'delivered' && fate !== 'copy' && fate !== 'late' && arrived === null
}

/** The remarks of a packet in words, and its fate where it arrived in a way that deserves one. */
function remarkWords(packet: Packet, { story, voice }: Scene): string[] {
  const at = packet.about === null ? 0 : (indexOf(story).stepOfPacket[packet.about] ?? 0)
  const ofEvent = (key: string) => (at > 0 ? say(voice, `${key}-of`, { at }) : say(voice, key))
  const fate =
    packet.fate === 'copy' ? [ofEvent('fate-word.copy')] : packet.fate === 'late' ? [say(voice, 'fate-word.late')] : []
  const remarks = packet.remarks.flatMap((remark) => {
    if (remark === 'no-checksum' || remark === 'fragment' || remark === 'port-unreachable') return []
    if (remark === 'reset' && packet.decoded.tcp?.flags.includes('RST')) return []
    return [remark === 'retransmission' ? ofEvent('remark.retransmission') : say(voice, `remark.${remark}`)]
  })
  return [...fate, ...remarks]
}

/** The flows of a run, gathered by way: each wire tells what crossed it in both directions. */
function runLegs(row: RunRow, scene: Scene, legs: (LegView | null)[]): void {
  const { story, stations, wire, measure } = scene
  for (const leg of legs.keys()) {
    const flows = row.run.flows.flatMap((flow) => {
      const packet = story.packets[flow.first - 1]
      const way = packet && wayOf(packet, story, stations)
      return way && legOf(way, legs.length) === leg ? [{ ...flow, right: way.from < way.to }] : []
    })
    if (flows.length === 0) continue
    const sides = [true, false]
      .map((right) => ({ right, ...sumOf(flows.filter((flow) => flow.right === right)) }))
      .filter(({ loaded, acks }) => loaded + acks > 0)
      .sort((a, b) => b.bytes - a.bytes)
    legs[leg] = {
      lines: partLines(runParts(row, sides, scene.voice), say(scene.voice, 'wire.comma'), wire, measure),
      arrows: sides.map(({ right, bytes }, i) => ({ ...arrow(right), many: i === 0 || bytes > 0 })),
    }
  }
}

interface Sum {
  readonly loaded: number
  readonly bytes: number
  readonly acks: number
}

function sumOf(flows: readonly Sum[]): Sum {
  return {
    loaded: flows.reduce((sum, { loaded }) => sum + loaded, 0),
    bytes: flows.reduce((sum, { bytes }) => sum + bytes, 0),
    acks: flows.reduce((sum, { acks }) => sum + acks, 0),
  }
}

/** `18 segments`, `26,064 bytes`, `9 ACKs`; both ways where both carry something. */
function runParts({ run }: RunRow, sides: readonly (Sum & { right: boolean })[], voice: Voice): string[] {
  const of = run.protocol === 'tcp' ? 'segments' : 'datagrams'
  const loaded = sides.filter((side) => side.loaded > 0)
  const parts = loaded.flatMap(({ loaded: number, bytes, right }) => {
    const sign = loaded.length > 1 ? (right ? '→ ' : '← ') : ''
    return [`${sign}${count(voice, number, of)}`, count(voice, bytes, 'bytes')]
  })
  const { acks } = sumOf(sides)
  return acks > 0 ? [...parts, count(voice, acks, 'acks')] : parts
}

function proofText({ proof }: StepRow, voice: Voice): string {
  if (proof === null) return ''
  if (proof.what === 'connection') return say(voice, 'wire.connection')
  if (proof.what === 'end') return say(voice, 'wire.nothing-more')
  return count(voice, proof.bytes ?? 0, 'bytes')
}

function zoneOf(
  row: Row,
  station: Station,
  place: number,
  at: number,
  table: readonly SocketView[],
  scene: Scene,
): ZoneView {
  const { story, stations } = scene
  const isHere = (program: string | null, host: string) =>
    program === null || stationOf(stations, program) === -1
      ? stations.filter((one) => one.host === host).length === 1 && station.host === host
      : stationOf(stations, program) === place
  const lanes = station.programs.map(({ name }) => {
    const { state } = story.doingAt(at, name)
    return { program: name, state: laneOf(state) }
  })
  const here = table.filter(({ program, host, gone }) => !gone && isHere(program, host))
  const blind = story.blind.some(({ instrument }) => instrument === 'sockets')
  const holds =
    station.programs.length === 0 || here.length > 0 || (blind && lanes.some(({ state }) => state !== 'none'))
  const nothing = { lanes, holds, note: null, tags: [], queue: null, cross: null }
  if (row.kind === 'run') return row.open ? nothing : { ...nothing, note: noteIn(row, station, scene) }
  const states = row.step.states.filter(({ program, host }) => isHere(program, host)).map(({ to }) => to)
  const fresh = here.filter(({ id, before, protocol, local }) => {
    return before === null && protocol === 'udp' && local !== null && row.step.sockets.includes(id)
  })
  const listener = here.find(({ state, before }) => state === 'LISTEN' && before?.receiveQueue !== undefined)
  const queued = listener?.receiveQueue ?? 0
  return {
    lanes,
    holds,
    note: noteIn(row, station, scene),
    tags: [...states.map(tagOf), ...fresh.map(({ state }) => state)],
    queue: queued > 0 ? say(scene.voice, 'wire.queue', { n: queued }) : null,
    cross: row.packet && crossOf(row.packet, place, story, stations, scene.voice),
  }
}

/** One that is held does nothing, as one that waits. */
function laneOf(state: Doing['state']): LaneState {
  if (state === 'held') return 'waits'
  return state === 'runs' || state === 'waits' ? state : 'none'
}

/** What hangs on a station's lanes, in one line or in two. */
function noteIn(row: Row, station: Station, { story, voice, zone, measure }: Scene): Note | null {
  const note = noteOf(row, station, story, voice)
  return note && { ...note, two: isLong(note, zone, measure) }
}

/** Whether any station of a row needs two lines. Of most rows it is known without wording them. */
export function isTall(row: Row, scene: Scene): boolean {
  if (isBelowTags(row)) return true
  if (row.kind === 'run' || !('call' in row.step) || scene.story.calls[row.step.call]?.error == null) return false
  return scene.stations.some((station) => noteIn(row, station, scene)?.two)
}

/** Whether the words over all lanes would meet the name of a new state. */
function isBelowTags(row: Row): boolean {
  return row.kind === 'step' && isOverAll(row) && row.step.states.length > 0
}

/** States as Linux shortens them. */
function tagOf(state: string): string {
  return state === 'SYN-RECEIVED' ? 'SYN-RCVD' : state
}

/** What went wrong at the end where a packet arrived: nobody was there, or nobody could be told. */
function crossOf(
  packet: Packet,
  place: number,
  story: Story,
  stations: readonly Station[],
  voice: Voice,
): string | null {
  if (wayOf(packet, story, stations).to !== place || isLost(packet)) return null
  const answer = indexOf(story).answers.get(packet.number)
  const { tcp, udp, icmp } = packet.decoded
  const asks = udp !== null || (tcp?.flags.includes('SYN') === true && !tcp.flags.includes('ACK'))
  const says = answer?.decoded.icmp?.name === 'port-unreachable' || answer?.decoded.tcp?.flags.includes('RST')
  if (asks && says) return say(voice, 'wire.nobody', { port: String((udp ?? tcp)?.destinationPort ?? 0) })
  const isError = icmp?.about != null || (icmp !== null && packet.about !== null)
  return isError && story.settled && packet.receivedBy.length === 0 ? say(voice, 'wire.untold') : null
}

function overText({ step }: StepRow, voice: Voice): string | null {
  if (step.kind === 'faults' || step.kind === 'seed') return say(voice, 'wire.faults', { what: faultWords(step) })
  if (step.kind !== 'gap') return null
  return say(voice, 'wire.gap', { what: { count: step.count, of: step.what }, why: say(voice, `gap.${step.why}`) })
}

function nameOf(row: Row, zones: readonly ZoneView[], over: string | null, pause: Pause | null, scene: Scene): string {
  const { stations, voice } = scene
  const whose = (place: number) => stations[place]?.programs[0]?.name ?? stations[place]?.host ?? ''
  const told = zones.flatMap(({ note, tags, queue, cross }, place) => [
    ...(note ? [say(voice, 'wire.of', { who: note.program, what: note.lead + note.name + note.rest })] : []),
    ...[...tags, queue, cross]
      .filter((text) => text !== null)
      .map((what) => say(voice, 'wire.of', { who: whose(place), what })),
  ])
  const then = pause ? [say(voice, 'wire.then', { pause: pause.text })] : []
  const comma = say(voice, 'wire.comma')
  if (row.kind === 'step' && row.packet) {
    const fate = isLost(row.packet) ? [say(voice, `fate-word.${row.packet.fate}`)] : []
    const { conversation } = row.packet
    const other = conversation !== null && scene.story.conversations[conversation]?.background
    const more = other ? [say(voice, 'wire.other')] : []
    return packetName(row.packet, voice, [...fate, ...remarkWords(row.packet, scene), ...more, ...told, ...then])
  }
  const proof = row.kind === 'step' && row.proof ? [proofName(row, voice)] : []
  const run = row.kind === 'run' ? [runName(row, scene)] : []
  return [...(over ? [over] : []), ...run, ...told, ...proof, ...then].join(comma)
}

function proofName(row: StepRow, voice: Voice): string {
  const { sender = '', receiver = '' } = row.proof ?? {}
  return say(voice, 'wire.proof', { what: proofText(row, voice), sender, receiver })
}

function runName(row: RunRow, { story, voice, stations }: Scene): string {
  const of = row.run.protocol === 'tcp' ? 'segments' : 'datagrams'
  const name = (place: number) => stations[place]?.programs[0]?.name ?? stations[place]?.host ?? ''
  const flows = row.run.flows.map((flow) => {
    const packet = story.packets[flow.first - 1] as Packet
    const way = wayOf(packet, story, stations)
    const parts = [
      ...(flow.loaded > 0 ? [count(voice, flow.loaded, of), count(voice, flow.bytes, 'bytes')] : []),
      ...(flow.acks > 0 ? [count(voice, flow.acks, 'acks')] : []),
    ]
    const what = parts.join(say(voice, 'wire.comma'))
    return say(voice, 'wire.run-way', { from: name(way.from), to: name(way.to), what })
  })
  const what = flows.join(say(voice, 'wire.semicolon'))
  return row.open ? say(voice, 'wire.open-run', { what }) : what
}
