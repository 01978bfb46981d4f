/** Who talked with whom in a run, and from which step to which: each connection, and all datagrams together. Pure. */
import type { Endpoint } from '../events.ts'
import type { Call, Packet, Step, Story } from './story.ts'

/** One connection or several that overlap, or all datagrams. Places are steps. */
export interface Talk {
  /** How many connections there were; none for datagrams, and where none came about. */
  readonly connections: number
  readonly protocol: 'tcp' | 'udp'
  readonly from: number
  readonly to: number
  /** Where the first bytes are handed over or waited for; null where there are none. */
  readonly talks: number | null
  /** Where an end says that it will send no more, and nothing comes that a program gets; null where that is not yet so. */
  readonly closes: number | null
  /** A connection was asked for and there was none; or datagrams were sent and no program got one. */
  readonly failed: boolean
}

/** What was found of one talk. */
interface Found {
  readonly protocol: 'tcp' | 'udp'
  from: number
  to: number
  /** The first step that sends bytes, and the last that sends some which a program gets; 0 for none. */
  sends: number
  worth: number
  /** The first step at which a program waits for bytes, and the first after a connection was accepted; 0 for none. */
  waits: number
  accepted: number
  readonly closings: number[]
  established: boolean
  refused: boolean
  heard: boolean
}

/** The talks of a story, those that overlap as one, in order. Attempts in vain that follow each other are one too. */
export function talksOf(story: Story): Talk[] {
  const found = [...gather(story).values()].sort((a, b) => a.from - b.from)
  const groups: Found[][] = []
  let over = 0
  for (const one of found) {
    const last = groups.at(-1)
    const isAlike = isVain(one) && last?.every(isVain) === true
    if (last && (one.from <= over || isAlike)) last.push(one)
    else groups.push([one])
    over = Math.max(over, one.to)
  }
  return groups.map((group) => talkOf(group, story))
}

function talkOf(group: readonly Found[], { settled, calls }: Story): Talk {
  const protocol = group.some((one) => one.protocol === 'tcp') ? 'tcp' : 'udp'
  const from = Math.min(...group.map((one) => one.from))
  const begun = group.map(beginOf).filter((at) => at > 0)
  const talks = begun.length === 0 ? null : Math.min(...begun)
  const worth = Math.max(...group.map((one) => one.worth), talks ?? from)
  const closings = group.flatMap((one) => one.closings).filter((at) => at > worth)
  const isUnheard = protocol === 'udp' && settled && calls.length > 0 && !group.some(({ heard }) => heard)
  return {
    connections: group.filter((one) => one.protocol === 'tcp' && !isVain(one)).length,
    protocol,
    from,
    to: Math.max(...group.map((one) => one.to)),
    talks,
    closes: closings.length === 0 ? null : Math.min(...closings),
    failed: isUnheard || group.every(isVain),
  }
}

function isVain({ protocol, refused, established }: Found): boolean {
  return protocol === 'tcp' && refused && !established
}

/** Where a talk's bytes begin: where some are sent, or, as long as none are, where a program waits for them; else 0. */
function beginOf({ sends, waits, accepted }: Found): number {
  if (sends > 0) return sends
  return waits > 0 && accepted > 0 ? Math.max(waits, accepted + 1) : 0
}

function gather(story: Story): Map<string, Found> {
  const talks = new Map<string, Found>()
  const keyOf = keysOf(story)
  const put = (key: string, protocol: Found['protocol'], at: number): Found => {
    const known = talks.get(key)
    const places = { from: at, to: at, sends: 0, worth: 0, waits: 0, accepted: 0 }
    const one = known ?? { protocol, ...places, closings: [], established: false, refused: false, heard: false }
    one.to = at
    if (!known) talks.set(key, one)
    return one
  }
  for (const step of story.steps) {
    if (step.kind === 'packet') {
      const packet = story.packets[step.packet - 1] as Packet
      const conversation = packet.conversation === null ? undefined : story.conversations[packet.conversation]
      if (!conversation || conversation.background) continue
      const { protocol } = conversation
      takePacket(put(protocol === 'udp' ? 'udp' : `${packet.conversation}`, protocol, step.at), step, packet)
    } else if ('call' in step) {
      const call = story.calls[step.call] as Call
      const key = isOfTalk(step, call) ? keyOf(call) : null
      if (key !== null) takeCall(put(key, key === 'udp' ? 'udp' : 'tcp', step.at), step, call)
    }
  }
  return talks
}

