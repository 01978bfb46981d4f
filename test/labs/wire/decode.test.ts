import { describe, expect, test } from 'vitest'
import { decode } from '../../../labs/wire/decode.ts'
import type { Decoded, LayerName } from '../../../labs/wire/decoded.ts'
import * as make from '../../helpers/frames.ts'

const ENDS = { from: '127.0.0.1:40112', to: '127.0.0.1:12824' }
const SIX = { from: '[fd00::1]:40112', to: '[fd00::2]:12824' }

/** The fields of one layer as an object; of repeated ones the last. */
const fieldsOf = (decoded: Decoded, name: LayerName) =>
  Object.fromEntries(decoded.layers.find((layer) => layer.name === name)?.fields.map((f) => [f.name, f.value]) ?? [])
const outline = ({ layers }: Decoded) => layers.map(({ name, offset, length }) => `${name} ${offset}+${length}`)
const defects = ({ layers }: Decoded) => layers.flatMap(({ name, defect }) => (defect ? [`${name} ${defect}`] : []))

describe('a TCP segment', () => {
  const options = {
    mss: 1460,
    windowScale: 7,
    sackPermitted: true,
    timestamps: { value: 0xfffffffe, echo: 0 },
  }
  const syn = decode(make.tcpFrame({ ...ENDS, flags: ['SYN', 'ECE', 'CWR'], sequence: 4294967295, options }))

  test('of today opens with the options of today', () => {
    expect(syn.tcp).toEqual({
      sourcePort: 40112,
      destinationPort: 12824,
      sequence: 4294967295,
      acknowledgment: 0,
      flags: ['SYN', 'ECE', 'CWR'],
      window: 65535,
      options: { ...options, sack: [] },
    })
    expect(outline(syn)).toEqual(['ethernet 0+14', 'ipv4 14+20', 'tcp 34+40'])
    expect(defects(syn)).toEqual([])
  })

  test('carries what IP says, and not what fills the frame', () => {
    const { payload } = decode(make.tcpFrame({ ...ENDS, flags: ['ACK'], payload: 'hey', padTo: 60 }))
    expect(payload).toEqual({ offset: 54, length: 3, bytes: new TextEncoder().encode('hey') })
  })

  test('says how long its payload was, also where less of it was kept', () => {
    const frame = make.tcpFrame({ ...SIX, flags: ['ACK', 'PSH'], payload: 'x'.repeat(1000) })
    const { payload, tcp } = decode(frame.subarray(0, 128), frame.length)
    expect(tcp?.flags).toEqual(['PSH', 'ACK'])
    expect([payload.offset, payload.length, payload.bytes.length]).toEqual([74, 1000, 54])
  })
})

describe('an ICMP error', () => {
  test('tells the packet it is about, with offsets in the same frame', () => {
    for (const ends of [ENDS, SIX]) {
      const datagram = make.udpFrame({ ...ends, payload: 'is anybody there?' })
      const { icmp, ip } = decode(make.icmpPortUnreachable(datagram))
      expect(icmp?.name).toBe('port-unreachable')
      expect(ip?.destination).toBe(icmp?.about?.ip?.source)
      expect(icmp?.about?.udp).toEqual({ sourcePort: 40112, destinationPort: 12824, length: 25 })
      expect(new TextDecoder().decode(icmp?.about?.payload.bytes)).toBe('is anybody there?')
      expect(icmp?.about?.layers[0]?.offset).toBe(ends === ENDS ? 42 : 62)
    }
  })
})

test('ARP asks by Ethernet', () => {
  const decoded = decode(make.arpFrame({ operation: 'request', sender: '10.0.0.1', target: '10.0.0.2', padTo: 60 }))
  expect(decoded.arp).toEqual({
    operation: 1,
    senderHardware: '02:00:00:00:00:01',
    senderAddress: '10.0.0.1',
    targetHardware: '00:00:00:00:00:00',
    targetAddress: '10.0.0.2',
  })
  expect(fieldsOf(decoded, 'ethernet')).toEqual({
    destination: 'ff:ff:ff:ff:ff:ff',
    source: '02:00:00:00:00:01',
    type: 0x0806,
  })
  expect(decoded.payload.length).toBe(0)
})

