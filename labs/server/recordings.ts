/** The recordings of the catalog as files: beside its lab, one for each mixture of languages. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { differences, shapeOf } from '../checks/shape.ts'
import type { BenchEvent } from '../events.ts'
import type { Lab } from '../lab.ts'
import { knownOf, type Recording, type RecordingHeader, readRecording, writeRecording } from '../recording.ts'

/** Where the recording of a lab in a mixture of languages lies. @param folder the course's folder */
export function placeOf(folder: string, lab: Lab, mixture: string): string {
  return join(folder, 'labs', 'catalog', lab.id, 'recordings', `${mixture}.jsonl`)
}

/** The recording that is there. Null where there is none, or none that can be opened. */
export async function findRecording(folder: string, lab: Lab, mixture: string): Promise<Recording | null> {
  let text: string
  try {
    text = await readFile(placeOf(folder, lab, mixture), 'utf8')
  } catch {
    return null
  }
  const read = readRecording(text, knownOf(lab))
  return 'kind' in read ? null : read
}

/** A fresh run, to be kept. */
export interface Fresh {
  readonly folder: string
  readonly lab: Lab
  readonly mixture: string
  readonly header: RecordingHeader
  readonly events: readonly BenchEvent[]
  /** Whether it is written also when nothing that counts has changed. */
  readonly force: boolean
}

/** Writes a fresh run in the place of the one that is there, if they are not of one shape. @returns what was done. */
export async function keepRecording({ folder, lab, mixture, header, events, force }: Fresh): Promise<string> {
  const before = await findRecording(folder, lab, mixture)
  const changes = before && differences(shapeOf(lab, before.events), shapeOf(lab, events))
  if (changes?.length === 0 && !force) return 'of the same shape, so it stays'
  const place = placeOf(folder, lab, mixture)
  // Read once, fields stand in the order in which every page would save them.
  const read = readRecording(writeRecording(header, events), knownOf(lab))
  if ('kind' in read) throw new Error(`The run cannot be written down: ${JSON.stringify(read)}.`)
  const text = writeRecording(header, read.events)
  await mkdir(dirname(place), { recursive: true })
  await writeFile(`${place}.next`, text)
  await rename(`${place}.next`, place)
  const written = `written (${Math.ceil(text.length / 1024)} KB)`
  return changes && changes.length > 0 ? `${written}, because of\n  ${changes.join('\n  ')}` : written
}
