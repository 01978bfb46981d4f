import { expect, test } from 'vitest'
import { verifyChecksums } from '../../../labs/wire/checksum.ts'
import { decode } from '../../../labs/wire/decode.ts'
import { type KeptFrame, NAMES, readCapture } from '../../helpers/captures.ts'
import { allBits } from '../../helpers/layers.ts'
import { mutants } from '../../helpers/mutants.ts'
import { seeded } from '../../helpers/random.ts'
import { allLayers } from '../../helpers/tshark-compare.ts'

const SEED = 20_260_801

/** Bytes of chance behind the beginning of an Ethernet header, so that they get somewhere. */
function noise(count: number): KeptFrame[] {
  const random = seeded(SEED)
  const below = (limit: number) => Math.floor(random() * limit)
  const starts = [
    [],
    [8, 6],
    [8, 0],
    [8, 0, 0x45, 0],
    [8, 0, 0x4f, 0],
    [0x86, 0xdd],
    [0x86, 0xdd, 0x60, 0, 0, 0, 5, 220, [0, 43, 44, 51, 58, 60][below(6)] ?? 0],
  ]
  return Array.from({ length: count }, () => {
    const start = starts[below(starts.length)] ?? []
    const bytes = Uint8Array.from({ length: below(below(2000) + 1) }, () => below(random() < 0.5 ? 256 : 4))
    bytes.set(start.slice(0, Math.max(0, bytes.length - 12)), Math.min(12, bytes.length))
    return { bytes, length: bytes.length + (random() < 0.3 ? below(1500) : 0) }
  })
}

/** What holds for every frame, whatever it says; null when it does. */
function whatIsWrong({ bytes, length }: KeptFrame): string | null {
  const decoded = decode(bytes, length)
  const layers = allLayers(decoded)
  const fields = layers.flatMap((layer) => layer.fields)
  if (layers.length > 6) return `${layers.length} layers`
  // A byte has eight bits; work is bounded by that.
  if (fields.length > 8 * bytes.length) return `${fields.length} fields in ${bytes.length} bytes`
  for (const layer of layers) {
    if (layer.offset + layer.length > bytes.length) return `${layer.name} leaves the frame`
    if (allBits(layer).some((count) => count !== 1)) return `${layer.name} has bits without a field, or with two`
  }
  const { payload } = decoded
  const there = Math.max(0, Math.min(payload.length, bytes.length - payload.offset))
  if (payload.offset > bytes.length || payload.length < 0) return 'the payload begins behind the frame'
  if (payload.bytes.length !== there) return `the payload has ${payload.bytes.length} bytes of ${there}`
  const inside = decoded.icmp?.about?.payload
  const end = payload.offset + payload.bytes.length
  if (inside && inside.offset + inside.bytes.length > end) return 'the packet inside an error leaves it'
  for (const { verdict, expected } of verifyChecksums(bytes, decoded)) {
    if (expected !== null && !(expected >= 0 && expected <= 0xffff)) return `${verdict}, expected ${expected}`
  }
  return null
}

test.each([
  ['kept frames that were changed and cut', () => mutants(NAMES.flatMap(readCapture), 15_000, SEED)],
  ['bytes of chance', () => noise(10_000)],
])('%s are decoded as far as they go: nothing is thrown, no field leaves its header', (_, make) => {
  const frames = make()
  const wrong = frames.flatMap((frame, i) => {
    const what = whatIsWrong(frame)
    return what === null ? [] : [`frame ${i}: ${what}: ${Buffer.from(frame.bytes).toString('hex')}`]
  })
  expect(frames.length).toBeGreaterThanOrEqual(10_000)
  expect(wrong).toEqual([])
})

test('every prefix of every kept frame is decoded, and never says more than the frame does', () => {
  let prefixes = 0
  for (const { bytes, length } of NAMES.flatMap(readCapture)) {
    for (let kept = 0; kept < bytes.length; kept++) {
      const frame = { bytes: bytes.slice(0, kept), length }
      prefixes += 1
      const what = whatIsWrong(frame)
      if (what !== null) throw new Error(`${what}: ${Buffer.from(frame.bytes).toString('hex')}`)
    }
  }
  expect(prefixes).toBeGreaterThan(10_000)
})

test('the longest chains a frame has room for are walked once', () => {
  const chain = (next: number, count: number, header: number[]) => [next, ...Array(count).fill(header).flat()]
  const six = (first: number, rest: number[]) =>
    Uint8Array.from([
      ...Array(12).fill(0),
      0x86,
      0xdd,
      0x60,
      0,
      0,
      0,
      255,
      255,
      first,
      64,
      ...Array(32).fill(1),
      ...rest,
    ])
  const hopByHop = six(0, chain(0, 8000, [0, 1, 0, 0, 0, 0, 0, 0]).slice(1))
  const pads = six(60, [59, 255, ...Array(2046).fill(0)])
  const records = six(58, [143, 0, 0, 0, 0, 0, 255, 255, ...Array(65_000).fill(0)])
  for (const bytes of [hopByHop, pads, records]) expect(whatIsWrong({ bytes, length: bytes.length })).toBe(null)
  expect(decode(hopByHop).layers[1]?.fields.length).toBeGreaterThan(8000)
})