describe('an IPv4 packet', () => {
  test('tells its options one by one', () => {
    const ipOptions = [7, 7, 4, 0, 0, 0, 0, 148, 4, 0, 0, 99, 4, 0xca, 0xfe]
    const { ip, udp, layers } = decode(make.udpFrame({ ...ENDS, hopLimit: 9, ipOptions, payload: 'x' }))
    expect(ip).toEqual({
      version: 4,
      source: '127.0.0.1',
      destination: '127.0.0.1',
      protocol: 17,
      hopLimit: 9,
      fragment: null,
      length: 45,
    })
    expect(udp?.length).toBe(9)
    expect(layers[1]?.fields.slice(15).map(({ name, offset, value }) => [name, offset, value])).toEqual([
      ['optionKind', 34, 7],
      ['optionLength', 35, 7],
      ['optionPointer', 36, 4],
      ['routeAddress', 37, '0.0.0.0'],
      ['optionKind', 41, 148],
      ['optionLength', 42, 4],
      ['routerAlert', 43, 0],
      ['optionKind', 45, 99],
      ['optionLength', 46, 4],
      ['optionData', 47, 'cafe'],
      ['optionKind', 49, 0],
    ])
  })

  test('in fragments has the header above it in the first, and bytes in the others', () => {
    const frames = make.fragments(make.udpFrame({ ...ENDS, payload: 'y'.repeat(100) }), 64, 77)
    const [first, second] = frames.map((frame) => decode(frame))
    expect(first?.ip?.fragment).toEqual({ id: 77, offset: 0, more: true })
    expect(first?.udp?.length).toBe(108)
    expect([first?.payload.offset, first?.payload.length]).toEqual([42, 56])
    expect(second?.ip?.fragment).toEqual({ id: 77, offset: 64, more: false })
    expect(second?.udp).toBe(null)
    expect([second?.payload.offset, second?.payload.length]).toEqual([34, 44])
    expect([...defects(first as Decoded), ...defects(second as Decoded)]).toEqual([])
  })
})

describe('an IPv6 packet', () => {
  test('names the protocol behind all its extension headers', () => {
    const extensions = [
      [0, [0, 0, 5, 2, 0, 0, 1, 0]],
      [43, [0, 2, 0, 0, 1, 2, 3, 4, ...Array(16).fill(1)]],
      [60, [0, 0, 1, 4, 0, 0, 0, 0]],
      [51, [0, 4, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, ...Array(12).fill(9)]],
    ] as const
    const decoded = decode(make.tcpFrame({ ...SIX, flags: ['SYN'], extensions }))
    expect(decoded.ip).toMatchObject({ version: 6, protocol: 6, length: 124, fragment: null })
    expect(outline(decoded)).toEqual(['ethernet 0+14', 'ipv6 14+104', 'tcp 118+20'])
    expect(fieldsOf(decoded, 'ipv6')).toMatchObject({ nextHeader: 0, authenticationNextHeader: 6, segmentsLeft: 0 })
  })

  test('in fragments says where each belongs; one that is whole all the same is none', () => {
    const frames = make.fragments(make.udpFrame({ ...SIX, payload: 'z'.repeat(100) }), 64, 0x89abcdef)
    const [first, second] = frames.map((frame) => decode(frame))
    expect(first?.ip).toMatchObject({ protocol: 17, fragment: { id: 0x89abcdef, offset: 0, more: true } })
    expect(second?.ip).toMatchObject({ protocol: 17, fragment: { id: 0x89abcdef, offset: 64, more: false } })
    expect([first?.udp?.length, second?.udp]).toEqual([108, null])
    // What looks like an extension header there is the middle of something.
    const later = decode(
      make.ipFrame({ ...SIX, extensions: [[44, [0, 0, 0, 8, 1, 2, 3, 4]]] }, 60, [17, 0, 0, 0, 0, 0, 0, 0]),
    )
    expect([later.ip?.protocol, later.payload.offset, later.payload.length]).toEqual([60, 62, 8])
    const atomic = decode(make.udpFrame({ ...SIX, extensions: [[44, [0, 0, 0, 0, 1, 2, 3, 4]]] }))
    expect([atomic.ip?.fragment, atomic.udp?.length]).toEqual([null, 8])
  })

  test.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['0:0:0:0:0:ffff:a00:1', '::ffff:10.0.0.1'],
    ['0:0:0:0:0:0:a00:1', '::a00:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['0:1:0:0:0:0:0:0', '0:1::'],
    ['abcd:ef01:2345:6789:abcd:ef01:2345:6789', 'abcd:ef01:2345:6789:abcd:ef01:2345:6789'],
  ])('from %s is from %s', (from, text) => {
    expect(decode(make.ipFrame({ from, to: '::1' }, 59, [])).ip?.source).toBe(text)
  })
})

