import { describe, expect, test } from 'vitest'
import { writePcapng } from '../../../labs/wire/pcapng.ts'
import { readPcapng } from '../../helpers/captures.ts'
import { tcpFrame, udpFrame } from '../../helpers/frames.ts'
import { findTshark, runTshark } from '../../helpers/tshark.ts'

const tshark = await findTshark()

const syn = tcpFrame({ from: '10.0.0.1:40112', to: '10.0.0.2:12824', flags: ['SYN'] })
const datagram = udpFrame({ from: '127.0.0.1:40112', to: '127.0.0.1:12824', payload: '你好' })
const file = writePcapng({
  interfaces: [{ name: 'a—b', description: 'wire 0' }, { name: 'lo of a' }],
  frames: [
    { interface: 0, t: 0, bytes: syn, length: syn.length, comment: 'lost 丢失' },
    { interface: 1, t: 1, bytes: datagram, length: datagram.length },
    { interface: 0, t: 2_000_000_003, bytes: syn.slice(0, 40), length: 1514, comment: '' },
  ],
  began: 1_767_225_600_123_456_789n,
  application: 'Both Ends',
  comment: 'udp-aligned',
})

describe('a pcapng file', () => {
  test('says little-endian version 1.0, then nanoseconds for each interface, in blocks of whole words', () => {
    const view = new DataView(file.buffer)
    const types: number[] = []
    for (let at = 0; at < file.length; at += view.getUint32(at + 4, true)) {
      const length = view.getUint32(at + 4, true)
      expect(length % 4).toBe(0)
      expect(view.getUint32(at + length - 4, true)).toBe(length)
      types.push(view.getUint32(at, true))
    }
    expect(types).toEqual([0x0a0d0d0a, 1, 1, 6, 6, 6])
    expect([view.getUint32(8, true), view.getUint16(12, true), view.getUint16(14, true)]).toEqual([0x1a2b3c4d, 1, 0])
    expect(Buffer.from(file).includes(Buffer.from([9, 0, 1, 0, 9, 0, 0, 0]))).toBe(true)
  })

  test('keeps each frame unchanged, with its whole length and what became of it', () => {
    expect(readPcapng(file)).toEqual([
      { bytes: syn, length: syn.length, comment: 'lost 丢失' },
      { bytes: datagram, length: datagram.length, comment: undefined },
      { bytes: syn.slice(0, 40), length: 1514, comment: undefined },
    ])
  })

  test('refuses a frame of an interface that it does not have', () => {
    const frame = { interface: 1, t: 0, bytes: syn, length: syn.length }
    const capture = { interfaces: [{ name: 'a—b' }], frames: [frame], began: 0n, application: 'Both Ends' }
    expect(() => writePcapng(capture)).toThrow('A frame names interface 1, but there are only 1.')
  })

  const title = `is read by tshark${tshark === null ? ' (not found here)' : ''} as it was written`
  test.skipIf(tshark === null)(title, async () => {
    const fields =
      'frame.interface_name frame.interface_description frame.time_epoch frame.len frame.cap_len frame.comment'
    const text = await runTshark(file, ['-T', 'fields', ...fields.split(' ').flatMap((field) => ['-e', field])])
    expect(text.split('\n').filter((line) => line !== '')).toEqual([
      `a—b\twire 0\t1767225600.123456789\t${syn.length}\t${syn.length}\tlost 丢失`,
      `lo of a\t\t1767225600.123456790\t${datagram.length}\t${datagram.length}\t`,
      'a—b\twire 0\t1767225602.123456792\t1514\t40\t',
    ])
  })
})
