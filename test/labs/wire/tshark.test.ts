import { afterAll, describe, expect, test } from 'vitest'
import { findInterpreters } from '../../../labs/bench/interpreters.ts'
import { BY_HAND } from '../../fixtures/captures/by-hand.ts'
import { captureLoopback, captureTrouble, captureTwoHosts } from '../../fixtures/captures/real.ts'
import { type KeptFrame, NAMES, readCapture, readKeptAnswer } from '../../helpers/captures.ts'
import { mutants } from '../../helpers/mutants.ts'
import { findBuilders } from '../../helpers/network-rig.ts'
import { askTshark, findTshark, readAnswer, type Told } from '../../helpers/tshark.ts'
import { compare } from '../../helpers/tshark-compare.ts'
import { TWINS } from '../../helpers/tshark-names.ts'

const tshark = await findTshark()
const [builder] = findBuilders((await findInterpreters()).py?.path)
const hindrance = builder === undefined ? 'nobody to build it' : builder.hindrance

/** It starts networks and reads a few thousand frames, on a machine that may be busy. */
const PATIENCE = 180_000

const figures: string[] = []
afterAll(() => {
  for (const figure of figures) console.log(figure)
})

/** Compares frame by frame, notes how much that was, and gives what differs and which fields both have. */
function compareAll(what: string, frames: readonly KeptFrame[], told: readonly Told[][]) {
  const results = frames.map((frame, i) => compare(frame, told[i] ?? []))
  const fields = results.flatMap((result) => result.fields)
  const checksums = results.reduce((sum, result) => sum + result.checksums, 0)
  figures.push(`${what}: ${frames.length} frames, ${fields.length} fields and ${checksums} checksums as with tshark`)
  const differences = results.flatMap((result, i) => result.differences.map((text) => `frame ${i + 1}: ${text}`))
  return { differences, fields }
}

describe("tshark's kept answers", () => {
  const seen = new Set<string>()

  test.each(NAMES)('about %s are ours: every field, its place, its value; every checksum', (name) => {
    const frames = readCapture(name)
    const answer = readKeptAnswer(name)
    expect(answer.frames).toHaveLength(frames.length)
    expect(frames.length).toBeGreaterThan(30)
    const { differences, fields } = compareAll(`${name} (tshark ${answer.tshark})`, frames, readAnswer(answer, frames))
    expect(differences).toEqual([])
    expect(fields.length).toBeGreaterThan(20 * frames.length)
    for (const field of fields) seen.add(field)
  })

  test('are about every field there is', () => {
    const all = Object.entries(TWINS).flatMap(([layer, fields]) =>
      Object.keys(fields).map((name) => `${layer}.${name}`),
    )
    expect(all.length).toBeGreaterThan(150)
    expect(all.filter((name) => !seen.has(name))).toEqual([])
  })

  test('are about the frames by hand as they are made today', () => {
    expect(readCapture('by-hand')).toEqual(BY_HAND.map(({ bytes, length, comment }) => ({ bytes, length, comment })))
  })
})

describe.skipIf(tshark === null)(`tshark ${tshark ?? '(not found here)'}, asked now`, () => {
  test('says the same of kept frames and of 3,000 that were changed by chance', { timeout: PATIENCE }, async () => {
    const frames = NAMES.flatMap(readCapture)
    const all = [...frames, ...mutants(frames, 3000, 20_260)]
    expect(compareAll(`changed by chance (tshark ${tshark})`, all, await askTshark(all)).differences).toEqual([])
  })

  const network = `in a network of its own${hindrance === null ? '' : ` (impossible here: ${hindrance})`}`
  test.skipIf(hindrance !== null)(
    `says the same of what real programs send ${network}`,
    { timeout: PATIENCE },
    async () => {
      if (builder === undefined) throw new Error('There is nobody to build a network.')
      const captures = [await captureLoopback(builder), await captureTwoHosts(builder), await captureTrouble(builder)]
      const frames = captures.flat()
      expect(frames.length).toBeGreaterThan(90)
      expect(compareAll(`captured now (tshark ${tshark})`, frames, await askTshark(frames)).differences).toEqual([])
    },
  )
})
