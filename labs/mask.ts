/**
 * Puts documented addresses in the place of a real machine's, so that a recording of what it says of itself tells nobody
 * where it was made. The same text gives the same result, and what is masked once stays as it is. Pure.
 *
 * - Hardware addresses become `00:00:5e:00:53:xx` (RFC 7042, section 2.1.2), also where the name of an interface or an
 *   IPv6 address is made from one.
 * - IPv4 becomes 192.0.2.x, 198.51.100.x, 203.0.113.x (RFC 5737) and, where there are more networks, 198.18.x.x
 *   (RFC 2544): one of these for each network of 256 addresses, whose first and last stay first and last.
 * - Global IPv6 becomes `2001:db8:0:x::x` (RFC 3849), one for each network of 64 bits. Unique local and link-local
 *   addresses stay what they are, with other numbers.
 * - The name of the network that Windows tells becomes example.net.
 *
 * Loopback, documented and multicast addresses, masks and the unspecified address belong to nobody and stay.
 */
import { readAddress } from './address.ts'

const HARDWARE = String.raw`(?<![\w:.-])[0-9a-f]{2}(?<join>[:-])(?:[0-9a-f]{2}\k<join>){4,18}[0-9a-f]{2}(?![\w:-])`
const NAMED = String.raw`\b(?:en|wl|ww)x[0-9a-f]{12}\b`
const IPV4 = String.raw`(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)`
const IPV6 = String.raw`(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4})(?!\w)`
const ADDRESSES = new RegExp(`(?<hardware>${HARDWARE})|(?<named>${NAMED})|(?<six>${IPV6})|(?<four>${IPV4})`, 'gi')

/** `Connection-specific DNS Suffix  . : home.lan`, in the language of the system; and an adapter named by it. */
const SUFFIX = /(DNS[- ]?(?:suffix|后缀|尾碼|サフィックス)[^\n:：]{0,60}[:：][ \t]*|isatap\.)[^\s:：]+/gi

/** All of what a view of the machine has printed, masked. A piece of it may cut an address, and must not be given alone. */
export function maskAddresses(text: string): string {
  const mask = new Mask()
  const each = (replace: (kind: Kind, found: string) => string) =>
    text.replace(ADDRESSES, (...found) => {
      const groups = found.at(-1) as Partial<Record<Kind, string>>
      const [kind = 'four', address = ''] = Object.entries(groups).find(([, value]) => value !== undefined) ?? []
      return replace(kind as Kind, address)
    })
  each((kind, found) => {
    mask.meet(kind, found)
    return found
  })
  return each((kind, found) => mask.mask(kind, found)).replace(SUFFIX, '$1example.net')
}

type Kind = 'hardware' | 'named' | 'six' | 'four'

/** Documented networks of 256 IPv4 addresses, the ones that everybody knows first. */
const NETWORKS = [
  ...['192.0.2', '198.51.100', '203.0.113'],
  ...[18, 19].flatMap((second) => Array.from({ length: 256 }, (_, third) => `198.${second}.${third}`)),
]

/** What was given to each address of one text. */
class Mask {
  readonly #given = new Map<string, string>()
  /** What no address may be given, because it stands in the text itself or belongs to another. */
  readonly #taken = new Set<string>()

  /** Takes note of what is in the text already and stays. */
  meet(kind: Kind, found: string): void {
    const text = found.toLowerCase()
    if (kind === 'six') this.#taken.add(readSix(text)?.network ?? '')
    else this.#taken.add(kind === 'four' ? networkOf(text) : text.replaceAll('-', ':'))
  }

  mask(kind: Kind, found: string): string {
    if (kind === 'four') return this.#four(found)
    if (kind === 'six') return this.#six(found)
    if (kind === 'named') return found.slice(0, 3) + this.#hardware(pairs(found.slice(3))).replaceAll(':', '')
    const masked = this.#hardware(found.toLowerCase().replaceAll('-', ':'))
    return found.includes('-') ? masked.toUpperCase().replaceAll(':', '-') : masked
  }

