/** The rows of the sockets panel at a moment. Pure. */
import type { Act, SocketView, Story } from '../../../labs/checks/story.ts'
import type { Endpoint } from '../../../labs/events.ts'
import { type Words, word } from '../words.ts'

/** A cell, and what stood in it before this step when that was another thing. */
export interface Cell {
  readonly now: string
  readonly was: string | null
}

export interface Row {
  readonly id: string
  readonly program: string | null
  readonly host: string
  readonly protocol: string
  readonly state: Cell
  /** The state was too short to be seen in the table, and follows from packets and calls. */
  readonly derived: boolean
  readonly local: Cell
  readonly remote: Cell
  readonly receiveQueue: Cell
  /** Of a listening socket: how many connections may wait; said after its receive queue. */
  readonly room: string | null
  readonly sendQueue: Cell
  readonly holder: Cell
  /** Nobody holds it: that is worth a word of its own. */
  readonly unheld: boolean
  readonly isNew: boolean
  readonly gone: boolean
  /** The step to go to: the latest up to the moment that concerns it; 0 when it is older than the run. */
  readonly step: number
}

/** States in which a program has let its socket go, or the kernel keeps it after the program's end. */
const LET_GO = ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT', 'CLOSED']

/** The table at the step `at`, in the story's own order. */
export function rowsOf(story: Story, at: number, words: Words): Row[] {
  const latest = latestSteps(story, at)
  return story.socketsAt(at).map((view) => rowOf(view, story.acts, words, latest.get(view.id) ?? 0))
}

function rowOf(view: SocketView, acts: readonly Act[], words: Words, step: number): Row {
  const { before } = view
  const listens = view.state === 'LISTEN'
  /** A field as it was, or null where it is the same. */
  const was = <Name extends keyof NonNullable<SocketView['before']>>(
    name: Name,
    say: (value: SocketView[Name]) => string,
  ): string | null => {
    if (before === null || !Object.hasOwn(before, name)) return null
    const old = say(before[name] as SocketView[Name])
    return old === say(view[name]) ? null : old
  }
  const cell = <Name extends keyof NonNullable<SocketView['before']>>(
    name: Name,
    say: (value: SocketView[Name]) => string,
  ): Cell => ({ now: say(view[name]), was: was(name, say) })
  /** Only a program asks for a connection, though its socket may be too short-lived to be seen with it. */
  const asker = view.state === 'SYN-SENT' ? acts.findLast(({ program }) => program === view.program) : undefined
  const holder = (owner: SocketView['owner']) => {
    const held = owner ?? asker
    if (held) return fileOf(held, acts)
    return word(words, { key: LET_GO.includes(view.state) || view.gone ? 'sockets.no-more' : 'sockets.not-yet' })
  }
  return {
    id: view.id,
    program: view.program,
    host: view.host,
    protocol: view.protocol.toUpperCase(),
    state: cell('state', (state) => state),
    derived: view.derived,
    local: cell('local', (endpoint) => address(endpoint) ?? word(words, { key: 'sockets.none' })),
    remote: cell('remote', (endpoint) => address(endpoint) ?? word(words, { key: 'sockets.any' })),
    receiveQueue: cell('receiveQueue', String),
    room: listens ? word(words, { key: 'sockets.of', values: { room: view.sendQueue } }) : null,
    sendQueue: listens ? { now: '–', was: null } : cell('sendQueue', String),
    holder: cell('owner', holder),
    unheld: view.owner === null && asker === undefined,
    isNew: before === null,
    gone: view.gone,
    step,
  }
}

/** As it is written: an IPv6 address in brackets before its port. Null for no address. */
export function address(endpoint: Endpoint | null): string | null {
  if (endpoint === null) return null
  const { address, port } = endpoint
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function fileOf({ program, run }: { program: string; run: number }, acts: readonly Act[]): string {
  const act = acts.find((one) => one.run === run)
  return act ? `${program}.${act.language}` : program
}

/** For each socket the latest step up to `at` that concerns it. */
function latestSteps({ steps }: Story, at: number): ReadonlyMap<string, number> {
  const latest = new Map<string, number>()
  for (const step of steps.slice(0, at)) for (const id of step.sockets) latest.set(id, step.at)
  return latest
}
