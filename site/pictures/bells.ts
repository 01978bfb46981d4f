/** Which listening sockets of a run answered at which addresses, as a picture of them needs it. Pure. */
import type { Story } from '../../labs/checks/story.ts'

/** One address at which a machine can be called, and the interface that has it. */
export interface Bell {
  readonly name: 'lo' | 'eth0'
  /** Null: whatever the card's address is. */
  readonly address: string | null
}

/** `untried`: it follows from what the socket is bound to, and was not seen in the run. */
export type Answer = 'seen' | 'untried' | 'no'

/** One listening socket, with what it does at each bell, in the order of the bells. */
export interface Listener {
  readonly address: string
  readonly port: number
  readonly answers: readonly Answer[]
}

const WILDCARDS = ['0.0.0.0', '::']

/** All sockets that listened when a program that begins had ended, and the addresses that were called, and a card's. */
export function bellsOf({ acts, steps, packets, socketsAt }: Pick<Story, 'acts' | 'steps' | 'packets' | 'socketsAt'>): {
  readonly listeners: readonly Listener[]
  readonly bells: readonly Bell[]
} {
  const begins = acts.at(-1)?.program
  const end = steps.find((step) => step.kind === 'ends' && step.program === begins)?.at ?? steps.length
  const syns = packets.flatMap(({ decoded: { ip, tcp } }) => (ip && tcp?.flags.includes('SYN') ? [{ ip, tcp }] : []))
  const called = syns.filter(({ tcp }) => !tcp.flags.includes('ACK')).map(({ ip }) => ip.destination)
  const answered = new Set(
    syns.filter(({ tcp }) => tcp.flags.includes('ACK')).map(({ ip, tcp }) => `${tcp.sourcePort} ${ip.source}`),
  )
  const bells: Bell[] = [
    ...[...new Set(called)].map((address) => ({ name: 'lo' as const, address })),
    { name: 'eth0', address: null },
  ]
  const listeners = socketsAt(end)
    .flatMap(({ state, local }) => (state === 'LISTEN' && local ? [local] : []))
    .sort((one, other) => one.port - other.port)
    .map(({ address, port }) => ({
      address,
      port,
      answers: bells.map((bell): Answer => {
        if (bell.address === null) return WILDCARDS.includes(address) ? 'untried' : 'no'
        return answered.has(`${port} ${bell.address}`) ? 'seen' : 'no'
      }),
    }))
  return { listeners, bells }
}
