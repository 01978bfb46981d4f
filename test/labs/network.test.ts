import { describe, expect, it } from 'vitest'
import { readAddress } from '../../labs/address.ts'
import { NO_FAULTS, readFaults } from '../../labs/faults.ts'
import { type NetworkDefinition, readNetwork } from '../../labs/network.ts'
import { SYSCTLS } from '../../labs/sysctls.ts'

const refuse = (what: string): never => {
  throw new Error(what)
}
const read = (definition: unknown) => readNetwork(definition, refuse)
const hosts = (...names: string[]) => names.map((name) => ({ name }))
const wire = (ends: Record<string, unknown>, more = {}) => ({ ends, ...more })
/** Two hosts; what is given replaces parts of a right definition. */
const two = (a: unknown, b: unknown, more = {}) => ({ hosts: hosts('a', 'b'), wires: [wire({ a, b }, more)] })
const A = ['10.0.0.1/24']
const B = ['10.0.0.2/24']

describe('a network', () => {
  it('that is not declared is one host with loopback only', () => {
    const { hosts, wires, seed } = read(undefined)
    expect(hosts).toEqual([{ name: 'here', mtu: 1500, sysctls: {}, forwards: false, ipv6: false, interfaces: [] }])
    expect(wires).toEqual([])
    expect(seed).toBe(1)
  })

  it('of two hosts gets interfaces, hardware addresses, and neighbours that know each other', () => {
    const { hosts, wires } = read(two(['10.0.0.1/24', 'FD00:0::1/64'], ['10.0.0.2/24', 'fd00::2/64']))
    expect(hosts[0]).toEqual({
      name: 'a',
      mtu: 1500,
      sysctls: {},
      forwards: false,
      ipv6: true,
      interfaces: [
        {
          name: 'eth0',
          wire: 0,
          mac: '02:00:00:00:00:01',
          addresses: ['10.0.0.1/24', 'fd00::1/64'],
          neighbours: [
            { address: '10.0.0.2', mac: '02:00:00:00:00:02' },
            { address: 'fd00::2', mac: '02:00:00:00:00:02' },
          ],
          gateways: [],
        },
      ],
    })
    expect(wires).toEqual([{ ends: ['a', 'b'], mtu: 1500, faults: [NO_FAULTS, NO_FAULTS] }])
  })

  it('in a lab about ARP has hosts that know nobody', () => {
    const { hosts } = read({ ...two(A, B), arp: true })
    expect(hosts.flatMap(({ interfaces }) => interfaces.flatMap(({ neighbours }) => neighbours))).toEqual([])
  })

  it('of three hosts forwards in the middle, wherever the middle stands in the list', () => {
    for (const names of [
      ['a', 'r', 'b'],
      ['a', 'b', 'r'],
      ['r', 'a', 'b'],
    ]) {
      const network = read({
        hosts: hosts(...names),
        wires: [
          wire({ a: ['10.0.1.2/24', 'fd00:1::2/64'], r: ['10.0.1.1/24', 'fd00:1::1/64'] }),
          wire({ b: ['10.0.2.2/24'], r: ['10.0.2.1/24'] }),
        ],
      })
      const of = (wanted: string) => network.hosts.find(({ name }) => name === wanted)
      expect(network.hosts.filter(({ forwards }) => forwards).map(({ name }) => name)).toEqual(['r'])
      expect(of('r')?.interfaces.map(({ name, gateways }) => [name, gateways])).toEqual([
        ['eth0', []],
        ['eth1', []],
      ])
      expect(of('a')?.interfaces[0]?.gateways).toEqual(['10.0.1.1', 'fd00:1::1'])
      expect(of('b')?.interfaces[0]?.gateways).toEqual(['10.0.2.1'])
      const macs = network.hosts.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac))
      expect(macs).toEqual([1, 2, 3, 4].map((count) => `02:00:00:00:00:0${count}`))
    }
  })

  it('keeps faults by direction, and sysctls as texts', () => {
    const definition: NetworkDefinition = {
      hosts: [
        { name: 'a', sysctls: { 'net.ipv4.ip_local_port_range': '40000 40099', 'net.ipv4.tcp_retries2': 3 } },
        { name: 'b' },
      ],
      wires: [{ ends: { a: A, b: B }, mtu: 600, faults: [{ from: 'b', loss: 0.5, only: 'syn' }] }],
      seed: 9,
    }
    const { hosts: [a] = [], wires: [only] = [], seed } = read(definition)
    expect(a?.sysctls).toEqual({ 'net.ipv4.ip_local_port_range': '40000 40099', 'net.ipv4.tcp_retries2': '3' })
    expect(only).toMatchObject({ mtu: 600, faults: [NO_FAULTS, { loss: 0.5, only: ['syn'] }] })
    expect(seed).toBe(9)
  })

  it('names each sysctl a lab may set by its place below /proc/sys/net', () => {
    expect(SYSCTLS.length).toBeGreaterThan(20)
    expect(SYSCTLS.filter((name) => !/^net\.(core|ipv4|ipv6)(\.[a-z0-9_]+)+$/.test(name))).toEqual([])
    expect(SYSCTLS.filter((name) => /forward/.test(name))).toEqual([])
  })
})

