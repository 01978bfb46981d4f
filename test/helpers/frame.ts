/** Enough of a decoder to look at frames in tests of the network below; written apart from the course's own. */

/** What a frame says in its headers. */
export interface Seen {
  readonly protocol: 'arp' | 'tcp' | 'udp' | 'icmp' | 'other'
  readonly from: string
  readonly to: string
  readonly ttl: number
  readonly flags: string
  readonly payload: Uint8Array
  /** Whether all checksums in it are right. */
  readonly sound: boolean
  readonly source: string
  readonly target: string
}

const PROTOCOLS = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' } as const

export function look(frame: Uint8Array): Seen {
  const word = (at: number) => ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0)
  const mac = (at: number) =>
    [...frame.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
  const base = { source: mac(6), target: mac(0), flags: '', ttl: 0, payload: frame.subarray(14), sound: true }
  if (word(12) === 0x0806) return { ...base, protocol: 'arp', from: ip4(frame, 28), to: ip4(frame, 38) }
  const six = word(12) === 0x86dd
  if (!six && word(12) !== 0x0800) return { ...base, protocol: 'other', from: '', to: '' }
  const start = six ? 54 : 14 + 4 * ((frame[14] ?? 0) & 15)
  const end = six ? 54 + word(18) : 14 + word(16)
  const upper = frame[six ? 20 : 23] ?? 0
  const protocol = PROTOCOLS[upper as keyof typeof PROTOCOLS] ?? 'other'
  const segment = frame.subarray(start, end)
  const addresses = six ? frame.subarray(22, 54) : frame.subarray(26, 34)
  const pseudo = upper === 1 ? [] : [...addresses, segment.length >> 8, segment.length & 255, 0, upper]
  const header = protocol === 'tcp' ? 4 * ((segment[12] ?? 0) >> 4) : 8
  return {
    ...base,
    protocol,
    from: six ? ip6(frame, 22) : ip4(frame, 26),
    to: six ? ip6(frame, 38) : ip4(frame, 30),
    ttl: frame[six ? 21 : 22] ?? 0,
    flags:
      protocol === 'tcp' ? ['F', 'S', 'R', 'P', 'A'].filter((_, bit) => (segment[13] ?? 0) & (1 << bit)).join('') : '',
    payload: segment.subarray(header),
    sound:
      (six || sum(frame.subarray(14, start)) === 0xffff) && sum(Uint8Array.from([...pseudo, ...segment])) === 0xffff,
  }
}

/** The Internet checksum's sum (RFC 1071); 0xffff over data that holds its own right checksum. */
function sum(bytes: Uint8Array): number {
  let total = 0
  for (let i = 0; i < bytes.length; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return total
}

const ip4 = (bytes: Uint8Array, at: number) => [...bytes.subarray(at, at + 4)].join('.')
const ip6 = (bytes: Uint8Array, at: number) =>
  Array.from({ length: 8 }, (_, i) =>
    (((bytes[at + 2 * i] ?? 0) << 8) | (bytes[at + 2 * i + 1] ?? 0)).toString(16),
  ).join(':')
