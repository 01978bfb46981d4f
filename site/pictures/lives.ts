/** The lives of the sockets of a run, call by call, as a picture of them needs it. Pure. */
import { type Call, placeOfStep, type Story } from '../../labs/checks/story.ts'

/** One call in the life of a socket. */
export interface Notch {
  /** Its place among all notches of the picture, from 0. */
  readonly at: number
  readonly name: string
  /** The socket's state when the next notch comes. */
  readonly state: string
}

/** One socket, from the call that made it to the one that closed it. */
export interface Life {
  readonly program: string
  readonly descriptor: number
  /** The calls that made it, changed it and closed it, in their order. */
  readonly notches: readonly Notch[]
}

/** What does not change what the socket is. */
const UNTOLD = ['option', 'other']

/**
 * The lives of all sockets of a run on one scale, one place for each call: in the order in which they began, but what a
 * socket was given by `accept` right after that socket.
 */
export function livesOf(story: Story): Life[] {
  const lives = new Map<string, { program: string; descriptor: number; notches: Notch[] }>()
  const told = story.calls
    .map((call, place) => ({ call, step: placeOfStep(story, place) }))
    .filter(({ call }) => call.socket !== null && !UNTOLD.includes(call.deed) && call.name !== 'getsockname')
    .sort((one, other) => one.step - other.step)
  const note = ({ program, run }: Call, descriptor: number, at: number, name: string, step: number) => {
    const key = `${program} ${run} ${descriptor}`
    const life = lives.get(key) ?? { program, descriptor, notches: [] }
    const state = stateAt(story, program, descriptor, step)
    lives.set(key, { ...life, notches: [...life.notches, { at, name, state }] })
  }
  told.forEach(({ call, step }, at) => {
    const own = call.socket?.descriptor
    if (own != null) note(call, own, at, call.name, step)
    if (call.accepted?.descriptor != null) note(call, call.accepted.descriptor, at, '', step)
  })
  const all = [...lives.values()]
  const isGiven = ({ notches }: Life) => notches[0]?.name === ''
  return all
    .filter((life) => !isGiven(life))
    .flatMap((life) => [life, ...all.filter((one) => isGiven(one) && one.program === life.program)])
}

/** The state of a socket right before its program's next step. */
function stateAt(story: Story, program: string, descriptor: number, step: number): string {
  const next = story.steps.find(
    (one) => one.at > step && one.program === program && (one.kind === 'calls' || one.kind === 'waits'),
  )
  const rows = story.socketsAt((next?.at ?? story.steps.length + 1) - 1)
  const row = rows.find((one) => one.owner?.program === program && one.owner.descriptor === descriptor)
  return row?.state ?? ''
}
