/** What a lab may declare of its network: hosts, their addresses, the wires between them. Pure. */
import { type Address, overlap, readAddress, sameSubnet, whyUnusable } from './address.ts'
import { type Faults, type FaultsDefinition, NO_FAULTS, readFaults } from './faults.ts'
import { readSysctls, type Sysctl } from './sysctls.ts'

/** One host as an author writes it. */
export interface HostDefinition {
  /** Small letters and digits: `a`, `router`. */
  readonly name: string
  /** The largest IP packet of its loopback, in bytes. */
  readonly mtu?: number
  readonly sysctls?: Readonly<Partial<Record<Sysctl, number | string>>>
}

/** A wire between two hosts: `{ ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] } }`. */
export interface WireDefinition {
  /** The addresses each host has at this wire; the first host's end is direction 0. */
  readonly ends: Readonly<Record<string, readonly string[]>>
  /** The largest IP packet it carries, in bytes. */
  readonly mtu?: number
  readonly faults?: readonly FaultsDefinition[]
}

/** A network as an author writes it. A lab that says nothing of it has one host, `here`, with loopback only. */
export interface NetworkDefinition {
  /** One to three hosts; with more than one, wires join them in a row and the middle one forwards. */
  readonly hosts: readonly HostDefinition[]
  readonly wires?: readonly WireDefinition[]
  /** Whether hosts have to ask for each other's hardware addresses; without it they know them. */
  readonly arp?: boolean
  /** Where the chances of the wires' faults begin; the same seed meets the same frames with the same fates. */
  readonly seed?: number
}

/** One interface of a host. */
export interface Interface {
  /** `eth0`, and at the second wire of the host in the middle `eth1`. */
  readonly name: string
  /** The number of its wire. */
  readonly wire: number
  readonly mac: string
  /** With their prefixes. */
  readonly addresses: readonly string[]
  /** Whom the host knows without asking. */
  readonly neighbours: readonly { readonly address: string; readonly mac: string }[]
  /** Where it sends what is not for its own subnets, one address per family. */
  readonly gateways: readonly string[]
}

/** One host of a checked network. */
export interface Host {
  readonly name: string
  readonly mtu: number
  readonly sysctls: Readonly<Record<string, string>>
  readonly forwards: boolean
  /** Whether a wire gives it an IPv6 address. */
  readonly ipv6: boolean
  readonly interfaces: readonly Interface[]
}

/** One wire of a checked network. */
export interface Wire {
  /** The hosts at its ends; frames from the first go in direction 0. */
  readonly ends: readonly [string, string]
  readonly mtu: number
  /** For each direction. */
  readonly faults: readonly [Faults, Faults]
}

/** A checked network, complete, as `build` of hosts.py takes it. */
export interface Network {
  readonly hosts: readonly Host[]
  readonly wires: readonly Wire[]
  readonly seed: number
}

type Refuse = (what: string) => never
interface Link {
  readonly wire: Wire
  /** The addresses at each end. */
  readonly addresses: readonly [readonly Address[], readonly Address[]]
}

const NAME = /^[a-z][a-z0-9]{0,14}$/
const MTU = { usual: 1500, least: 68, leastForIPv6: 1280 }
const MOST_HOSTS = 3

/**
 * Checks a lab's network and completes it. `refuse` is told what is wrong and what to do, in words, and must throw.
 */
export function readNetwork(definition: unknown, refuse: Refuse): Network {
  if (definition === undefined) return readNetwork({ hosts: [{ name: 'here' }] }, refuse)
  const network = record(definition, 'a network', '{ hosts, wires }', ['hosts', 'wires', 'arp', 'seed'], refuse)
  const { arp = false, seed = 1 } = network
  if (typeof arp !== 'boolean') return refuse(`\`arp\` is ${show(arp)}; it must be true or false`)
  if (!isWhole(seed, 0, 2 ** 32 - 1)) return refuse(`\`seed\` is ${show(seed)}; it must be a whole number below 2^32`)
  const hosts = readHosts(network.hosts, refuse)
  const names = hosts.map(({ name }) => name)
  const links = list(network.wires ?? [], 'wires', refuse).map((wire) => readWire(wire, names, refuse))
  checkRow(names, links, refuse)
  checkAddresses(links, refuse)
  return {
    hosts: joinHosts(hosts, links, !arp),
    wires: links.map(({ wire }) => wire),
    seed,
  }
}

