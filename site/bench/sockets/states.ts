/** The TCP state diagram (RFC 9293, section 3.3.2): where its boxes stand, and which way both ends went. Pure. */
import type { Story, TcpState } from '../../../labs/checks/story.ts'
import type { End } from '../../../labs/lab.ts'
import type { Cast } from '../story/cast.ts'

/** A box; CLOSED stands twice, where a socket begins and where it ends. */
export type BoxName = TcpState | 'ENDED'

export interface Box {
  readonly name: BoxName
  readonly x: number
  readonly y: number
  /** Ends that are here now. */
  readonly here: readonly End[]
  /** Ends that were here before. */
  readonly been: readonly End[]
  /** Only a listener is here, whose connection stands elsewhere. */
  readonly half: boolean
  /** The latest step that led here; null when none did. */
  readonly step: number | null
}

export interface Way {
  readonly path: string
  /** Who went it; null: nobody yet. */
  readonly end: End | null
  /** It is not one of the diagram's regular ways: a reset, or a socket that was given up. */
  readonly abrupt: boolean
}

export interface Diagram {
  readonly boxes: readonly Box[]
  readonly ways: readonly Way[]
  /** For each end that has a socket: the states it went through, the present one last. */
  readonly tracks: readonly { readonly end: End; readonly listens: boolean; readonly states: readonly TcpState[] }[]
}

export const BOX = { width: 104, height: 22 } as const
export const SIZE = { width: 392, height: 306 } as const

/** Passive opening and closing on the left, where the end that waits stands; active on the right. */
const PLACES: Readonly<Record<BoxName, readonly [x: number, y: number]>> = {
  CLOSED: [144, 4],
  LISTEN: [4, 52],
  'SYN-SENT': [284, 52],
  'SYN-RECEIVED': [4, 106],
  ESTABLISHED: [144, 106],
  'CLOSE-WAIT': [4, 172],
  CLOSING: [144, 172],
  'FIN-WAIT-1': [284, 172],
  'LAST-ACK': [4, 222],
  'FIN-WAIT-2': [284, 222],
  ENDED: [4, 272],
  'TIME-WAIT': [284, 272],
}

const WAYS: Readonly<Record<string, string>> = {
  'CLOSED LISTEN': 'M144 15H56V52',
  'CLOSED SYN-SENT': 'M248 15H336V52',
  'LISTEN SYN-RECEIVED': 'M56 74V106',
  'SYN-RECEIVED ESTABLISHED': 'M108 117H144',
  'SYN-SENT ESTABLISHED': 'M336 74V117H248',
  'ESTABLISHED CLOSE-WAIT': 'M196 128V150H56V172',
  'ESTABLISHED FIN-WAIT-1': 'M196 128V150H336V172',
  'FIN-WAIT-1 CLOSING': 'M284 183H248',
  'CLOSE-WAIT LAST-ACK': 'M56 194V222',
  'FIN-WAIT-1 FIN-WAIT-2': 'M336 194V222',
  'CLOSING TIME-WAIT': 'M196 194V283H284',
  'FIN-WAIT-2 TIME-WAIT': 'M336 244V272',
  'LAST-ACK ENDED': 'M56 244V272',
  'TIME-WAIT ENDED': 'M336 294V302H56V294',
}

/** Ways that are drawn only when they were gone. */
const RARE: Readonly<Record<string, string>> = {
  'FIN-WAIT-1 TIME-WAIT': 'M388 183H391V283H388',
  'SYN-SENT SYN-RECEIVED': 'M284 70L108 110',
  'SYN-RECEIVED FIN-WAIT-1': 'M108 124L284 178',
  'LISTEN CLOSED': 'M62 52V21H144',
  'SYN-SENT CLOSED': 'M330 52V21H248',
  'SYN-RECEIVED ENDED': 'M4 121H1V283H4',
  'CLOSE-WAIT ENDED': 'M4 183H1V283H4',
  'ESTABLISHED ENDED': 'M160 128V276H108',
  'FIN-WAIT-1 ENDED': 'M284 190H210V288H108',
  'FIN-WAIT-2 ENDED': 'M284 233H210V288H108',
  'CLOSING ENDED': 'M180 194V280H108',
}