describe('an impossible network is refused with a sentence:', () => {
  const three = (...wires: unknown[]) => ({ hosts: hosts('a', 'r', 'b'), wires })
  const AR = wire({ a: ['10.0.1.2/24'], r: ['10.0.1.1/24'] })
  const RB = wire({ r: ['10.0.2.1/24'], b: ['10.0.2.2/24'] })
  const BA = wire({ b: ['10.0.3.1/24'], a: ['10.0.3.2/24'] })
  const six = (mtu: number) => two(['fd00::1/64'], ['fd00::2/64'], { mtu })
  const sysctls = (given: unknown) => ({ hosts: [{ name: 'here', sysctls: given }] })

  it.each<[string, unknown, string | RegExp]>([
    ['no object', 7, 'a network is `{ hosts, wires }`'],
    ['a list', [], 'a network is `{ hosts, wires }`'],
    [
      'an unknown key',
      { hosts: hosts('a'), links: [] },
      'unknown key `links` in a network; it has hosts, wires, arp, seed',
    ],
    ['hosts that are no list', { hosts: 'a' }, '`hosts` is `"a"`; it must be a list'],
    ['no hosts at all', { hosts: [] }, /`hosts` is empty; leave the network out/],
    ['a host that is no object', { hosts: ['a'] }, "a host is `{ name: 'a' }`"],
    ['an unknown key of a host', { hosts: [{ name: 'a', ip: '10.0.0.1' }] }, /unknown key `ip` in a host/],
    ['a bad name', { hosts: hosts('A b') }, /a host's name is `"A b"`; use up to 15 small letters/],
    ['no name', { hosts: [{}] }, /a host's name is `undefined`/],
    ['two hosts with one name', { hosts: hosts('a', 'a') }, 'two hosts are named `a`; give each its own name'],
    ['too many hosts', { hosts: hosts('a', 'b', 'c', 'd') }, 'there are 4 hosts; a lab has at most 3'],
    ['a host without a wire', { hosts: hosts('a', 'b') }, 'host `a` has no wire; join it to another, or leave it out'],
    ['a third without a wire', { ...two(A, B), hosts: hosts('a', 'b', 'c') }, /host `c` has no wire/],
    ['a wire that is no object', { hosts: hosts('a', 'b'), wires: ['a-b'] }, /a wire is `\{ ends:/],
    ['an unknown key of a wire', two(A, B, { delay: 3 }), /unknown key `delay` in a wire; it has ends, mtu, faults/],
    [
      'a wire to nowhere',
      { hosts: hosts('a', 'b'), wires: [wire({ a: A, c: B })] },
      'a wire ends at `c`, which is not a host; the hosts are a, b',
    ],
    [
      'a wire with one end',
      { hosts: hosts('a', 'b'), wires: [wire({ a: A })] },
      'a wire has one end (a); it must have two different hosts',
    ],
    ['a wire with three ends', three(wire({ a: A, r: B, b: ['10.0.0.3/24'] })), /a wire has 3 ends \(a, r, b\)/],
    [
      'two wires between two hosts',
      { hosts: hosts('a', 'b'), wires: [AR, AR].map(() => wire({ a: A, b: B })) },
      'two wires join a and b; keep one',
    ],
    ['a ring', three(AR, RB, BA), /the wires form a ring; hosts stand in a row, so leave one wire out/],
    [
      'an address that is none',
      two(['10.0.0.256/24'], B),
      '`"10.0.0.256/24"` of host `a` is not an address; write `10.0.0.1/24` or `fd00::1/64`',
    ],
    ['an address without prefix', two(['10.0.0.1'], B), /`"10.0.0.1"` of host `a` is not an address/],
    ['no address', two([], B), 'host `a` has no address at its wire; give it one'],
    ['an address that is no text', two([7], B), /`7` of host `a` is not an address/],
    ['one text for a list', two('10.0.0.1/24', B), '`ends.a` is `"10.0.0.1/24"`; it must be a list'],
    ['the name of a subnet', two(['10.0.0.0/24'], B), /`10.0.0.0\/24` of host `a` is the name of its whole subnet/],
    ['a broadcast address', two(A, ['10.0.0.255/24']), /`10.0.0.255\/24` of host `b` is the broadcast address/],
    ['a loopback address', two(['127.0.0.2/8'], ['127.0.0.3/8']), /is loopback, which every host has anyway/],
    ['a group of hosts', two(['224.0.0.1/24'], B), /is not an address of one host/],
    ['an IPv6 group', two(['ff02::1/64'], ['fd00::2/64']), /is not an address of one host/],
    ['a useless prefix', two(['10.0.0.1/31'], B), /has a prefix that no lab needs; use \/8 to \/30/],
    [
      'two hosts with one address',
      two(A, A),
      'hosts `a` and `b` both have `10.0.0.1`; every address must be there once',
    ],
    ['the same in other letters', two(['fd00:0:0::1/64'], ['FD00::0001/64']), /hosts `a` and `b` both have `fd00::1`/],
    ['one host with an address twice', two([...A, ...A], B), /host `a` has `10.0.0.1`/],
    [
      'two subnets at one wire',
      two(A, ['10.0.1.2/24']),
      /`10.0.0.1\/24` has no partner in its subnet at the other end of the wire, `b`/,
    ],
    ['two prefixes at one wire', two(A, ['10.0.0.2/16']), /give that end an address with the same prefix/],
    ['IPv6 at one end only', two([...A, 'fd00::1/64'], B), /`fd00::1\/64` has no partner in its subnet/],
    [
      'one subnet on two wires',
      three(AR, wire({ r: ['10.0.1.3/24'], b: ['10.0.1.4/24'] })),
      /are one subnet on two wires/,
    ],
    [
      'a subnet within another',
      three(AR, wire({ r: ['10.0.0.1/16'], b: ['10.0.0.2/16'] })),
      /are one subnet on two wires/,
    ],
    [
      'an MTU below 68',
      two(A, B, { mtu: 67 }),
      'the MTU of the wire between `a` and `b` is `67`; it must be a whole number from 68 to 1500',
    ],
    ['an MTU above 1500', two(A, B, { mtu: 9000 }), /from 68 to 1500/],
    ['an MTU below 1280 with IPv6', six(1279), /is 1279; where there is IPv6 it must be at least 1280/],
    [
      'a small MTU on loopback',
      { hosts: [{ name: 'a', mtu: 600 }] },
      /the MTU of host `a` is 600; where there is IPv6/,
    ],
    [
      'an unknown sysctl',
      sysctls({ 'net.ipv4.ip_forward': 1 }),
      '`net.ipv4.ip_forward` of host `here` is not a sysctl a lab may set; see labs/sysctls.ts',
    ],
    ['a name every object has', sysctls({ constructor: 1 }), /`constructor` of host `here` is not a sysctl/],
    [
      'a sysctl out of range',
      sysctls({ 'net.ipv4.tcp_syn_retries': 0 }),
      /is `0`; it must be a whole number from 1 to 127/,
    ],
    ['a switch that is none', sysctls({ 'net.ipv4.tcp_sack': 2 }), /it must be a whole number from 0 to 1/],
    [
      'ports the wrong way round',
      sysctls({ 'net.ipv4.ip_local_port_range': '9 3' }),
      /it must be two ports such as '40000 40099', the smaller first/,
    ],
    ['a sysctl with more in it', sysctls({ 'net.ipv4.tcp_rmem': '1 2 3\n4' }), /it must be three sizes in bytes/],
    ['sysctls as a list', sysctls([]), /`sysctls` of host `here` are/],
    ['arp that is no switch', { ...two(A, B), arp: 'yes' }, '`arp` is `"yes"`; it must be true or false'],
    ['a seed that is no number', { ...two(A, B), seed: 1.5 }, '`seed` is `1.5`; it must be a whole number below 2^32'],
    ['faults that are no list', two(A, B, { faults: { loss: 1 } }), /`faults` is `\{"loss":1\}`; it must be a list/],
    [
      'faults twice for a direction',
      two(A, B, { faults: [{ loss: 1 }, { from: 'b', delay: 3 }] }),
      'two faults are given for frames from `b`; put them into one',
    ],
    [
      'faults from a stranger',
      two(A, B, { faults: [{ from: 'c', loss: 1 }] }),
      '`from` is `"c"`; it must name an end of the wire: a or b',
    ],
  ])('%s', (_, definition, sentence) => {
    expect(() => read(definition)).toThrow(sentence)
  })

  it('while addresses of one link only may be there on every wire', () => {
    const link = ['fe80::1/64']
    const other = ['fe80::2/64']
    expect(() => read(three(wire({ a: link, r: other }), wire({ r: link, b: other })))).not.toThrow()
    expect(() => read(two(link, link))).toThrow(/both have `fe80::1`/)
  })
})

describe('faults', () => {
  const faults = (value: unknown) => readFaults(value, ['a', 'b'], refuse)

  it('are completed', () => {
    expect(faults({})).toEqual({ from: null, faults: NO_FAULTS })
    expect(faults({ from: 'a', loss: 0.1, only: ['syn', 'udp'] })).toEqual({
      from: 'a',
      faults: { ...NO_FAULTS, loss: 0.1, only: ['syn', 'udp'] },
    })
    expect(faults({ ...NO_FAULTS, delay: 40, rate: 1e6 })).toEqual({
      from: null,
      faults: { ...NO_FAULTS, delay: 40, rate: 1e6 },
    })
  })

  it.each<[unknown, RegExp]>([
    [null, /faults are `\{ loss, delay, … \}`/],
    [{ lost: 1 }, /unknown key `lost` in faults/],
    [{ loss: 1.1 }, /`loss` is `1.1`; it must be a share from 0 to 1/],
    [{ loss: '1' }, /`loss` is `"1"`/],
    [{ loss: Number.NaN }, /`loss` is `null`/],
    [{ duplicate: -1 }, /`duplicate` is `-1`/],
    [{ reorder: true }, /`reorder` is `true`/],
    [{ delay: 10_001 }, /`delay` is `10001`; it must be milliseconds from 0 to 10000/],
    [{ jitter: -1 }, /`jitter` is `-1`/],
    [{ rate: 0 }, /`rate` is `0`; it must be bits per second from 1000 to 1e9/],
    [{ queue: 1.5 }, /`queue` is 1.5; it must be a whole number/],
    [{ cut: 1 }, /`cut` is `1`; it must be true or false/],
    [{ loss: 1, only: 'http' }, /`only` is `"http"`; it must name kinds of frames: syn, synack/],
    [{ loss: 1, only: [] }, /`only` is `\[\]`/],
    [{ delay: 3, only: 'syn' }, /`only` limits `loss` and `cut`, and there is neither/],
    [{ from: 'c', loss: 1 }, /`from` is `"c"`/],
  ])('%j is refused', (value, sentence) => {
    expect(() => faults(value)).toThrow(sentence)
  })
})

describe('an address', () => {
  it.each([
    ['10.0.0.1/24', '10.0.0.1', 24],
    ['fd00:0:0:0:0:0:0:1/64', 'fd00::1', 64],
    ['FD00::ABCD/64', 'fd00::abcd', 64],
    ['fd00:0:0:1::1/64', 'fd00:0:0:1::1', 64],
    ['2001:db8:0:1:0:0:0:1/64', '2001:db8:0:1::1', 64],
    ['fd00:1:2:3:4:5:6:7/64', 'fd00:1:2:3:4:5:6:7', 64],
    ['fd00::/8', 'fd00::', 8],
  ])('%s is read', (text, address, prefix) => {
    expect(readAddress(text)).toMatchObject({ text: address, prefix })
  })

  it.each([
    '',
    '/',
    '10.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/024',
    '10.0.0/24',
    '10.0.0.01/24',
    '10.0.0.1.1/24',
    '1e1.0.0.1/24',
    'fd00::1::2/64',
    'fd00::1/129',
    'fd00:1:2:3:4:5:6/64',
    'fd00:1:2:3:4:5:6:7:8/64',
    'fd00::12345/64',
    'fd00::g/64',
    ':::/64',
    'fe80::1%eth0/64',
    '::ffff:10.0.0.1/96',
    ' 10.0.0.1/24',
  ])('`%s` is none', (text) => {
    expect(readAddress(text)).toBeNull()
  })
})
