/** The recordings that come with the course, at build time. */
import type { Story } from '../labs/checks/story.ts'
import { tellLatest } from '../labs/checks/tell.ts'
import type { Lab } from '../labs/lab.ts'
import { knownOf, type Recording, readRecording } from '../labs/recording.ts'
import { LAB_IDS, labOf } from './labs.ts'

const files = import.meta.glob<string>('/labs/catalog/*/recordings/*.jsonl', {
  eager: true,
  import: 'default',
  query: '?raw',
})

/** One recording: what its programs are written in, as `mixtureOf` says it, and its text. */
export interface Recorded {
  readonly lab: string
  readonly mixture: string
  readonly text: string
}

/** All recordings of all labs. */
export function allRecordings(): Recorded[] {
  return Object.entries(files).map(([path, text]) => {
    const [, lab = '', mixture = ''] = /catalog\/([^/]+)\/recordings\/(.+)\.jsonl$/.exec(path) ?? []
    if (!LAB_IDS.includes(lab)) throw new Error(`${path.slice(1)} is a recording of a lab that does not exist.`)
    return { lab, mixture, text }
  })
}

/**
 * The days on which a lab was recorded, by mixture: `{ 'ts-py': '2026-08-20' }`.
 * @throws {Error} naming the file, for a recording that no page would open; so the build stops.
 */
export function recordedOn(lab: Lab): Readonly<Record<string, string>> {
  const own = allRecordings().filter((recording) => recording.lab === lab.id)
  return Object.fromEntries(own.map((recording) => [recording.mixture, read(lab, recording).recorded.slice(0, 10)]))
}

/**
 * What happened in the recorded run of a lab, for pictures that are drawn from it.
 * @throws {Error} naming what is missing or cannot be read; so the build stops.
 */
export function recordedStory(id: string, mixture: string): Story {
  const lab = labOf(id)
  const recorded = allRecordings().find((recording) => recording.lab === id && recording.mixture === mixture)
  if (recorded === undefined)
    throw new Error(`The lab ${id} has no recording ${mixture}. Make it: npm run record ${id}`)
  const story = tellLatest(lab, read(lab, recorded).events)
  if (story === null) throw new Error(`The recording ${mixture} of ${id} tells of no run.`)
  return story
}

function read(lab: Lab, { mixture, text }: Recorded): Recording {
  const recording = readRecording(text, knownOf(lab))
  if (!('kind' in recording)) return recording
  const { kind, ...values } = recording
  throw new Error(
    `labs/catalog/${lab.id}/recordings/${mixture}.jsonl is not a recording of its lab: ${kind} ` +
      `${JSON.stringify(values)}. Record it anew: npm run record ${lab.id}`,
  )
}
