/** Every task of every lab: as shipped, as solved, and with wrong answers, in both languages, at real benches. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Surroundings } from '../../labs/bench/bench.ts'
import { type Expected, saysOf, type TaskCheck, type Verdict, verdictOn } from '../../labs/checks/judge.ts'
import { LANGUAGES, type Lab, type Language } from '../../labs/lab.ts'
import { mixtureOf } from '../../labs/mixture.ts'
import { deedsOf } from '../../labs/server/hand.ts'
import { findRecording } from '../../labs/server/recordings.ts'
import { COURSE } from '../helpers/course.ts'
import { allLabs } from '../helpers/labs.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { testParts } from '../helpers/parts.ts'
import { answered, answersOf, checksOf, deedsIn, evidenceOf, filesIn, prove } from '../helpers/proof.ts'

interface Judged {
  readonly lab: Lab
  readonly id: string
  readonly task: string
  readonly check: TaskCheck
}

const wanted = process.env.LAB
const labs = (await allLabs()).filter(({ id }) => !wanted || id === wanted)
const tasks: Judged[] = []
for (const lab of labs) {
  const checks = await checksOf(lab)
  for (const [task, check] of Object.entries(checks?.tasks ?? {})) tasks.push({ lab, id: lab.id, task, check })
}
const each = tasks.flatMap((one) => LANGUAGES.map((language) => ({ ...one, language })))
const wrong = each.flatMap((one) => Object.entries(one.check.wrong).map(([name, says]) => ({ ...one, name, says })))

test('there are tasks to prove', ({ skip }) => {
  skip(wanted !== undefined && tasks.length === 0, `the lab ${wanted} has no tasks`)
  expect(tasks.length).toBeGreaterThan(wanted ? 0 : 4)
})

test.each(labs)('lab $id has wrong answers for its tasks alone, each in both languages', async (lab) => {
  const own = tasks.filter(({ id }) => id === lab.id)
  expect(answersOf(lab, 'solution')).toEqual(own.map(({ task }) => task).sort())
  const named = own.flatMap(({ check }) => Object.keys(check.wrong))
  expect(answersOf(lab, 'wrong')).toEqual(named.sort())
  for (const { task, check } of own) {
    expect(Object.keys(check.wrong).length, `wrong answers of ${task}`).toBeGreaterThanOrEqual(2)
  }
  const folders = [...own.map(({ task }) => `solution/${task}`), ...named.map((name) => `wrong/${name}`)]
  for (const folder of folders) {
    const files = filesIn(lab, folder)
    const deeds = await deedsOf(COURSE, lab, folder)
    expect(files.size + Object.keys(deeds ?? {}).length, folder).toBeGreaterThan(0)
    for (const [program, languages] of files) {
      expect(
        lab.programs.map(({ name }) => name),
        folder,
      ).toContain(program)
      expect(languages.sort(), `${folder}/${program}`).toEqual([...LANGUAGES].sort())
    }
  }
})

describe('at real benches', () => {
  let around: Surroundings
  beforeAll(async () => {
    if (whyNoOwnNetwork === null) around = await testParts(COURSE, 'own')
  })
  afterAll(() => around?.networks.close())
  beforeEach(({ skip }) => skip(whyNoOwnNetwork !== null, `no network of its own can be had: ${whyNoOwnNetwork}`))

  /** What a task says of the programs in a folder, or (null) of the lab as it is. */
  async function verdict({ lab, check, language }: Judged & { language: Language }, folder: string | null) {
    const deeds = await deedsIn(lab, folder)
    if (check.by === 'marking') {
      // What is marked is a packet of any run, so the recorded one will do.
      const mixture = mixtureOf(
        lab.programs.map(({ name }) => name),
        Object.fromEntries(lab.programs.map(({ name }) => [name, language])),
      )
      const recording = await findRecording(COURSE, lab, mixture)
      return verdictOn(check, evidenceOf(lab, recording?.events ?? [], deeds.marks, false))
    }
    const changed = folder === null ? lab : answered(lab, folder)
    return verdictOn(check, await prove(changed, language, around, deeds))
  }

  test.concurrent.each(each)('$id as shipped in $language: $task is not passed, for its reason', async (one) => {
    said(await verdict(one, null), one.check.shipped)
    expect(one.check.shipped.verdict).not.toBe('passed')
  })

  test.concurrent.each(each)(
    '$id as solved in $language: $task is passed, with the steps that prove it',
    async (one) => {
      const solved = await verdict(one, `solution/${one.task}`)
      const told = JSON.stringify(solved)
      expect(solved, told).toMatchObject({ verdict: 'passed', against: null, reason: null })
      expect(solved.points.filter(({ there, steps }) => !there || steps.length === 0)).toEqual([])
    },
  )

  test.concurrent.each(wrong)(
    '$id with the wrong answer $name in $language: $task says why',
    async ({ name, says, ...one }) => {
      said(await verdict(one, `wrong/${name}`), says)
      expect(says.verdict).not.toBe('passed')
    },
  )
})

/** Compares a verdict with what was intended; the whole verdict is told where they differ. */
function said(verdict: Verdict, expected: Expected): void {
  expect({ verdict: verdict.verdict, says: saysOf(verdict) }, JSON.stringify(verdict)).toEqual(expected)
}
