import { expect, test } from 'vitest'
import { decode } from '../../../labs/wire/decode.ts'
import { LAYERS } from '../../../labs/wire/decoded.ts'
import { ORIGINS, originOf, urlOf } from '../../../labs/wire/names.ts'
import { INCOMPLETE } from '../../../labs/wire/reader.ts'
import { NAMES, readCapture } from '../../helpers/captures.ts'
import { mutants } from '../../helpers/mutants.ts'
import { allLayers } from '../../helpers/tshark-compare.ts'

const frames = NAMES.flatMap(readCapture)
const given = new Set(
  [...frames, ...mutants(frames, 5000, 1)].flatMap(({ bytes, length }) =>
    allLayers(decode(bytes, length)).flatMap(({ name, fields }) => fields.map((field) => `${name}.${field.name}`)),
  ),
)
const known = LAYERS.flatMap((layer) => Object.keys(ORIGINS[layer]).map((name) => `${layer}.${name}`))

test('every field that is decoded has a document and a section, but for what is incomplete', () => {
  const without = [...given].filter((name) => !known.includes(name))
  expect(without.filter((name) => !name.endsWith(`.${INCOMPLETE}`))).toEqual([])
  expect(without.length).toBeGreaterThan(4)
})

test('no field has a document that is never decoded', () => {
  expect(known.filter((name) => !given.has(name))).toEqual([])
  expect(known.length).toBeGreaterThan(150)
})

test('a section has an address', () => {
  expect(originOf('tcp', 'sequence')).toEqual({ rfc: 9293, section: '3.1' })
  expect(urlOf({ rfc: 9293, section: '3.1' })).toBe('https://www.rfc-editor.org/rfc/rfc9293.html#section-3.1')
  expect(urlOf({ rfc: 768, section: 'Fields' })).toBe('https://www.rfc-editor.org/rfc/rfc768.html')
  expect(originOf('tcp', INCOMPLETE)).toBe(null)
  expect(originOf('udp', 'sequence')).toBe(null)
})
