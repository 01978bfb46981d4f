/** Which ports of a run had an owner, and which sent back what came for them, as a picture of them needs it. Pure. */
import type { Story } from '../../labs/checks/story.ts'

/** A socket that had a port, and whose it was. */
export interface Owner {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly program: string
}

/** A port from which something was sent back, because nobody had it. */
export interface Bounce {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

/** Who had which port, at the moment at which most had one. */
export function ownersOf(story: Story): Owner[] {
  const moments = story.steps.map(({ at }) =>
    story.socketsAt(at).flatMap(({ protocol, local, program, gone }) => {
      const isOwned = local !== null && local.port !== 0 && program !== null && !gone
      return isOwned ? [{ protocol, address: local.address, port: local.port, program }] : []
    }),
  )
  return moments.reduce((most, one) => (one.length > most.length ? one : most), [])
}

/** The ports that were answered by RST, or of which a kernel said that they are unreachable, and that no socket had. */
export function bouncesOf(story: Story): Bounce[] {
  const owned = new Set(
    story.steps.flatMap(({ at }) =>
      story.socketsAt(at).map(({ protocol, local }) => `${protocol} ${local?.port ?? 0}`),
    ),
  )
  const bounces = story.packets.flatMap(({ decoded, about }): Bounce[] => {
    if (decoded.icmp) {
      const port = story.packets[(about ?? 0) - 1]?.decoded.udp?.destinationPort
      return port === undefined ? [] : [{ protocol: 'udp', port }]
    }
    return decoded.tcp?.flags.includes('RST') ? [{ protocol: 'tcp', port: decoded.tcp.sourcePort }] : []
  })
  return bounces.filter(({ protocol, port }) => !owned.has(`${protocol} ${port}`))
}