function takePacket(one: Found, { at, states }: Step, { decoded, remarks, receivedBy, about }: Packet): void {
  const { tcp, payload, icmp } = decoded
  if (states.some(({ to }) => to === 'ESTABLISHED')) one.established = true
  if (icmp && about !== null && !one.established) one.refused = true
  if (one.protocol === 'udp') {
    one.sends ||= at
    if (receivedBy.length > 0 && !icmp) one.heard = true
    return
  }
  if (tcp === null) return
  const ends = tcp.flags.includes('FIN') || tcp.flags.includes('RST')
  if (ends) one.closings.push(at)
  if (tcp.flags.includes('RST') && !one.established) one.refused = true
  if (payload.length === 0 || remarks.includes('keep-alive') || remarks.includes('window-probe')) return
  one.sends ||= at
  // What comes with the last word is a part of it.
  if (receivedBy.length > 0) one.worth = ends ? at - 1 : at
}

function takeCall(one: Found, { at, kind }: Step, call: Call): void {
  const { deed, error, event, bytes, packets, range } = call
  const isBack = kind !== 'waits'
  if (isBack && error !== null && error !== 'EINPROGRESS' && !one.established) one.refused = true
  if (error !== null) return
  switch (hears(call) ? 'receive' : deed) {
    case 'accept':
      one.established = true
      one.accepted ||= at
      break
    case 'connect':
      // Node's call only asks; it is told by an event.
      if (isBack && (event || (range === null && kind === 'returns'))) one.established = true
      break
    case 'receive':
      one.waits ||= at
      if (isBack && bytes !== null) one.heard = true
      break
    case 'send':
    case 'shutdown':
    case 'close':
      if (bytes !== null && bytes > 0 && !event) {
        one.sends ||= at
        if (packets.length === 0) one.worth = at
      } else if (deed !== 'send' && !event) one.closings.push(at)
      break
  }
}

/** Whether a step is a part of a talk: not what only makes a socket, or waits for whoever may come. */
function isOfTalk({ kind }: Step, call: Call): boolean {
  const { deed, socket, bytes, error } = call
  if (hears(call)) return true
  if (socket?.protocol === 'udp') return deed === 'send' || (deed === 'receive' && (bytes !== null || error !== null))
  if (deed === 'accept') return kind !== 'waits'
  return deed === 'connect' || deed === 'send' || deed === 'receive' || deed === 'shutdown' || deed === 'close'
}

/** Whether Node tells a program that there is something to read, before it reads. */
function hears({ event, name }: Call): boolean {
  return event && name === "'readable'"
}

/** Finds the connection of a call: by its packets, by its ends, or by its socket. Null for none, as of a listener. */
function keysOf(story: Story): (call: Call) => string | null {
  const byEnds = new Map<string, string>()
  for (const [place, { protocol, ends }] of story.conversations.entries()) {
    if (protocol === 'tcp') byEnds.set(endsKey(...ends), `${place}`)
  }
  const bySocket = new Map<string, string>()
  const own = (call: Call): string | null => {
    const { socket, accepted, packets, deed } = call
    for (const number of packets) {
      const conversation = story.packets[number - 1]?.conversation ?? null
      if (conversation !== null) return `${conversation}`
    }
    const { local = null, remote = null } = (deed === 'accept' ? accepted : socket) ?? {}
    if (local === null || remote === null) return null
    const ends = endsKey(local, remote)
    return byEnds.get(ends) ?? ends
  }
  for (const call of story.calls) {
    const socket = call.deed === 'accept' ? call.accepted : call.socket
    const key = socket?.protocol === 'udp' ? null : own(call)
    if (socket && key !== null) bySocket.set(`${call.run} ${socket.id}`, key)
  }
  return (call) => {
    const socket = call.deed === 'accept' ? call.accepted : call.socket
    if (socket?.protocol === 'udp') return 'udp'
    if (socket === null) return null
    const name = `${call.run} ${socket.id}`
    return own(call) ?? bySocket.get(name) ?? (call.deed === 'connect' ? `socket ${name}` : null)
  }
}

/** The same for both ends of a connection. */
function endsKey(one: Endpoint, other: Endpoint): string {
  return [one, other]
    .map(({ address, port }) => `${address} ${port}`)
    .sort()
    .join(' ')
}
