/** What the calls of both programs prove to have crossed, where packets are not seen. Pure. */
import type { Call, Story } from '../../../labs/checks/story.ts'
import type { Endpoint } from '../../../labs/events.ts'
import { isSame } from '../story/endpoints.ts'

/** Something was at one end, and then it was at the other. */
export interface Proof {
  readonly what: 'connection' | 'bytes' | 'datagram' | 'end'
  /** Null where there is nothing to count. */
  readonly bytes: number | null
  /** The programs, and the steps: when it was handed over, and when it was had. */
  readonly sender: string
  readonly receiver: string
  readonly from: number
  readonly to: number
}

/** A call with the step at which it began and the one at which it came back. */
interface Told {
  readonly call: Call
  readonly from: number
  readonly to: number
}

/** In the order of `to`. Empty where packets are seen: then they tell it themselves. */
export function proofsOf(story: Story): Proof[] {
  if (story.packets.length > 0 || !story.blind.some(({ instrument }) => instrument === 'packets')) return []
  const told = toldBy(story)
  const sends = told.filter(({ call }) => call.deed === 'send' && call.error === null)
  const used = new Set<Told>()
  return told.flatMap(({ call, to }): Proof[] => {
    if (call.error !== null) return []
    // Not every call was told: the one that sent it may be missing, and a later one is not it.
    const isEarlier = ({ from }: Told) => from < to
    const prove = (what: Proof['what'], origin: Told, bytes: number | null): Proof[] => {
      const { program: sender } = origin.call
      return [{ what, bytes, sender, receiver: call.program, from: origin.from, to }]
    }
    if (call.deed === 'accept' && call.accepted) {
      const { local, remote } = call.accepted
      const isIt = ({ call: { deed, socket } }: Told) => deed === 'connect' && isPair(socket, local, remote)
      const origin = told.find((one) => isEarlier(one) && isIt(one))
      return origin ? prove('connection', origin, null) : []
    }
    if (call.deed !== 'receive' || call.socket === null) return []
    if (call.range && call.bytes !== null && call.bytes > 0) {
      const { range, socket } = call
      const isIt = ({ call: send }: Told) =>
        send.range && send.range.to > range.from && isPair(send.socket, socket.local, socket.remote)
      const origin = sends.find((one) => isEarlier(one) && isIt(one))
      return origin ? prove('bytes', origin, call.bytes) : []
    }
    if (call.peer) {
      const { peer, bytes } = call
      const origin = sends.find(
        (send) =>
          !used.has(send) &&
          isEarlier(send) &&
          send.call.bytes === bytes &&
          isFrom(send.call, peer, call.socket?.local ?? null),
      )
      if (origin) used.add(origin)
      return origin ? prove('datagram', origin, bytes) : []
    }
    if (call.bytes !== 0) return []
    const { local, remote } = call.socket
    const isIt = ({ call: { deed, socket } }: Told) =>
      (deed === 'shutdown' || deed === 'close') && isPair(socket, local, remote)
    const origin = told.find((one) => isEarlier(one) && isIt(one))
    return origin ? prove('end', origin, null) : []
  })
}

/** Calls that have come back, each with its steps. */
function toldBy({ steps, calls }: Story): Told[] {
  const begun = new Map<number, number>()
  return steps.flatMap((step): Told[] => {
    if (step.kind === 'waits') begun.set(step.call, step.at)
    if (step.kind !== 'calls' && step.kind !== 'returns') return []
    const call = calls[step.call]
    return call ? [{ call, from: begun.get(step.call) ?? step.at, to: step.at }] : []
  })
}

/** Whether a socket is the other end of one with these addresses. */
function isPair(socket: Call['socket'], local: Endpoint | null, remote: Endpoint | null): boolean {
  return socket !== null && isSame(socket.local, remote) && isSame(socket.remote, local)
}

function isFrom({ socket, peer }: Call, address: Endpoint, here: Endpoint | null): boolean {
  if (socket === null || socket.local?.port !== address.port) return false
  const to = peer ?? socket.remote
  return to === null || here === null || to.port === here.port
}
