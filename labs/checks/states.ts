/** The states of TCP (RFC 9293, section 3.3.2) that sockets go through, at the steps where they change. */
import { type Change, Clock, derive, isTcpState, looksAt, merged } from './changes.ts'
import { added } from './draft.ts'
import type { Join } from './join.ts'
import type { Line } from './steps.ts'
import type { StateChange, TcpState } from './story.ts'
import type { Track, Tracks } from './tracks.ts'

/** What is known of one socket, at its steps. */
export interface Course {
  readonly track: Track
  readonly derived: readonly Change[]
  readonly looks: readonly Change[]
}

/** Works out what happens to each socket, and writes changes of states into the steps. */
export function coursesOf(tracks: Tracks, line: Line, join: Join): Course[] {
  const clock = new Clock(line)
  const written: Written[] = []
  const courses = tracks.all.map((track) => {
    const derived = derive(track, line, join)
    const looks = looksAt(track, derived, clock)
    if (track.protocol === 'tcp') writeStates(track, derived, looks, written)
    return { track, derived, looks }
  })
  written.sort((a, b) => a.at - b.at || a.t - b.t || Number(a.arrived) - Number(b.arrived))
  for (const { at, change } of written) {
    const step = line.steps[at - 1]
    if (step) step.states = added(step.states, change)
  }
  return courses
}

/** A change of state, and when it was. */
interface Written {
  readonly at: number
  readonly t: number
  readonly arrived: boolean
  readonly change: StateChange
}

function writeStates(track: Track, derived: readonly Change[], looks: readonly Change[], written: Written[]): void {
  const { host, program, id } = track
  let state: TcpState | null = isCalled(track) ? 'LISTEN' : track.life || track.end ? 'CLOSED' : null
  const changes = merged(derived, looks)
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i] as Change
    const to = change.row === 'gone' ? 'CLOSED' : change.fields.state
    if (to === undefined || !isTcpState(to) || to === state) continue
    const from = state
    state = to
    // How a stranger came to be what it is when it is first seen, nobody knows.
    if (from === null) continue
    const seen = change.row !== null || isSeen(changes, i, to)
    const { at, t, arrived = false } = change
    written.push({ at, t, arrived, change: { host, program, socket: id, from, to, derived: !seen } })
  }
}

/** Whether it is the end of a connection that was called: its state begins where its listener stands. */
function isCalled({ end }: Track): boolean {
  if (!end) return false
  const own = end.tale.syn[end.side].sent
  return end.side === 1 && own !== null && (own.packet.decoded.tcp?.flags.includes('ACK') ?? false)
}

/** Whether the kernel's table showed this state before the next one. */
function isSeen(changes: readonly Change[], from: number, state: TcpState): boolean {
  for (let i = from + 1; i < changes.length; i++) {
    const { row, fields } = changes[i] as Change
    if (fields.state === undefined) continue
    if (fields.state !== state) return false
    if (row !== null) return true
  }
  return false
}
