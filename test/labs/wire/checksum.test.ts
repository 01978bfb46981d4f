import { describe, expect, test } from 'vitest'
import { type Checksum, verifyChecksums } from '../../../labs/wire/checksum.ts'
import { decode } from '../../../labs/wire/decode.ts'
import * as make from '../../helpers/frames.ts'

const FOUR = { from: '10.0.0.1:40112', to: '10.0.0.2:12824' }
const SIX = { from: '[fd00::1]:40112', to: '[fd00::2]:12824' }

const verify = (bytes: Uint8Array, computed = true) => verifyChecksums(bytes, decode(bytes), computed)
const inWords = (checksums: Checksum[]) => checksums.map(({ layer, verdict }) => `${layer} ${verdict}`)
const flipped = (bytes: Uint8Array, at: number) => {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 0x10
  return copy
}

describe('a checksum', () => {
  test.each([
    ['tcp', make.tcpFrame({ ...FOUR, flags: ['PSH', 'ACK'], payload: 'odd' }), ['ipv4 right', 'tcp right']],
    ['udp', make.udpFrame({ ...FOUR, payload: 'even' }), ['ipv4 right', 'udp right']],
    ['icmp', make.icmpFrame({ ...FOUR, type: 8, payload: 'ping' }), ['ipv4 right', 'icmp right']],
    ['tcp over IPv6', make.tcpFrame({ ...SIX, payload: 'odd' }), ['tcp right']],
    ['udp over IPv6', make.udpFrame({ ...SIX, payload: 'even' }), ['udp right']],
    ['icmpv6', make.icmpFrame({ ...SIX, type: 128, payload: 'ping' }), ['icmpv6 right']],
  ])('of %s is right, and wrong when any one bit that it covers is not', (_, frame, right) => {
    expect(inWords(verify(frame))).toEqual(right)
    const last = frame.length - 1
    expect(inWords(verify(flipped(frame, last))).at(-1)).toBe(right.at(-1)?.replace('right', 'wrong'))
  })

  test('of IPv4 covers its header alone, that of TCP the addresses as well', () => {
    const frame = make.tcpFrame(FOUR)
    expect(inWords(verify(flipped(frame, 22)))).toEqual(['ipv4 wrong', 'tcp right'])
    expect(inWords(verify(flipped(frame, 30)))).toEqual(['ipv4 wrong', 'tcp wrong'])
  })

  test('that is wrong says what it should be', () => {
    const frame = make.udpFrame({ ...FOUR, payload: 'hello' })
    const [, before] = verify(frame)
    const [, after] = verify(flipped(frame, 41))
    expect(after).toEqual({ layer: 'udp', offset: 34, verdict: 'wrong', expected: before?.expected })
    expect(before?.expected).toBe(((frame[40] ?? 0) << 8) | (frame[41] ?? 0))
  })

  test('that comes out as 0 is sent by UDP as all ones, and is right', () => {
    // Two bytes that make up for what the sum lacks.
    const without = make.udpFrame({ ...FOUR, payload: '\0\0' })
    const sum = new DataView(without.buffer).getUint16(40)
    const frame = make.udpFrame({ ...FOUR, payload: Uint8Array.of(sum >> 8, sum & 255) })
    expect([frame[40], frame[41]]).toEqual([0xff, 0xff])
    expect(verify(frame)[1]).toMatchObject({ verdict: 'right', expected: 0xffff })
  })

  test('that UDP leaves out is absent', () => {
    expect(inWords(verify(make.udpFrame({ ...FOUR, payload: 'x', noChecksum: true })))).toEqual([
      'ipv4 right',
      'udp absent',
    ])
  })

  test('is unknown where not all of what it covers is there', () => {
    const frame = make.tcpFrame({ ...FOUR, payload: 'x'.repeat(500) })
    const cut = frame.subarray(0, 128)
    expect(inWords(verifyChecksums(cut, decode(cut, frame.length)))).toEqual(['ipv4 right', 'tcp unknown'])
    const [first, second] = make.fragments(make.udpFrame({ ...FOUR, payload: 'x'.repeat(100) }), 64)
    expect(inWords(verify(first as Uint8Array))).toEqual(['ipv4 right', 'udp unknown'])
    expect(inWords(verify(second as Uint8Array))).toEqual(['ipv4 right'])
  })

  test('of TCP and UDP is absent where whoever captured knows that none was computed', () => {
    expect(inWords(verify(make.tcpFrame(FOUR), false))).toEqual(['ipv4 right', 'tcp absent'])
    expect(inWords(verify(make.udpFrame(SIX), false))).toEqual(['udp absent'])
    expect(inWords(verify(make.icmpFrame({ ...SIX, type: 128 }), false))).toEqual(['icmpv6 right'])
  })
})