describe('what is wrong with a frame is said of the header where it is', () => {
  const set = (frame: Uint8Array, at: number, ...bytes: number[]) => {
    frame.set(bytes, at)
    return frame
  }
  const tcp = () => make.tcpFrame({ ...ENDS, flags: ['SYN'], payload: 'abc' })
  const udp = () => make.udpFrame({ ...ENDS, payload: 'abc' })

  test.each([
    ['nothing at all', new Uint8Array(), ['ethernet truncated']],
    ['an Ethernet header cut short', tcp().subarray(0, 13), ['ethernet truncated']],
    ['nothing behind Ethernet', tcp().subarray(0, 14), ['ipv4 truncated']],
    ['a frame that ends inside TCP', tcp().subarray(0, 50), ['ipv4 malformed', 'tcp truncated']],
    ['a VLAN tag', make.ethernetFrame(0x8100, [0, 5, 8, 0]), ['ethernet unknown-protocol']],
    ['a length of IEEE 802.3', make.ethernetFrame(46, Array(46).fill(0)), ['ethernet unknown-protocol']],
    ['IGMP', make.ipFrame(ENDS, 2, [0x16, 0, 9, 4, 0xe0, 0, 0, 0xfb]), ['ipv4 unknown-protocol']],
    ['ICMP of the other version', make.ipFrame(SIX, 1, [8, 0, 0, 0, 0, 0, 0, 0]), ['ipv6 unknown-protocol']],
    ['IPv4 that says it is version 6', set(udp(), 14, 0x65), ['ipv4 malformed']],
    ['an IPv4 header of 16 bytes', set(udp(), 14, 0x44), ['ipv4 malformed']],
    ['an IPv4 packet longer than its frame', set(udp(), 16, 1, 0), ['ipv4 malformed']],
    ['a UDP header that IP cuts short', set(udp(), 16, 0, 24), ['udp malformed']],
    ['a datagram longer than its packet', set(udp(), 38, 0, 200), ['udp malformed']],
    ['a datagram shorter than its header', set(udp(), 38, 0, 7), ['udp malformed']],
    ['a TCP header of 16 bytes', set(tcp(), 46, 0x40), ['tcp malformed']],
    ['a TCP header longer than its packet', set(tcp(), 46, 0xf0), ['tcp malformed']],
    ['a TCP option of length 0', make.tcpFrame({ ...ENDS, options: [9, 0, 1, 1] }), ['tcp malformed']],
    ['a TCP option of length 1', make.tcpFrame({ ...ENDS, options: [9, 1, 1, 1] }), ['tcp malformed']],
    ['ARP with long addresses', make.ethernetFrame(0x0806, [0, 1, 8, 0, 6, 5, 0, 1, ...Array(22)]), ['arp malformed']],
    ['a TCP option without an end', make.tcpFrame({ ...ENDS, options: [3, 9, 7, 0] }), ['tcp malformed']],
    ['ARP with other lengths', make.ethernetFrame(0x0806, [0, 1, 8, 0, 5, 4, 0, 1, ...Array(18)]), ['arp malformed']],
    [
      'ARP about something else',
      make.ethernetFrame(0x0806, [0, 6, 8, 0, 2, 4, 0, 1, ...Array(12)]),
      ['arp unknown-protocol'],
    ],
  ])('%s', (_, frame, said) => {
    expect(defects(decode(frame))).toEqual(said)
  })

  test('and what came before it is told all the same', () => {
    const { ip, tcp: none, layers, payload } = decode(tcp().subarray(0, 44), 57)
    expect(ip?.length).toBe(43)
    expect(none).toBe(null)
    expect(layers[2]?.fields.map(({ name, length }) => [name, length])).toEqual([
      ['sourcePort', 2],
      ['destinationPort', 2],
      ['sequence', 4],
      ['incomplete', 2],
    ])
    expect(payload).toEqual({ offset: 44, length: 0, bytes: new Uint8Array() })
  })

  test('and an option that is wrong leaves the others', () => {
    const options = [2, 3, 1, 3, 3, 7, 4, 2, 30, 4, 1, 2]
    const decoded = decode(make.tcpFrame({ ...ENDS, flags: ['SYN'], options }))
    expect(decoded.tcp?.options).toEqual({ mss: null, windowScale: 7, sackPermitted: true, sack: [], timestamps: null })
    expect(defects(decoded)).toEqual(['tcp malformed'])
  })
})

