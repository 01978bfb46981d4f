/** Packets that are another one once more: on the next wire, or as a copy that a wire made. */
import type { Sent } from './packets.ts'

/** Links every packet to the same one on the wire before, and every copy to its frame. */
export function linkHops(byTime: readonly Sent[]): void {
  const passed = new Map<string, Sent[]>()
  for (let i = 0; i < byTime.length; i++) {
    const sent = byTime[i] as Sent
    const { packet } = sent
    if (packet.fate === 'copy') {
      const original = originalOf(byTime, i)
      packet.about = original?.packet.number ?? null
      sent.before = original?.before ?? null
      continue
    }
    if (sent.first && sent.last) continue
    const key = packetKey(sent)
    if (key === null) continue
    if (!sent.first) sent.before = takeArrived(passed.get(key), packet.t)
    if (!sent.last && packet.arrived !== null) {
      const list = passed.get(key)
      if (list) list.push(sent)
      else passed.set(key, [sent])
    }
  }
}

/** The latest frame with the same bytes from the same end of the same wire. */
function originalOf(byTime: readonly Sent[], place: number): Sent | null {
  const { packet } = byTime[place] as Sent
  const isSame = ({ packet: other }: Sent) =>
    other.fate !== 'copy' &&
    other.wire === packet.wire &&
    other.from === packet.from &&
    other.length === packet.length &&
    other.bytes.every((byte, at) => byte === packet.bytes[at])
  for (let at = place - 1; at >= 0; at--) if (isSame(byTime[at] as Sent)) return byTime[at] as Sent
  // The copy may have been told with the same stamp as its frame.
  const next = byTime[place + 1]
  return next && next.packet.t === packet.t && isSame(next) ? next : null
}

/** The packet that came to the router first and has not gone on yet. */
function takeArrived(passed: Sent[] | undefined, t: number): Sent | null {
  const at = passed?.findIndex(({ packet }) => (packet.arrived as number) <= t) ?? -1
  return at < 0 ? null : (passed?.splice(at, 1)[0] ?? null)
}

/** What a router does not change of a packet. Null for what no router passes on. */
function packetKey({ packet }: Sent): string | null {
  const { ip, tcp, udp, icmp, payload } = packet.decoded
  if (!ip) return null
  const ports = tcp ?? udp
  const numbers = tcp && `${tcp.sequence} ${tcp.acknowledgment} ${tcp.flags} ${tcp.window}`
  const part = ip.fragment && `${ip.fragment.id} ${ip.fragment.offset}`
  const kind = icmp && `${icmp.type} ${icmp.code}`
  const ends = `${ip.source} ${ports?.sourcePort} ${ip.destination} ${ports?.destinationPort}`
  return `${ip.protocol} ${ends} ${part} ${kind} ${numbers} ${ip.length} ${tcp ? '' : digest(payload.bytes)}`
}

/** A number that differs for most different bytes (FNV-1a). */
function digest(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