  #hardware(address: string): string {
    if (/^(?:(?:00|ff):)*(?:00|ff)$/.test(address) || address.includes('00:00:5e:00:53:')) return address
    const before = '00:'.repeat((address.length + 1) / 3 - 6)
    return this.#give(address, (count) => `${before}00:00:5e:00:53:${hex(Math.min(count, 255)).padStart(2, '0')}`)
  }

  #four(address: string): string {
    const octets = address.split('.').map(Number)
    const [first = 0, second = 0, third = 0, last = 0] = octets
    if (octets.some((octet) => octet > 255) || isNobodys(first, second, third)) return address
    const given = this.#networkOf(octets)
    if (last === 0 || last === 255) return `${given}.${last}`
    return this.#give(address, (count) => `${given}.${Math.min(count, 254)}`, `in ${given}`)
  }

  #networkOf([first, second, third, last]: readonly (number | undefined)[]): string {
    if (first === 169 && second === 254) return '169.254.53'
    const network = `network ${first}.${second}.${third}`
    // The last address of a larger network goes with the part of it that is known.
    if (last === 255 && !this.#given.has(network)) {
      for (const start of [`network ${first}.${second}.`, `network ${first}.`]) {
        for (const [known, given] of this.#given) if (known.startsWith(start)) return given
      }
    }
    return this.#give(network, (count) => NETWORKS[count - 1] ?? '198.19.255', 'network')
  }

  #six(found: string): string {
    const tail = /[:.]+$/.exec(found)?.[0] ?? ''
    const address = readSix(found) ?? (tail && !found.endsWith('::') ? readSix(found.slice(0, -tail.length)) : null)
    if (address === null) return found
    const rest = readSix(found) ? '' : tail
    const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(found)
    if (dotted && address.bits >> 32n === 0xffffn) return found.slice(0, dotted.index) + this.#four(dotted[0])
    return this.#sixOf(address) + rest
  }

  #sixOf({ text, bits, network }: Six): string {
    const high = bits >> 112n
    if (bits <= 1n || high === 0x3fffn || bits >> 96n === 0x20010db8n) return text
    if (bits >> 24n === 0xff0200000000000000000001ffn) return 'ff02::1:ff00:0'
    if (high >> 8n === 0xffn) return text
    if (high >> 6n === 0x3fan) return this.#linkLocal(text, bits)
    const isLocal = high >> 9n === 0x7en
    if (isLocal && /^fd00:0:0:[0-9a-f]{1,3}::[0-9a-f]{1,3}$/.test(text)) return text
    const start = isLocal ? 'fd00:0:0:' : '2001:db8:0:'
    const given = this.#give(`network ${network}`, (count) => `${start}${hex(count)}`, start)
    return this.#give(text, (count) => `${given}::${hex(count)}`, `in ${given}`)
  }

  /** One that is made from a hardware address stays made from it: ff:fe in its middle, and its second bit turned. */
  #linkLocal(text: string, bits: bigint): string {
    if (text === 'fe80::1' || /^fe80::(53:|200:5eff:fe00:53)[0-9a-f]+$/.test(text)) return text
    const host = bits & ((1n << 64n) - 1n)
    if (((host >> 24n) & 0xffffn) !== 0xfffen)
      return this.#give(text, (count) => `fe80::53:${hex(count)}`, 'link-local')
    const turned = host ^ (2n << 56n)
    const address = ((turned >> 40n) << 24n) | (turned & 0xffffffn)
    const masked = this.#hardware(pairs(address.toString(16).padStart(12, '0')))
    return `fe80::200:5eff:fe00:${masked.slice(-5).replace(':', '')}`
  }

  /** What an address has, or is given now: the first of a family that is still free. */
  #give(address: string, nth: (count: number) => string, family = 'hardware'): string {
    const known = this.#given.get(address)
    if (known !== undefined) return known
    let count = (this.#counts.get(family) ?? 0) + 1
    while (this.#taken.has(nth(count)) && nth(count) !== nth(count + 1)) count += 1
    this.#counts.set(family, count)
    this.#given.set(address, nth(count))
    return nth(count)
  }

  readonly #counts = new Map<string, number>()
}

interface Six {
  readonly text: string
  readonly bits: bigint
  /** Its first 64 bits, as placeholders write them. */
  readonly network: string
}

function readSix(found: string): Six | null {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(found)
  const [, start = '', a, b, c, d] = dotted ?? []
  const plain = dotted
    ? `${start}${hex(Number(a) * 256 + Number(b))}:${hex(Number(c) * 256 + Number(d))}`
    : found.toLowerCase()
  const address = readAddress(`${plain}/128`)
  if (address === null) return null
  const { text, bits } = address
  const groups = [112n, 96n, 80n, 64n].map((shift) => ((bits >> shift) & 0xffffn).toString(16))
  return { text, bits, network: groups.join(':') }
}

/** Whether an IPv4 address belongs to nobody: loopback, unspecified, documented, multicast, a mask, or masked already. */
function isNobodys(first: number, second: number, third: number): boolean {
  const network = `${first}.${second}.${third}`
  return first === 0 || first === 127 || first >= 224 || network === '169.254.53' || NETWORKS.includes(network)
}

function networkOf(address: string): string {
  return address.split('.').slice(0, 3).join('.')
}

function pairs(digits: string): string {
  return digits.toLowerCase().match(/../g)?.join(':') ?? ''
}

function hex(number: number): string {
  return number.toString(16)
}