function readHosts(value: unknown, refuse: Refuse): Pick<Host, 'name' | 'mtu' | 'sysctls'>[] {
  const names = new Set<string>()
  const hosts = list(value, 'hosts', refuse).map((item) => {
    const host = record(item, 'a host', "{ name: 'a' }", ['name', 'mtu', 'sysctls'], refuse)
    const { name } = host
    if (typeof name !== 'string' || !NAME.test(name)) {
      return refuse(`a host's name is ${show(name)}; use up to 15 small letters and digits, a letter first`)
    }
    if (names.has(name)) refuse(`two hosts are named \`${name}\`; give each its own name`)
    names.add(name)
    // Below 1280 the kernel takes IPv6 from an interface, and `::1` with it.
    const mtu = readMtu(host.mtu, `of host \`${name}\``, true, refuse)
    return { name, mtu, sysctls: readSysctls(host.sysctls ?? {}, name, refuse) }
  })
  if (hosts.length === 0) refuse('`hosts` is empty; leave the network out for one host with loopback only')
  if (hosts.length > MOST_HOSTS) refuse(`there are ${hosts.length} hosts; a lab has at most ${MOST_HOSTS}`)
  return hosts
}

function readWire(value: unknown, hosts: readonly string[], refuse: Refuse): Link {
  const shape = "{ ends: { a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] } }"
  const wire = record(value, 'a wire', shape, ['ends', 'mtu', 'faults'], refuse)
  const given = record(wire.ends, 'the ends of a wire', "{ a: ['10.0.0.1/24'], b: ['10.0.0.2/24'] }", null, refuse)
  const ends = Object.keys(given)
  const [first, second] = ends
  if (ends.length !== 2 || first === undefined || second === undefined) {
    const count = ends.length === 1 ? 'one end' : `${ends.length} ends`
    return refuse(`a wire has ${count} (${ends.join(', ')}); it must have two different hosts`)
  }
  const nowhere = ends.find((name) => !hosts.includes(name))
  if (nowhere !== undefined) {
    return refuse(`a wire ends at \`${nowhere}\`, which is not a host; the hosts are ${hosts.join(', ')}`)
  }
  const here = readAddresses(given[first], first, refuse)
  const there = readAddresses(given[second], second, refuse)
  for (const [mine, theirs, other] of [
    [here, there, second],
    [there, here, first],
  ] as const) {
    const alone = mine.find((address) => !theirs.some((candidate) => sameSubnet(address, candidate)))
    if (alone) {
      return refuse(
        `\`${alone.text}/${alone.prefix}\` has no partner in its subnet at the other end of the wire, \`${other}\`; ` +
          'give that end an address with the same prefix',
      )
    }
  }
  const ipv6 = here.some(({ family }) => family === 6)
  const mtu = readMtu(wire.mtu, `of the wire between \`${first}\` and \`${second}\``, ipv6, refuse)
  const faults = readBothFaults(wire.faults ?? [], [first, second], refuse)
  return { wire: { ends: [first, second], mtu, faults }, addresses: [here, there] }
}

function readAddresses(value: unknown, host: string, refuse: Refuse): Address[] {
  const addresses = list(value, `ends.${host}`, refuse).map((text) => {
    const address = typeof text === 'string' ? readAddress(text) : null
    if (!address) {
      return refuse(`${show(text)} of host \`${host}\` is not an address; write \`10.0.0.1/24\` or \`fd00::1/64\``)
    }
    const why = whyUnusable(address)
    return why === null ? address : refuse(`\`${text}\` of host \`${host}\` ${why}`)
  })
  return addresses.length > 0 ? addresses : refuse(`host \`${host}\` has no address at its wire; give it one`)
}

function readBothFaults(value: unknown, ends: readonly [string, string], refuse: Refuse): [Faults, Faults] {
  const both: [Faults | null, Faults | null] = [null, null]
  for (const item of list(value, 'faults', refuse)) {
    const { from, faults } = readFaults(item, ends, refuse)
    for (const direction of [0, 1] as const) {
      if (from !== null && from !== ends[direction]) continue
      if (both[direction]) refuse(`two faults are given for frames from \`${ends[direction]}\`; put them into one`)
      both[direction] = faults
    }
  }
  return [both[0] ?? NO_FAULTS, both[1] ?? NO_FAULTS]
}

/** The wires must join all hosts, in a row. */
function checkRow(names: readonly string[], links: readonly Link[], refuse: Refuse): void {
  const pairs = links.map(({ wire }) => [...wire.ends].sort().join(' and '))
  const twice = pairs.find((pair, i) => pairs.indexOf(pair) !== i)
  if (twice !== undefined) refuse(`two wires join ${twice}; keep one`)
  if (names.length > 1) {
    const alone = names.find((name) => !links.some(({ wire }) => wire.ends.includes(name)))
    if (alone !== undefined) refuse(`host \`${alone}\` has no wire; join it to another, or leave it out`)
  }
  if (links.length >= names.length) refuse('the wires form a ring; hosts stand in a row, so leave one wire out')
}

