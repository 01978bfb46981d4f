/** What a packet is, why it was sent and what became of it, in sentences. Pure. */
import type { KernelDeed, Packet, Remark, Step, Story } from '../../../labs/checks/story.ts'
import { callName } from './call-sentence.ts'
import type { Cast } from './cast.ts'
import { destinationOf, endpointText, otherAddress } from './endpoints.ts'
import { indexOf } from './index-of.ts'
import type { Clause, Who } from './sentence.ts'
import { type Station, stationsOf, type Way, wayOf } from './stations.ts'
import { waitingClauses } from './waiting.ts'

/** Remarks that the sentence about the packet itself has made already. */
const SAID: readonly Remark[] = ['port-unreachable', 'fragment', 'reset', 'no-checksum']

/** Why a kernel acted, where `by itself` does not say it. */
const REASONS: readonly KernelDeed[] = ['closes-for-program', 'runtime', 'unknown', 'probe']

/** Remarks that say why a kernel asks. */
const PROBES: readonly Remark[] = ['window-probe', 'keep-alive']

/** All that is said of one packet. */
export function packetClauses(story: Story, step: Step & { kind: 'packet' }, cast: Cast): Clause[] {
  const packet = story.packets[step.packet - 1]
  if (packet === undefined) return []
  const stations = stationsOf(cast)
  const way = wayOf(packet, story, stations)
  const from = kernelOf(packet.sender, packet.from, stations[way.from], cast)
  const to = kernelOf(packet.receiver, packet.to, stations[way.to], cast)
  const copy = packet.fate === 'copy'
  return [
    copy ? { key: 'packet.copy', values: { at: eventOf(packet, story) } } : whatClause(story, packet, step, from, cast),
    ...(packet.fate === 'delivered' || copy ? [] : [{ key: `fate.${packet.fate}`, values: {} }]),
    ...(copy ? [] : remarkClauses(story, packet, to)),
    ...reasonClauses(packet),
    ...queueClauses(step, packet, to),
    ...untoldClauses(story, packet, to),
    ...asleepClauses(story, step, packet, stations, way),
    // It is so with every packet on loopback, and said once.
    ...(packet.number === indexOf(story).firstUnchecked ? [{ key: 'say.remark.no-checksum', values: {} }] : []),
  ]
}

/** Whose kernel it is: that of a program on its host where one is known, else that of the end at which it stands. */
function kernelOf(program: string | null, host: string, station: Station | undefined, { programs }: Cast): Who {
  const known = programs.some((player) => player.name === program && player.host === host)
  return { program: known ? program : (station?.programs[0]?.name ?? null), host, part: 'kernel' }
}

function eventOf({ about }: Packet, story: Story): number {
  return about === null ? 0 : (indexOf(story).stepOfPacket[about] ?? 0)
}

function whatClause(story: Story, packet: Packet, step: Step, from: Who, cast: Cast): Clause {
  const { decoded, number } = packet
  const { tcp, udp, icmp, arp, ip, payload } = decoded
  const bytes = { count: payload.length, of: 'bytes' }
  const destination = destinationOf(decoded)
  const peer = destination ? endpointText(destination) : ''
  const values = { from, bytes, peer, port: String(destination?.port ?? 0) }
  if (arp) {
    const key = arp.operation === 1 ? 'packet.arp-request' : 'packet.arp-reply'
    return { key, values: { from, address: arp.operation === 1 ? arp.targetAddress : arp.senderAddress } }
  }
  if (isForwarded(packet, cast)) return { key: 'packet.forwarded', values: { from, hops: String(ip?.hopLimit ?? 0) } }
  if (ip?.fragment) return { key: 'packet.fragment', values: { from } }
  if (icmp) return icmpClause(story, packet, from)
  if (udp) return { key: 'packet.udp', values }
  if (!tcp) return { key: 'packet.frame', values: { from, bytes: { count: packet.length, of: 'bytes' } } }
  const has = (flag: (typeof tcp.flags)[number]) => tcp.flags.includes(flag)
  if (has('RST')) {
    const port = String(tcp.sourcePort)
    if (!isRefusal(story, packet)) return { key: 'packet.rst', values: { from } }
    const address = otherAddress(packet)
    if (address === null) return { key: 'packet.refuses', values: { from, port } }
    return { key: 'packet.refuses-at', values: { from, peer: endpointText({ address, port: tcp.sourcePort }) } }
  }
  if (has('SYN') && otherAddress(packet) !== null) return { key: 'packet.syn-at', values }
  if (has('SYN')) return { key: has('ACK') ? 'packet.synack' : 'packet.syn', values }
  if (has('FIN')) return { key: payload.length > 0 ? 'packet.data-fin' : 'packet.fin', values }
  if (payload.length > 0) return dataClause(story, packet, values)
  if (indexOf(story).finAcks.has(number)) return { key: 'packet.ack-fin', values }
  if (step.states.some((change) => change.from === 'SYN-RECEIVED' && change.to === 'ESTABLISHED')) {
    return { key: 'packet.third', values }
  }
  const had = { count: Math.max((packet.acknowledgment ?? 1) - 1, 0), of: 'bytes' }
  if (had.count === 0) return { key: 'packet.ack-nothing', values }
  const again = packet.remarks.includes('duplicate-ack')
  return { key: again ? 'packet.ack-again' : 'packet.ack', values: { ...values, bytes: had } }
}

