/** What a lab shows, as a pure fold over what it is told and what its reader asked for. */
import { type BenchEvent, isObserved, type ReadySocket } from '../../labs/events.ts'
import type { Ending, Health, Interpreters, Obstacle, Rung } from '../../labs/protocol.ts'
import type { RecordingHeader, RecordingTrouble } from '../../labs/recording.ts'
import type { Trouble } from '../../labs/troubles.ts'
import type { Connection, News, Origin } from './source.ts'

export type ProgramState = 'ready' | 'starting' | 'running' | 'exited' | 'failed'

/** What is known of one program, from its latest run. */
export interface ProgramView {
  readonly state: ProgramState
  /** It is to be started and the bench has not yet said that it starts. */
  readonly asked: boolean
  /** 0 before the first. */
  readonly run: number
  readonly socket: ReadySocket | null
  readonly stopping: boolean
  /** It is to be held before each of its calls, in this run and in later ones. */
  readonly hold: boolean
  /** It is held before a call now. */
  readonly held: boolean
  /** How it ended, if it ended by itself or was stopped. */
  readonly exit: { readonly code: number | null; readonly signal: string | null; readonly stopped: boolean } | null
  /**
   * How its bench ended under it, if that is how it ended; null in `ended` where the bench could not say. A recording
   * may end while a program runs.
   */
  readonly gone: { readonly ended: Ending | 'recording' | null } | null
  /** Bytes of its output that the bench no longer had when this page asked for them. */
  readonly missing: number
}

/** The recording that a lab shows. */
export interface Shown extends RecordingHeader {
  readonly origin: Origin
  readonly playing: boolean
  /** How long nothing happens now in what is played, in ms, if that is played shorter than it was. */
  readonly silence: number | null
}

export interface LabView {
  readonly connection: Connection
  /** Null for a live run, and before the first event of a recorded one. */
  readonly recording: Shown | null
  /** By name, in the lab's order. */
  readonly programs: Readonly<Record<string, ProgramView>>
  /** The latest thing that went wrong, until the reader does something else. */
  readonly trouble: Trouble | RecordingTrouble | null
  /** Why the bench ended, until there is another. */
  readonly ending: Ending | null
  /** The bench is a new one in place of one that is gone, and nothing has run at it. */
  readonly instead: boolean
  /** The connection was lost and is back, and nothing has been started since. */
  readonly back: boolean
  /** The course's folder where programs run; null until a bench told. */
  readonly folder: string | null
  /** Null until the server told. */
  readonly interpreters: Interpreters | null
  /** What programs run on; null until the server told, and while there is none. */
  readonly network: Rung | null
  /** Why they run on nothing better. */
  readonly obstacles: readonly Obstacle[]
  /** The system that programs run on, as Node names it; null until the server told. */
  readonly platform: string | null
  /** How many hosts the lab has. */
  readonly hosts: number
}

/** One thing to take into account: news of the source, an act of the reader, or what the server said of itself. */
export type Step =
  | News
  | { readonly kind: 'asked'; readonly programs: readonly string[] }
  /** The reader took back what was asked for and has not begun. */
  | { readonly kind: 'withdrawn' }
  /** The server's answer to the page, null when it gave none. */
  | { readonly kind: 'health'; readonly health: Health | null }

const READY: ProgramView = {
  state: 'ready',
  asked: false,
  run: 0,
  socket: null,
  stopping: false,
  hold: false,
  held: false,
  exit: null,
  gone: null,
  missing: 0,
}

/** A lab as the page printed it. */
export function untouched(programs: readonly string[], hosts = 1): LabView {
  return {
    connection: 'idle',
    recording: null,
    programs: Object.fromEntries(programs.map((name) => [name, READY])),
    trouble: null,
    ending: null,
    instead: false,
    back: false,
    folder: null,
    interpreters: null,
    network: null,
    obstacles: [],
    platform: null,
    hosts,
  }
}

/** The lab after one more step. The same object when nothing it shows has changed. */
export function fold(view: LabView, step: Step): LabView {
  switch (step.kind) {
    case 'asked': {
      const ask = (program: ProgramView, name: string) =>
        step.programs.includes(name) && !isAlive(program) ? { ...program, asked: true } : program
      return { ...each(view, ask), trouble: null, instead: false, back: false }
    }
    case 'withdrawn':
      return withdraw(view)
    case 'health':
      return health(view, step.health)
    case 'connection':
      return connection(view, step.connection)
    case 'opened': {
      const { folder, interpreters } = step
      const opened: LabView = { ...view, folder, interpreters, ending: null, instead: step.instead }
      return step.instead ? endAll(opened, null) : opened
    }
    case 'trouble':
      // A program that ended just before it was to be stopped is what its reader wanted.
      return { ...withdraw(view), trouble: step.trouble.kind === 'not-running' ? view.trouble : step.trouble }
    case 'closed':
      return { ...endAll(withdraw(view), step.ending), ending: step.ending }
    case 'event':
      return happen(spoken(view), step.event)
    case 'turned':
      return cleared(view)
    case 'recording': {
      const { recording, origin } = step
      return { ...cleared(view), recording: { ...recording, origin, playing: true, silence: null } }
    }
    case 'silence':
      return view.recording ? { ...view, recording: { ...view.recording, silence: step.ms } } : view
    case 'played': {
      const { recording } = spoken(view)
      return endAll({ ...withdraw(view), recording: recording && { ...recording, playing: false } }, 'recording')
    }
    case 'unplayable':
      return { ...withdraw(view), trouble: step.trouble }
  }
}

