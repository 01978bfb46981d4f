/** Whose sockets stand at the ends of conversations: first by the calls, then by the kernel's table. */
import type { Endpoint } from '../events.ts'
import { SHELL } from '../protocol.ts'
import { endpointIn } from './calls.ts'
import { isAny, plainAddress, put, SLACK } from './draft.ts'
import type { Flow, FlowEnd } from './flows.ts'
import type { Life } from './lives.ts'
import type { Tables } from './tables.ts'

/** Finds out whose each end is, and writes it there. */
export function nameEnds(flows: readonly Flow[], lives: readonly Life[], tables: Tables): void {
  const sockets = new Sockets(lives)
  for (const flow of flows) {
    const began = flow.sent[0]?.packet.t ?? 0
    const until = flow.sent.at(-1)?.packet.t ?? began
    for (const side of [0, 1] as const) {
      const end = flow.ends[side]
      if (end.host === null) continue
      const other = flow.ends[side === 0 ? 1 : 0]
      if (flow.protocol === 'udp') end.life = sockets.datagram(flow, side)
      else {
        end.life = sockets.connection(flow, side)
        if (side === 1 && (!end.life || end.life.acceptedBy)) end.listener = sockets.listener(end, end.host, began)
      }
      const told = end.life?.program ?? end.listener?.program
      const held = told ?? tables.holder(flow.protocol, end.host, end, other, began, until)
      if (!held && side === 0 && flow.protocol === 'tcp') end.caller = callerByName(lives, end, other, began)
      const holder = held ?? end.caller?.program ?? null
      end.program = holder?.startsWith(SHELL) ? null : holder
    }
  }
}

/** The sockets of programs, by where they can be found. None is at two connections. */
class Sockets {
  readonly #byPort = new Map<string, Life[]>()
  readonly #byPartner = new Map<string, Life[]>()
  /** Those whose own port nobody tells. */
  readonly #callers: Life[]
  readonly #senders: Life[]
  readonly #taken = new Set<Life>()

  constructor(lives: readonly Life[]) {
    for (const life of lives) {
      const { host, protocol, local, remote } = life
      if (local) put(this.#byPort, portKey(host, protocol, local), life)
      if (local && remote) put(this.#byPartner, partnerKey(host, local, remote), life)
    }
    this.#callers = lives.filter(({ protocol, connect, local }) => protocol === 'tcp' && connect && !local)
    this.#senders = lives.filter(({ protocol, local }) => protocol === 'udp' && !local)
  }

  connection(flow: Flow, side: 0 | 1): Life | null {
    const [end, other] = endsOf(flow, side)
    const began = flow.sent[0]?.packet.t ?? 0
    const known = this.#byPartner.get(partnerKey(end.host, end, other)) ?? []
    const isFree = (life: Life) => !this.#taken.has(life)
    const found =
      known.find((life) => isFree(life) && isAt(life, end) && life.ended + SLACK >= began) ??
      (side === 0 ? this.#callers.find((life) => isFree(life) && called(life, end, other, began)) : undefined) ??
      null
    if (found) this.#taken.add(found)
    return found
  }

  listener(end: FlowEnd, host: string, t: number): Life | null {
    const here = this.#byPort.get(portKey(host, 'tcp', end)) ?? []
    return here.find((life) => life.listens && stands(life, end, t, t)) ?? null
  }

  datagram(flow: Flow, side: 0 | 1): Life | null {
    const [end, other] = endsOf(flow, side)
    const from = flow.sent[0]?.packet.t ?? 0
    const to = flow.sent.at(-1)?.packet.t ?? from
    const here = (this.#byPort.get(portKey(end.host, 'udp', end)) ?? []).filter((life) => stands(life, end, from, to))
    // A connected socket hears its partner alone, and is preferred for it.
    const known = here.find(({ remote }) => remote?.port === other.port) ?? here.find(({ connect }) => !connect)
    if (known || side === 1) return known ?? null
    const sender = this.#senders.find((life) => !this.#taken.has(life) && sent(life, end, other, flow)) ?? null
    if (sender) this.#taken.add(sender)
    return sender
  }
}

function endsOf({ ends }: Flow, side: 0 | 1): [FlowEnd, FlowEnd] {
  return [ends[side], ends[side === 0 ? 1 : 0]]
}

function isAt({ local }: Life, end: FlowEnd): boolean {
  return local !== null && (isAny(local.address) || local.address === end.address)
}

/** Whether a socket was there between two moments, and can be reached by this address. */
function stands(life: Life, end: FlowEnd, from: number, to: number): boolean {
  return life.began <= to + SLACK && life.ended + SLACK >= from && isAt(life, end)
}

/**
 * Whether a connection is the one that a call asked for whose socket has no address: the first from its host to that
 * partner, while the call, or what it began, was waiting.
 */
function called({ connect, host, ended, remote }: Life, end: FlowEnd, other: FlowEnd, t: number): boolean {
  const call = connect?.call
  if (!call || host !== end.host || remote?.port !== other.port) return false
  if (remote.address !== '' && remote.address !== other.address) return false
  const until = call.error === null ? ended : (call.ended ?? ended)
  return call.began - SLACK <= t && t <= until + SLACK
}

/**
 * The socket that called a name with this port and has not been told yet: its runtime tries the addresses of the name, each
 * by a socket of which nobody tells. Null where none does.
 */
function callerByName(lives: readonly Life[], { host }: FlowEnd, other: FlowEnd, t: number): Life | null {
  const caller = lives.find((life) => {
    const call = life.connect?.call
    const target = call ? endpointIn(call.args) : null
    if (!call || !target || life.host !== host || target.port !== other.port || !isName(target.address)) return false
    const told = life.calls.find((placed) => placed.call.event && placed.call.deed === 'connect')?.call.ended
    return call.began - SLACK <= t && t <= (told ?? life.ended) + SLACK
  })
  return caller ?? null
}

/** Whether a call says a host's name, or none, and no address. */
function isName(target: string): boolean {
  return !/^[\d.]+$|:/.test(target)
}

/** Whether a socket whose port nobody tells sent the first datagram to that partner. */
function sent(life: Life, end: FlowEnd, other: FlowEnd, flow: Flow): boolean {
  const packet = flow.sent[0]?.packet
  if (!packet || life.host !== end.host) return false
  const length = (packet.decoded.udp?.length ?? 8) - 8
  return life.calls.some(
    ({ call }) =>
      call.deed === 'send' &&
      !call.event &&
      call.bytes === length &&
      call.began - SLACK <= packet.t &&
      goesTo(call.peer ?? endpointIn(call.args) ?? life.remote, other),
  )
}

/** Whether a call names this end; by its port alone where it says the host's name. */
export function goesTo(target: Endpoint | null, { address, port }: Endpoint): boolean {
  if (target?.port !== port) return false
  const named = plainAddress(target.address)
  return named === address || isName(named)
}

function portKey(host: string | null, protocol: string | null, { port }: Endpoint): string {
  return `${host} ${protocol} ${port}`
}

function partnerKey(host: string | null, local: Endpoint, remote: Endpoint): string {
  return `${host} ${local.port} ${plainAddress(remote.address)} ${remote.port}`
}
