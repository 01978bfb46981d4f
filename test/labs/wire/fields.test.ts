import { expect, test } from 'vitest'
import { decode } from '../../../labs/wire/decode.ts'
import { NAMES, readCapture } from '../../helpers/captures.ts'
import { allBits } from '../../helpers/layers.ts'
import { allLayers } from '../../helpers/tshark-compare.ts'

test.each(NAMES)('every bit of every header in %s belongs to exactly one field', (name) => {
  const wrong = readCapture(name).flatMap(({ bytes, length }, i) =>
    allLayers(decode(bytes, length)).flatMap((layer) => {
      const owners = allBits(layer)
      const bad = owners.findIndex((count) => count !== 1)
      return bad === -1 ? [] : [`frame ${i + 1}: bit ${bad} of ${layer.name} belongs to ${owners[bad]}`]
    }),
  )
  expect(wrong).toEqual([])
})

test.each(NAMES)('headers in %s follow each other without a gap, up to the payload', (name) => {
  for (const { bytes, length } of readCapture(name)) {
    const { layers, payload } = decode(bytes, length)
    const ends = layers.map((layer) => layer.offset + layer.length)
    expect([...layers.map(({ offset }) => offset), payload.offset]).toEqual([0, ...ends])
  }
})

/** Parts of options, and of the records in a report of listeners. */
const REPEATS = [
  ...['auxiliaryLength', 'group', 'optionKind', 'optionLength', 'optionReserved', 'recordType', 'sources'].map(
    (name) => `icmpv6.${name}`,
  ),
  ...['optionKind', 'optionLength', 'optionPointer', 'routeAddress', 'timestamp'].map((name) => `ipv4.${name}`),
  ...['optionKind', 'optionLength'].map((name) => `ipv6.${name}`),
  ...['optionData', 'optionKind', 'optionLength', 'sackLeft', 'sackRight'].map((name) => `tcp.${name}`),
]

test('names are unique in a layer, but for what repeats', () => {
  const repeats = new Set<string>()
  for (const { bytes, length } of NAMES.flatMap(readCapture)) {
    for (const { name, fields } of decode(bytes, length).layers) {
      const names = fields.map((field) => `${name}.${field.name}`)
      for (const [i, one] of names.entries()) if (names.indexOf(one) < i) repeats.add(one)
    }
  }
  expect([...repeats].sort()).toEqual(REPEATS)
})
