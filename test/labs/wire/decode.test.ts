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
