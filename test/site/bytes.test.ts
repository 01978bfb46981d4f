import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import type { Packet, Story } from '../../labs/checks/story.ts'
import { decode } from '../../labs/wire/decode.ts'
import { ORIGINS } from '../../labs/wire/names.ts'
import { fieldAt, layersOf } from '../../site/bench/bytes/layers.ts'
import { bytesBefore, cellsOf, pointsOf } from '../../site/bench/bytes/ruler.ts'
import { icmpPortUnreachable, tcpFrame, udpFrame } from '../helpers/frames.ts'

const UP = { from: '10.0.0.1:40000', to: '10.0.0.2:12824' }
const DOWN = { from: UP.to, to: UP.from }
const words = (lang: string): Record<string, string> =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../content/ui/${lang}/bytes.json`), 'utf8'))

/** A story of these frames, one conversation, as far as bytes need it. */
function storyOf(frames: readonly Uint8Array[], given: readonly Partial<Packet>[] = []): Story {
  const packets = frames.map((bytes, index) => ({
    number: index + 1,
    wire: 0,
    bytes,
    length: bytes.length,
    decoded: decode(bytes),
    conversation: 0,
    sequence: null,
    acknowledgment: null,
    range: null,
    ...given[index],
  }))
  const conversations = [{ packets: packets.map(({ number }) => number) }]
  return { packets, conversations } as unknown as Story
}

function layersOfFrame(bytes: Uint8Array, given: Partial<Packet> = {}) {
  const story = storyOf([bytes], [given])
  return layersOf(story, story.packets[0] as Packet)
}

describe('the layers of a packet', () => {
  it('of four bytes over UDP are 14 of link, 20 of IP, 8 of UDP, and 4 that the program handed over', () => {
    const layers = layersOfFrame(udpFrame({ ...UP, payload: iconv.encode('数据', 'gbk') }))
    expect(layers.map(({ osi, from, to }) => [osi, to - from])).toEqual([
      [2, 14],
      [3, 20],
      [4, 8],
      [5, 0],
      [6, 0],
      [7, 4],
    ])
    expect(layers.at(-1)?.to).toBe(46)
  })

  it('of an ICMP error go on with the packet that it quotes, and end there', () => {
    const about = udpFrame({ ...UP, payload: 'x' })
    const layers = layersOfFrame(icmpPortUnreachable(about))
    expect(layers.map(({ name, quoted }) => [name, quoted])).toEqual([
      ['ethernet', false],
      ['ipv4', false],
      ['icmp', false],
      ['ipv4', true],
      ['udp', true],
    ])
  })

  it('find for every byte of a header the field it belongs to', () => {
    const layers = layersOfFrame(tcpFrame({ ...UP, flags: ['SYN'], options: { mss: 1460, windowScale: 7 } }))
    const tcp = layers.find(({ name }) => name === 'tcp')
    for (let byte = 0; byte < (tcp?.to ?? 0); byte++) {
      const found = fieldAt(layers, byte)
      const field = found && layers[found.layer]?.fields[found.field]
      expect(field && field.from <= byte && byte < field.to).toBe(true)
    }
    expect(fieldAt(layers, 9999)).toBeNull()
  })

  it('say of a port how its two bytes make one number', () => {
    const tcp = layersOfFrame(tcpFrame(UP)).find(({ name }) => name === 'tcp')
    const port = tcp?.fields.find(({ key }) => key === 'tcp.destinationPort')
    expect(port).toMatchObject({ from: 36, to: 38, hex: '32 18', value: '12824' })
    expect(port?.reading).toEqual({ key: 'reading.sum', values: { hex: '0x3218', sum: '50 × 256 + 24' } })
  })

  it('read sequence numbers relative, and a window as both SYNs have agreed to scale it', () => {
    const story = storyOf(
      [
        tcpFrame({ ...UP, flags: ['SYN'], options: { windowScale: 7 } }),
        tcpFrame({ ...DOWN, flags: ['SYN', 'ACK'], options: { windowScale: 5 } }),
        tcpFrame({ ...UP, flags: ['ACK'], window: 502 }),
      ],
      [{}, {}, { sequence: 1, acknowledgment: 1 }],
    )
    const reading = (number: number, field: string) =>
      layersOf(story, story.packets[number - 1] as Packet)
        .find(({ name }) => name === 'tcp')
        ?.fields.find(({ key }) => key === `tcp.${field}`)?.reading
    expect(reading(3, 'sequence')).toEqual({ key: 'reading.relative', values: { relative: 1 } })
    expect(reading(3, 'window')).toEqual({ key: 'reading.scaled', values: { shift: 7, bytes: 502 * 128 } })
    expect(reading(1, 'window')?.key).toBe('reading.sum')
  })

  it('judge checksums, and know that loopback computes none', () => {
    const frame = udpFrame({ ...UP, payload: 'x' })
    const verdict = (given: Partial<Packet>, bytes = frame) =>
      layersOfFrame(bytes, given)
        .find(({ name }) => name === 'udp')
        ?.fields.find(({ key }) => key === 'udp.checksum')?.reading?.key
    expect(verdict({})).toBe('reading.checksum.right')
    expect(verdict({ wire: null })).toBe('reading.checksum.never')
    const broken = frame.slice()
    broken[42] = (broken[42] as number) ^ 1
    expect(verdict({}, broken)).toBe('reading.checksum.wrong')
  })

  it.each(['en', 'zh'])('have a name in %s for every field that can be decoded', (lang) => {
    const known = words(lang)
    const keys = Object.entries(ORIGINS).flatMap(([layer, fields]) =>
      [...Object.keys(fields), 'incomplete'].map((field) => `field.${layer}.${field}`),
    )
    expect(keys.length).toBeGreaterThan(80)
    expect(keys.filter((key) => !known[key])).toEqual([])
  })
})

describe('the ruler', () => {
  const text = iconv.encode('数据', 'gbk')
  const split = storyOf(
    [
      tcpFrame({ ...UP, flags: ['PSH', 'ACK'], payload: text.subarray(0, 3) }),
      tcpFrame({ ...UP, flags: ['PSH', 'ACK'], payload: text.subarray(3) }),
    ],
    [{ range: { from: 0, to: 3 } }, { range: { from: 3, to: 4 } }],
  )

  it('marks a character that the boundary of two segments cuts, on both sides', () => {
    const [first, second] = split.packets as readonly [Packet, Packet]
    const cells = (packet: Packet) =>
      cellsOf(bytesBefore(split, packet), packet.decoded.payload.bytes, 'gbk').map(({ from, to, text, kind }) => [
        from,
        to,
        text,
        kind,
      ])
    expect(cells(first)).toEqual([
      [0, 2, '数', 'character'],
      [2, 3, null, 'cut'],
    ])
    expect(cells(second)).toEqual([[0, 1, null, 'rest']])
  })

  it('reads a datagram for itself, whatever came before', () => {
    const datagrams = storyOf([
      udpFrame({ ...UP, payload: text.subarray(0, 3) }),
      udpFrame({ ...UP, payload: text.subarray(3) }),
    ])
    expect(bytesBefore(datagrams, datagrams.packets[1] as Packet)).toHaveLength(0)
  })

  it('does not read on from a stream of which a part is missing', () => {
    const holed = storyOf(
      [tcpFrame({ ...UP, payload: text.subarray(0, 1) }), tcpFrame({ ...UP, payload: text.subarray(3) })],
      [{ range: { from: 0, to: 1 } }, { range: { from: 3, to: 4 } }],
    )
    expect(bytesBefore(holed, holed.packets[1] as Packet)).toHaveLength(0)
  })

  it('names the code point of each character, and none for what is no character', () => {
    const cells = pointsOf(cellsOf(new Uint8Array(), new Uint8Array([...text, 0xff]), 'gbk'))
    expect(cells.map(({ text }) => text)).toEqual(['U+6570', 'U+636E', null])
  })
})
