import type { BenchEvent } from '../events.ts'
import type { Lab } from '../lab.ts'
import { toldOf } from './calls.ts'
import { Doings } from './doing.ts'
import { nameEnds } from './ends.ts'
import { type Flow, flowsOf } from './flows.ts'
import { linkHops } from './hops.ts'
import { Hosts } from './hosts.ts'
import { Join, joinAll } from './join.ts'
import { livesOf } from './lives.ts'
import { packetsOf, type Sent } from './packets.ts'
import { blindOf, type RunEvents, runsOf } from './runs.ts'
import { nameSockets, Sockets } from './sockets.ts'
import { coursesOf } from './states.ts'
import { StatesOf } from './states-of.ts'
import { lineOf } from './steps.ts'
import type { Conversation, Story } from './story.ts'
import { Tables } from './tables.ts'
import { tracksOf } from './tracks.ts'

/**
 * Tells what happened at a bench: one story for each run of the lab, in order. Pure: the same events make the same
 * stories, in whatever order they stand. Packets alone are counted in the order in which they were written down.
 */
export function tell(lab: Lab, events: readonly BenchEvent[]): Story[] {
  return runsOf(lab, events).map((run) => tellRun(lab, run))
}

/** The story of the latest run alone; null while there was none. */
export function tellLatest(lab: Lab, events: readonly BenchEvent[]): Story | null {
  const run = runsOf(lab, events).at(-1)
  return run ? tellRun(lab, run) : null
}

function tellRun(lab: Lab, run: RunEvents): Story {
  const hosts = new Hosts(lab)
  const told = toldOf(run)
  const { calls, armed } = told
  const lives = livesOf(run, told)
  const tables = new Tables(run)
  const sent = packetsOf(run, hosts)
  const byTime = inTime(sent)
  linkHops(byTime)
  const flows = flowsOf(byTime, hosts)
  nameEnds(flows, lives, tables)
  const join = new Join(run)
  const tales = joinAll(join, run, sent, flows, calls, lives)
  namePackets(flows)
  const line = lineOf(run, calls, sent, join)
  const tracks = tracksOf(flows, lives, tales, tables, join, lab, run.from)
  const courses = coursesOf(tracks, line, join)
  nameSockets(line, tracks, flows, sent, lives)
  const sockets = new Sockets(courses, tales, line, join)
  const doings = new Doings(run, calls, armed, line)
  const states = new StatesOf(line, tracks, flows)
  return {
    run: run.run,
    settled: run.settled,
    acts: run.acts,
    calls,
    packets: sent.map(({ packet }) => packet),
    conversations: flows.map(conversationOf),
    steps: line.steps as Story['steps'],
    wires: run.wires,
    blind: blindOf(run),
    socketsAt: (at) => sockets.at(at),
    doingAt: (at, program) => doings.doingAt(at, program),
    linesAt: (at, program) => doings.linesAt(at, program),
    statesAt: (at, conversation) => states.at(at, conversation),
  }
}

/** By time; what has the same stamp stays in the order in which it was written down. */
function inTime(sent: readonly Sent[]): readonly Sent[] {
  const isSorted = sent.every(({ packet }, i) => i === 0 || (sent[i - 1] as Sent).packet.t <= packet.t)
  return isSorted ? sent : [...sent].sort((a, b) => a.packet.t - b.packet.t || a.packet.number - b.packet.number)
}

function conversationOf({ protocol, ends, sent }: Flow): Conversation {
  const [a, b] = ends.map(({ address, port }) => ({ address, port })) as [
    Conversation['ends'][0],
    Conversation['ends'][1],
  ]
  const packets = sent.map(({ packet }) => packet.number).sort((one, other) => one - other)
  return { protocol, ends: [a, b], packets, background: ends.every(({ program }) => program === null) }
}

/** Says whose sockets sent packets, and whose they were for. A kernel's own word is nobody's socket's. */
function namePackets(flows: readonly Flow[]): void {
  for (const { ends, sent } of flows) {
    for (const { packet, side } of sent as readonly Sent[]) {
      const from = ends[side].program
      const to = ends[side === 0 ? 1 : 0].program
      packet.sender = packet.decoded.icmp ? null : from
      packet.receiver = to
    }
  }
}
