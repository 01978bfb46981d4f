/** What recorded runs say to predictions: in which mixture of languages they show which option, and what appeared. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Lab, readLab } from '../../../labs/lab.ts'
import { knownOf, readRecording } from '../../../labs/recording.ts'
import { COURSE } from '../../helpers/course.ts'
import { allLabs } from '../../helpers/labs.ts'
import { checksOf, evidenceOf } from '../../helpers/proof.ts'

const CATALOG = join(COURSE, 'labs', 'catalog')

/** What a recording in this mixture says to the lab's prediction: the option it shows, and what appeared. */
async function answer(id: string, mixture: string): Promise<string> {
  const lab = await labOf(id)
  const text = readFileSync(join(CATALOG, id, 'recordings', `${mixture}.jsonl`), 'utf8')
  const recording = readRecording(text, knownOf(lab))
  if (!('events' in recording)) throw new Error(`${id} ${mixture} is no recording.`)
  const run = evidenceOf(lab, recording.events, undefined, false)
  const [prediction] = Object.values((await checksOf(lab))?.predictions ?? {})
  const saw = Object.entries(prediction?.saw ?? {}).filter(([, ask]) => ask(run).found.length > 0)
  return [prediction?.shows(run)?.option, ...saw.map(([name]) => name)].join(' ')
}

async function labOf(id: string): Promise<Lab> {
  return readLab(id, (await import(join(CATALOG, id, 'lab.ts'))).default)
}

test('every recorded run of a lab with a prediction shows one of its options', async () => {
  const silent: string[] = []
  for (const lab of await allLabs()) {
    if ((await checksOf(lab))?.predictions === undefined) continue
    for (const mixture of ['ts', 'py', 'ts-ts', 'ts-py', 'py-ts', 'py-py']) {
      if (!existsSync(join(CATALOG, lab.id, 'recordings', `${mixture}.jsonl`))) continue
      if (/^($| )/.test(await answer(lab.id, mixture))) silent.push(`${lab.id} ${mixture}`)
    }
  }
  expect(silent).toEqual([])
})

test.each([
  ['udp-envelopes', 'ts-py', 'forty-six unchanged'],
  ['udp-envelopes', 'py-ts', 'forty-six unchanged'],
  ['tcp-envelopes', 'ts-ts', 'many carried back'],
  ['tcp-envelopes', 'py-py', 'many carried back'],
  ['socket-life', 'py-py', 'listen answered two-sockets'],
  ['socket-life', 'ts-ts', 'listen answered two-sockets'],
  ['socket-open', 'py-ts', 'stays arrived receiver'],
  ['socket-open', 'ts-py', 'ends arrived receiver'],
  ['socket-closed', 'ts-ts', 'never one exit-1'],
  ['socket-closed', 'py-py', 'never one exit-1'],
  ['socket-leak', 'py', 'limit twenty exit-1'],
  ['socket-leak', 'ts', 'limit exit-1'],
  ['text-spelled', 'ts-ts', 'three-three-four same length-2 one'],
  ['text-spelled', 'py-py', 'three-three-four same one'],
  ['text-mixed-up', 'py-ts', 'once nonsense unchanged'],
  ['text-mixed-up', 'ts-py', 'never nonsense replaced unchanged'],
  ['text-lost', 'ts-ts', 'question mark euro'],
  ['text-lost', 'py-ts', 'question mark'],
  ['text-lost', 'ts-py', 'refused not-sent'],
  ['text-cut', 'ts-py', 'stream rest six smile'],
  ['text-cut', 'py-ts', 'stream rest six smile'],
  ['udp-bad-road', 'ts-ts', 'all missing twice'],
  ['udp-bad-road', 'py-ts', 'all missing twice'],
  ['tcp-bad-road', 'ts-py', 'longer lost back'],
  ['tcp-bad-road', 'py-py', 'longer lost back'],
  ['tcp-both-send', 'ts-ts', 'quiet both-sent reset'],
  ['tcp-both-send', 'py-py', 'quiet both-sent reset'],
  ['tcp-both-send', 'py-ts', 'quiet both-sent reset'],
])('lab %s answers in %s: %s', async (id, mixture, expected) => {
  expect(await answer(id, mixture)).toBe(expected)
})