/** Why nothing of the lab can run where the server answers: it runs nothing, or the plain machine is one host only. */
export function whyNot({ network, hosts }: LabView): 'none' | 'hosts' | null {
  if (network === 'none') return 'none'
  return network === 'plain' && hosts > 1 ? 'hosts' : null
}

/** Whether the lab shows recordings and runs nothing. */
export function isRecorded({ connection }: LabView): boolean {
  return connection === 'recorded'
}

/** Whether a program has begun and not ended. */
export function isAlive(program: ProgramView): boolean {
  return program.state === 'starting' || program.state === 'running'
}

/** The state a program's box shows: one that was asked for is starting, whatever its last run did. */
export function shownState(program: ProgramView): ProgramState {
  return program.asked ? 'starting' : program.state
}

/** Whether the reader must wait for a program, or stop it, before it can be run. */
export function isBusy(program: ProgramView): boolean {
  return program.asked || isAlive(program)
}

/** The lab with nothing that was told of programs, and what is known of the server. */
function cleared(view: LabView): LabView {
  const { connection, interpreters, network, obstacles, platform, folder, hosts } = view
  const known = { connection, interpreters, network, obstacles, platform, folder }
  return { ...untouched(Object.keys(view.programs), hosts), ...known }
}

/** The lab after a silence. */
function spoken(view: LabView): LabView {
  const { recording } = view
  return recording?.silence == null ? view : { ...view, recording: { ...recording, silence: null } }
}

function happen(view: LabView, event: BenchEvent): LabView {
  if ((isObserved(event) && event.kind !== 'held') || event.kind === 'faults' || event.kind === 'seed') return view
  const program = view.programs[event.program]
  if (program === undefined || event.kind === 'output') return view
  if (event.kind === 'gap') {
    return one(view, event.program, { ...program, missing: program.missing + event.to - event.from })
  }
  if (event.kind === 'hold') return one(view, event.program, { ...program, hold: event.on })
  if (event.run < program.run) return view
  const become = (change: Partial<ProgramView>) => one(view, event.program, { ...program, run: event.run, ...change })
  switch (event.kind) {
    case 'starting':
      return {
        ...become({ ...READY, run: event.run, state: 'starting', hold: program.hold }),
        instead: false,
        back: false,
      }
    case 'started':
      return become({ state: 'running' })
    case 'ready':
      return become({ state: 'running', socket: event.socket })
    case 'held':
      return become({ held: true })
    case 'released':
      return become({ held: false })
    case 'stopping':
      return become({ stopping: true })
    case 'exited': {
      const { code, signal, stopped } = event
      const exit = { code, signal, stopped }
      return become({ state: 'exited', asked: false, stopping: false, held: false, socket: null, exit })
    }
    case 'failed':
      return {
        ...become({ state: 'failed', asked: false, stopping: false, held: false, socket: null }),
        trouble: event.trouble,
      }
    case 'notice':
      return { ...view, trouble: event.trouble }
  }
}

function connection(view: LabView, next: Connection): LabView {
  const back = next === 'live' ? view.connection === 'lost' && !view.instead : false
  const network = next === 'unreachable' ? null : view.network
  const joined = { ...view, connection: next, network, back }
  // What was asked for and not heard of may have arrived or not: if it did, its start is told again.
  if (next === 'lost' || next === 'unreachable' || next === 'idle') return withdraw(joined)
  return next === 'ended' ? endAll(withdraw(joined), view.ending) : joined
}

function health(view: LabView, health: Health | null): LabView {
  const alone = view.connection === 'idle' || view.connection === 'unreachable'
  if (health === null && view.connection === 'recorded') return { ...view, interpreters: null, network: null }
  if (health === null) return alone ? { ...view, connection: 'unreachable', network: null } : view
  const { interpreters, network, obstacles, system } = health
  return {
    ...view,
    interpreters,
    network,
    obstacles,
    platform: system.platform,
    connection: alone ? 'idle' : view.connection,
  }
}

function withdraw(view: LabView): LabView {
  return each(view, (program) => (program.asked ? { ...program, asked: false } : program))
}

/** Ends what still runs. Runs are counted anew at the next bench. */
function endAll(view: LabView, ended: Ending | 'recording' | null): LabView {
  const gone = { run: 0, hold: false, held: false }
  return each(view, (program) =>
    isAlive(program)
      ? { ...program, ...gone, state: 'exited', stopping: false, socket: null, exit: null, gone: { ended } }
      : { ...program, ...gone },
  )
}

function one(view: LabView, name: string, program: ProgramView): LabView {
  return { ...view, programs: { ...view.programs, [name]: program } }
}

function each(view: LabView, change: (program: ProgramView, name: string) => ProgramView): LabView {
  const programs = Object.entries(view.programs).map(([name, program]) => [name, change(program, name)] as const)
  return { ...view, programs: Object.fromEntries(programs) }
}