/** One socket's way through the states. */
interface Track {
  readonly end: End
  readonly states: TcpState[]
  /** For each state the step that led to it; 0 for the one it began with. */
  readonly steps: number[]
}

/** The diagram at the step `at`, for a connection or (null) the latest. Null where there was no TCP socket yet. */
export function diagramOf(story: Story, at: number, conversation: number | null, cast: Cast): Diagram | null {
  const tracks = tracksOf(story, at, conversation, cast)
  if (tracks.length === 0) return null
  const gone = new Map<string, { end: End; abrupt: boolean }>()
  const here = new Map<BoxName, Set<End>>()
  const been = new Map<BoxName, Set<End>>()
  const latest = new Map<BoxName, number>()
  for (const { end, states, steps } of tracks) {
    const names = states.map(
      (state, index): BoxName => (state === 'CLOSED' && index > 0 ? lastBox(states, index) : state),
    )
    for (const [index, name] of names.entries()) {
      put(index === names.length - 1 ? here : been, name, end)
      latest.set(name, Math.max(latest.get(name) ?? 0, steps[index] ?? 0))
      const before = names[index - 1]
      if (before === undefined) continue
      const [from, to] = before === 'CLOSED' && name === 'SYN-RECEIVED' ? ['LISTEN', name] : [before, name]
      gone.set(`${from} ${to}`, { end, abrupt: isAbrupt(`${from} ${to}`) })
    }
  }
  const boxes = (Object.keys(PLACES) as BoxName[]).map((name): Box => {
    const [x, y] = PLACES[name]
    const ends = [...(here.get(name) ?? [])]
    const half = name === 'LISTEN' && ends.some((end) => tracks.filter((track) => track.end === end).length > 1)
    const before = [...(been.get(name) ?? [])].filter((end) => !ends.includes(end))
    return { name, x, y, here: ends, been: before, half, step: latest.get(name) || null }
  })
  const regular = Object.entries(WAYS).map(
    ([way, path]): Way => ({ path, end: gone.get(way)?.end ?? null, abrupt: false }),
  )
  const rare = [...gone].flatMap(([way, { end, abrupt }]): Way[] => {
    const path = RARE[way]
    return path === undefined ? [] : [{ path, end, abrupt }]
  })
  const told = tracks.map(({ end, states }) => ({ end, listens: states.at(-1) === 'LISTEN', states }))
  // What somebody went lies over what nobody did.
  const ways = [...regular, ...rare].sort((one, other) => Number(one.end !== null) - Number(other.end !== null))
  return { boxes, ways, tracks: told }
}

function tracksOf(story: Story, at: number, conversation: number | null, { programs }: Cast): Track[] {
  const tracks = new Map<string, Track>()
  for (const { socket, program, from, to, at: step } of story.statesAt(at, conversation)) {
    const end = programs.find(({ name }) => name === program)?.end
    const track = tracks.get(socket)
    if (track) {
      track.states.push(to)
      track.steps.push(step)
    } else if (end) tracks.set(socket, { end, states: [from, to], steps: [0, step] })
  }
  return [...tracks.values()]
}

/** Which of the two boxes named CLOSED a socket has come to: where it began, if it never was open. */
function lastBox(states: readonly TcpState[], index: number): BoxName {
  const before = states[index - 1]
  return before === 'SYN-SENT' || before === 'LISTEN' ? 'CLOSED' : 'ENDED'
}

function isAbrupt(way: string): boolean {
  return way.endsWith(' ENDED') ? !Object.hasOwn(WAYS, way) : way.endsWith(' CLOSED')
}

function put(map: Map<BoxName, Set<End>>, name: BoxName, end: End): void {
  map.set(name, (map.get(name) ?? new Set()).add(end))
}