/** Data, by the call that handed it over where that is known: all of it, or a part. */
function dataClause(story: Story, packet: Packet, values: Clause['values']): Clause {
  const call = 'call' in packet.cause ? story.calls[packet.cause.call] : undefined
  if (call === undefined || packet.remarks.includes('retransmission')) return { key: 'packet.data', values }
  const { range } = packet
  const whole = range !== null && call.range?.from === range.from && call.range.to === range.to
  return { key: whole ? 'packet.data-of' : 'packet.data-part', values: { ...values, call: callName(call) } }
}

/** Whether a reset is the answer to a first packet: nobody listened there. */
function isRefusal({ packets }: Story, { about, remarks }: Packet): boolean {
  const asked = about === null ? undefined : packets[about - 1]?.decoded.tcp
  return remarks.includes('port-unreachable') || (asked?.flags.includes('SYN') === true && !asked.flags.includes('ACK'))
}

function icmpClause(story: Story, packet: Packet, from: Who): Clause {
  const { icmp } = packet.decoded
  const about = icmp?.about ?? (packet.about === null ? null : story.packets[packet.about - 1]?.decoded)
  const port = String((about?.udp ?? about?.tcp)?.destinationPort ?? 0)
  if (icmp?.name === 'port-unreachable') return { key: 'packet.port-unreachable', values: { from, port } }
  if (icmp?.name === 'time-exceeded') return { key: 'packet.time-exceeded', values: { from } }
  const named = { key: `icmp.${icmp?.name}`, values: {} }
  return { key: 'packet.icmp', values: { from, name: icmp?.name ? named : `${icmp?.type}/${icmp?.code}` } }
}

/** Whether a host in the middle passes on what another has sent. */
function isForwarded({ decoded: { ip }, from }: Packet, { hosts, wires }: Cast): boolean {
  const host = hosts.find(({ name }) => name === from)
  const joins = wires.filter((ends) => ends.some((end) => end === from)).length
  return joins > 1 && ip !== null && host !== undefined && !host.addresses.includes(ip.source)
}

function remarkClauses(story: Story, packet: Packet, to: Who): Clause[] {
  return packet.remarks.flatMap((remark): Clause[] => {
    if (SAID.includes(remark) && !(remark === 'reset' && !packet.decoded.tcp?.flags.includes('RST'))) return []
    const at = eventOf(packet, story)
    const key = remark === 'retransmission' && at > 0 ? 'remark.retransmission-of' : `remark.${remark}`
    return [{ key: `say.${key}`, values: { to, at } }]
  })
}

function reasonClauses({ cause, remarks }: Packet): Clause[] {
  if (!('kernel' in cause) || !REASONS.includes(cause.kernel)) return []
  if (cause.kernel === 'probe' && remarks.some((remark) => PROBES.includes(remark))) return []
  return [{ key: `kernel.${cause.kernel}`, values: {} }]
}

/** The third packet of a handshake makes a connection that nobody has asked for yet. */
function queueClauses({ states }: Step, { decoded, fate }: Packet, to: Who): Clause[] {
  const done = states.some((change) => change.from === 'SYN-RECEIVED' && change.to === 'ESTABLISHED')
  return done && decoded.tcp && fate === 'delivered' ? [{ key: 'packet.queued', values: { to } }] : []
}

/** An error came, and no call was there to hear of it; known for sure only when everything has ended. */
function untoldClauses({ settled }: Story, { decoded: { icmp }, about, receivedBy, fate }: Packet, to: Who): Clause[] {
  const isError = icmp !== null && (icmp.about !== null || about !== null)
  return isError && settled && receivedBy.length === 0 && fate === 'delivered'
    ? [{ key: 'packet.untold', values: { to } }]
    : []
}

/** Which of the two programs wait while their kernels act. */
function asleepClauses(story: Story, { at }: Step, packet: Packet, stations: readonly Station[], way: Way): Clause[] {
  const named = [packet.receiver, packet.sender]
  const standing = [way.to, way.from].map((place) => stations[place]?.programs[0]?.name ?? null)
  const programs = [...new Set(named.map((name, i) => name ?? standing[i] ?? null))].filter((name) => name !== null)
  return waitingClauses(story, at, programs)
}