/** Every address belongs to one host, and every subnet to one wire. */
function checkAddresses(links: readonly Link[], refuse: Refuse): void {
  const seen: { address: Address; host: string; link: Link }[] = []
  for (const link of links) {
    for (const [end, addresses] of link.addresses.entries()) {
      for (const address of addresses) {
        const host = link.wire.ends[end] as string
        const local = address.family === 6 && address.bits >> 118n === 0x3fan
        for (const other of seen) {
          if (local && link !== other.link) continue
          if (address.family === other.address.family && address.bits === other.address.bits) {
            const who =
              host === other.host ? `host \`${host}\` has` : `hosts \`${other.host}\` and \`${host}\` both have`
            refuse(`${who} \`${address.text}\`; every address must be there once`)
          }
          if (link !== other.link && overlap(address, other.address)) {
            refuse(
              `\`${other.address.text}/${other.address.prefix}\` and \`${address.text}/${address.prefix}\` are one ` +
                'subnet on two wires; give each wire a subnet of its own',
            )
          }
        }
        seen.push({ address, host, link })
      }
    }
  }
}

/** Gives the hosts their interfaces: hardware addresses counted in the order of hosts, routes through the middle. */
function joinHosts(hosts: Pick<Host, 'name' | 'mtu' | 'sysctls'>[], links: readonly Link[], known: boolean): Host[] {
  const joints = hosts.flatMap(({ name }) =>
    links.flatMap(({ wire }, index) => (wire.ends.includes(name) ? [{ host: name, wire: index }] : [])),
  )
  const macOf = (host: string, wire: number) => {
    const count = joints.findIndex((joint) => joint.host === host && joint.wire === wire) + 1
    return `02:00:00:00:00:${count.toString(16).padStart(2, '0')}`
  }
  const forwards = (host: string) => joints.filter((joint) => joint.host === host).length > 1
  return hosts.map((host) => {
    const own = joints.filter((joint) => joint.host === host.name)
    const interfaces = own.map(({ wire: index }, count) => {
      const { wire, addresses } = links[index] as Link
      const end = wire.ends[0] === host.name ? 0 : 1
      const other = wire.ends[1 - end] as string
      const theirs = addresses[1 - end] as readonly Address[]
      const byFamily = [4, 6].flatMap((family) => theirs.find((address) => address.family === family)?.text ?? [])
      return {
        name: `eth${count}`,
        wire: index,
        mac: macOf(host.name, index),
        addresses: (addresses[end] as readonly Address[]).map(({ text, prefix }) => `${text}/${prefix}`),
        neighbours: known ? theirs.map(({ text }) => ({ address: text, mac: macOf(other, index) })) : [],
        gateways: forwards(other) ? byFamily : [],
      }
    })
    const ipv6 = interfaces.some(({ addresses }) => addresses.some((address) => address.includes(':')))
    return { ...host, forwards: forwards(host.name), ipv6, interfaces }
  })
}

function readMtu(value: unknown, whose: string, ipv6: boolean, refuse: Refuse): number {
  if (value === undefined) return MTU.usual
  if (!isWhole(value, MTU.least, MTU.usual)) {
    return refuse(`the MTU ${whose} is ${show(value)}; it must be a whole number from ${MTU.least} to ${MTU.usual}`)
  }
  if (ipv6 && value < MTU.leastForIPv6) {
    return refuse(
      `the MTU ${whose} is ${value}; where there is IPv6 it must be at least ${MTU.leastForIPv6} (RFC 8200)`,
    )
  }
  return value
}

function record(value: unknown, what: string, shape: string, keys: string[] | null, refuse: Refuse) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(`${what} is \`${shape}\``)
  const stranger = keys && Object.keys(value).find((key) => !keys.includes(key))
  if (stranger) refuse(`unknown key \`${stranger}\` in ${what}; it has ${keys.join(', ')}`)
  return value as Record<string, unknown>
}

function list(value: unknown, key: string, refuse: Refuse): unknown[] {
  return Array.isArray(value) ? value : refuse(`\`${key}\` is ${show(value)}; it must be a list`)
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

function show(value: unknown): string {
  return `\`${JSON.stringify(value)?.slice(0, 40) ?? String(value)}\``
}