describe('an ICMP message', () => {
  test.each([
    [ENDS, 0, 0, 'echo-reply'],
    [ENDS, 8, 0, 'echo-request'],
    [ENDS, 3, 1, 'host-unreachable'],
    [ENDS, 3, 4, 'fragmentation-needed'],
    [ENDS, 11, 0, 'time-exceeded'],
    [ENDS, 3, 99, null],
    [SIX, 1, 4, 'port-unreachable'],
    [SIX, 2, 0, 'packet-too-big'],
    [SIX, 3, 0, 'time-exceeded'],
    [SIX, 129, 0, 'echo-reply'],
    [SIX, 135, 0, 'neighbour-solicitation'],
    [SIX, 200, 0, null],
  ])('of %o, type %i and code %i, is called %s', (ends, type, code, name) => {
    const rest = type === 135 ? Array<number>(20).fill(0) : [0, 0, 0, 0]
    expect(decode(make.icmpFrame({ ...ends, type, code, rest })).icmp).toEqual({
      version: ends === SIX ? 6 : 4,
      type,
      code,
      name,
      about: null,
    })
  })

  test('about a packet of which only the first eight bytes were sent back tells its ports', () => {
    const segment = make.tcpFrame({ ...ENDS, flags: ['SYN'], sequence: 77 })
    const { icmp } = decode(make.icmpAbout(segment, 11, 0, { from: '10.0.0.254', quote: 28 }))
    expect(icmp?.about?.tcp).toBe(null)
    expect(fieldsOf(icmp?.about as Decoded, 'tcp')).toEqual({ sourcePort: 40112, destinationPort: 12824, sequence: 77 })
    expect(defects(icmp?.about as Decoded)).toEqual(['tcp truncated'])
  })

  test('says where the packet inside ends, when something follows it', () => {
    const datagram = make.udpFrame({ ...ENDS, payload: 'x'.repeat(200) })
    const whole = make.icmpAbout(datagram, 3, 3, { rest: [0, 32, 0, 0] })
    const { icmp } = decode(whole)
    expect(icmp?.about?.payload.bytes.length).toBe(128 - 28)
    expect(icmp?.about?.payload.length).toBe(200)
  })

  test('about an error is not looked into further', () => {
    const error = make.icmpPortUnreachable(make.udpFrame({ ...ENDS, payload: 'x' }))
    const { icmp } = decode(make.icmpPortUnreachable(error))
    expect(icmp?.about?.icmp?.name).toBe('port-unreachable')
    expect(icmp?.about?.icmp?.about).toBe(null)
  })
})

test('a neighbour tells its hardware address', () => {
  const target = make.addressBytes('fe80::2')
  const ends = { from: 'fe80::2', to: 'fe80::1', hopLimit: 255 }
  const rest = [0x60, 0, 0, 0, ...target, 2, 1, 2, 0, 0, 0, 0, 2]
  expect(fieldsOf(decode(make.icmpFrame({ ...ends, type: 136, rest })), 'icmpv6')).toMatchObject({
    router: 0,
    solicited: 1,
    override: 1,
    target: 'fe80::2',
    linkLayerAddress: '02:00:00:00:00:02',
  })
})

test('queries for listeners are of version 2 when they are longer than version 1', () => {
  const query = [0, 9, 0, 0, ...make.addressBytes('::')]
  const ends = { from: 'fe80::1', to: 'ff02::1', type: 130 }
  const [one, two, three] = [[], [2, 125, 0, 0], [10, 125, 0, 1, ...make.addressBytes('fe80::9')]].map((more) =>
    fieldsOf(decode(make.icmpFrame({ ...ends, rest: [...query, ...more] })), 'icmpv6'),
  )
  expect(one).not.toHaveProperty('robustness')
  expect(two).toMatchObject({
    maximumResponse: 9,
    group: '::',
    suppress: 0,
    robustness: 2,
    queryInterval: 125,
    sources: 0,
  })
  expect(three).toMatchObject({ suppress: 1, sources: 1, source: 'fe80::9' })
})

test('layers are worked out once, when they are first asked for', () => {
  const decoded = decode(make.tcpFrame(ENDS))
  expect(decoded.layers).toBe(decoded.layers)
})
