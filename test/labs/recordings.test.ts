/** The recordings of the course, and the labs run anew and held against them. */
import { readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Surroundings } from '../../labs/bench/bench.ts'
import { differences, type Shape, shapeOf } from '../../labs/checks/shape.ts'
import { tell } from '../../labs/checks/tell.ts'
import { LANGUAGES, type Lab, type Language } from '../../labs/lab.ts'
import { mixtureOf, mixtures } from '../../labs/mixture.ts'
import { deedsOf, handOf } from '../../labs/server/hand.ts'
import { recordRun } from '../../labs/server/recorder.ts'
import { findRecording, placeOf } from '../../labs/server/recordings.ts'
import { COURSE } from '../helpers/course.ts'
import { allLabs } from '../helpers/labs.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { testParts } from '../helpers/parts.ts'

/** More than any run of a lab needs, also forty messages by two transports: a page fetches it before it plays. */
const LARGEST = 128 * 1024

/** Labs whose programs talk to their own kernel alone. */
const SILENT = ['port-taken', 'port-low', 'port-beyond', 'socket-leak']

const labs = await allLabs()
const recorded = labs.flatMap((lab) => {
  const programs = lab.programs.map(({ name }) => name)
  return mixtures(programs).map((languages) => ({
    lab,
    languages,
    id: lab.id,
    mixture: mixtureOf(programs, languages),
  }))
})

describe('the recordings', () => {
  test('are there for every lab in every mixture of languages, and for nothing else', () => {
    expect(recorded.length).toBeGreaterThan(25)
    for (const lab of labs) {
      const wanted = recorded.filter(({ id }) => id === lab.id).map(({ mixture }) => `${mixture}.jsonl`)
      expect(readdirSync(dirname(placeOf(COURSE, lab, ''))).sort(), lab.id).toEqual(wanted.sort())
    }
  })

  test.each(recorded)('of $id in $mixture can be opened, is small, and tells one run to its end', async (one) => {
    const { lab, languages, mixture } = one
    expect(statSync(placeOf(COURSE, lab, mixture)).size).toBeLessThan(LARGEST)
    const recording = await findRecording(COURSE, lab, mixture)
    if (!recording) throw new Error('It cannot be opened.')
    expect(recording).toMatchObject({ lab: lab.id, languages, network: 'own' })
    // What only looks at the machine is no run.
    const stories = tell(lab, recording.events)
    expect(stories).toHaveLength(lab.programs.length === 0 ? 0 : 1)
    if (lab.programs.length === 0) return
    expect(stories[0]).toMatchObject({ settled: true, blind: [] })
    expect(stories[0]?.packets.length === 0, 'nothing crosses a wire').toBe(SILENT.includes(lab.id))
    expect(stories[0]?.calls.length).toBeGreaterThan(0)
    expect(recording.events.at(-1)?.kind).toBe('settled')
  })
})

/** Each lab with all of its programs in one language. */
const pure = recorded.filter(({ languages }) => new Set(Object.values(languages)).size <= 1)

describe('run anew', () => {
  let around: Surroundings
  let untraced: Surroundings
  beforeAll(async () => {
    if (whyNoOwnNetwork !== null) return
    const parts = await testParts(COURSE, 'own')
    around = parts
    untraced = { ...parts, policy: { ...parts.policy, calls: false } }
  })
  afterAll(() => around?.networks.close())
  beforeEach(({ skip }) => skip(whyNoOwnNetwork !== null, `no network of its own can be had: ${whyNoOwnNetwork}`))

  test('are all labs, in both languages', () => {
    const programs = labs.filter((lab) => lab.programs.length > 0)
    expect(pure).toHaveLength(programs.length * LANGUAGES.length + labs.length - programs.length)
  })

  // A lab waits more than it works, each in networks of its own.
  test.concurrent.each(pure)(
    '$id in $mixture has the shape of its recording',
    async ({ lab, languages, mixture }) => {
      const recording = await findRecording(COURSE, lab, mixture)
      const fresh = await run(lab, languages, around)
      expect(differences(shapeOf(lab, recording?.events ?? []), shapeOf(lab, fresh))).toEqual([])
      // The client of a frozen handshake waits for 15 seconds.
    },
    90_000,
  )

  test.concurrent.each(pure.filter(({ lab }) => lab.programs.length > 0))(
    '$id in $mixture prints the same and ends the same when nothing traces it',
    async ({ lab, languages, mixture }) => {
      const recording = await findRecording(COURSE, lab, mixture)
      const fresh = await run(lab, languages, untraced)
      expect(fresh.filter(({ kind }) => kind === 'call')).toEqual([])
      expect(differences(seen(shapeOf(lab, recording?.events ?? [])), seen(shapeOf(lab, fresh)))).toEqual([])
    },
    90_000,
  )

  /** What a reader sees of a run who sees no more than its terminals. */
  const seen = (shape: Shape): Shape => new Map([...shape].filter(([name]) => /^(exit|output) of /.test(name)))

  async function run(lab: Lab, languages: Readonly<Record<string, Language>>, where: Surroundings) {
    const deeds = await deedsOf(COURSE, lab)
    return recordRun({ lab, languages }, where, handOf(lab, deeds?.acts ?? []))
  }
})
