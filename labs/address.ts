/** Addresses as labs write them, with their prefix: `10.0.0.1/24`, `fd00::1/64`. Pure. */

/** One address of an interface. */
export interface Address {
  readonly family: 4 | 6
  /** Without the prefix, in its one canonical form (RFC 5952 for IPv6). */
  readonly text: string
  readonly prefix: number
  /** All bits of the address as one number. */
  readonly bits: bigint
}

const BITS = { 4: 32, 6: 128 } as const

/** Reads an address with its prefix; null when it is none. */
export function readAddress(text: string): Address | null {
  const [, address = '', length = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const family = address.includes(':') ? 6 : 4
  const bits = family === 6 ? readIPv6(address) : readIPv4(address)
  const prefix = Number(length)
  if (bits === null || prefix > BITS[family]) return null
  return { family, text: family === 6 ? ipv6Text(bytesOf(bits, 16)) : ipv4Text(bytesOf(bits, 4)), prefix, bits }
}

/** Whether two addresses are in one subnet: the same family, the same prefix, the same bits in it. */
export function sameSubnet(a: Address, b: Address): boolean {
  return a.family === b.family && a.prefix === b.prefix && overlap(a, b)
}

/** Whether one of the subnets of two addresses holds the other. */
export function overlap(a: Address, b: Address): boolean {
  if (a.family !== b.family) return false
  const rest = BigInt(BITS[a.family] - Math.min(a.prefix, b.prefix))
  return a.bits >> rest === b.bits >> rest
}

/** Why no host can have this address, in words that follow it; null when one can. */
export function whyUnusable({ family, prefix, bits }: Address): string | null {
  const rest = BigInt(BITS[family] - prefix)
  const host = bits & ((1n << rest) - 1n)
  if (family === 4) {
    const first = bits >> 24n
    if (first === 127n) return 'is loopback, which every host has anyway'
    if (first === 0n || first >= 224n) return 'is not an address of one host'
    if (prefix < 8 || prefix > 30) return 'has a prefix that no lab needs; use /8 to /30'
    if (host === 0n) return 'is the name of its whole subnet; count hosts from 1'
    if (host === (1n << rest) - 1n) return 'is the broadcast address of its subnet'
    return null
  }
  if (bits === 1n) return 'is loopback, which every host has anyway'
  if (bits === 0n || bits >> 120n === 0xffn) return 'is not an address of one host'
  if (prefix < 8 || prefix > 126) return 'has a prefix that no lab needs; use /64'
  if (host === 0n) return 'is every router of its subnet (RFC 4291); count hosts from 1'
  return null
}

/** Four bytes as an IPv4 address: `10.0.0.1`. */
export function ipv4Text(bytes: ArrayLike<number>, at = 0): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

/**
 * Sixteen bytes as an IPv6 address (RFC 5952): small letters, the first longest run of zero groups as `::`, and an IPv4
 * address inside in its own way (section 5; RFC 4291, section 2.5.5.2).
 */
export function ipv6Text(bytes: ArrayLike<number>, at = 0): string {
  const group = (i: number) => ((bytes[at + 2 * i] ?? 0) << 8) | (bytes[at + 2 * i + 1] ?? 0)
  const { from, to } = longestZeros(group)
  if (from === 0 && to === 5 && group(5) === 0xffff) return `::ffff:${ipv4Text(bytes, at + 12)}`
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === from) {
      text += '::'
      i = to - 1
    } else text += i === 0 || i === to ? group(i).toString(16) : `:${group(i).toString(16)}`
  }
  return text
}

/** The first longest run of groups that are 0, which must be two at least; empty behind the end when there is none. */
function longestZeros(group: (i: number) => number): { from: number; to: number } {
  let longest = { from: 8, to: 8 }
  for (let from = 0; from < 8; from++) {
    let to = from
    while (to < 8 && group(to) === 0) to++
    if (to - from >= 2 && to - from > longest.to - longest.from) longest = { from, to }
    from = Math.max(from, to - 1)
  }
  return longest
}

function bytesOf(bits: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((bits >> BigInt(8 * (count - 1 - i))) & 0xffn))
}

function readIPv4(text: string): bigint | null {
  const parts = text.split('.')
  // A leading zero is refused: some programs would read the part as octal.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

function readIPv6(text: string): bigint | null {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const [head = [], tail] = halves
  const zeros = 8 - head.length - (tail?.length ?? 0)
  if (halves.length > 2 || (tail === undefined ? zeros !== 0 : zeros < 1)) return null
  const groups = tail === undefined ? head : [...head, ...Array<string>(zeros).fill('0'), ...tail]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n)
}
