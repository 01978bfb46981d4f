/** The recordings of the catalog, as stories to draw. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { tellLatest } from '../../labs/checks/tell.ts'
import { readLab } from '../../labs/lab.ts'
import { knownOf, readRecording } from '../../labs/recording.ts'
import { castOf } from '../../site/bench/story/cast.ts'
import { COURSE } from './course.ts'
import type { Shown } from './stories.ts'

/** Names of all recordings: `udp-refused/py`. */
export function recordingNames(): string[] {
  const files = globSync('labs/catalog/*/recordings/*.jsonl', { cwd: COURSE }).sort()
  return files.map((file) => `${basename(dirname(dirname(file)))}/${basename(file, '.jsonl')}`)
}

/** The story of a recording; null where it tells none. @throws {Error} when it cannot be read. */
export async function recordedStory(name: string): Promise<Shown | null> {
  const [id = '', mixture = ''] = name.split('/')
  const folder = join(COURSE, 'labs', 'catalog', id)
  const lab = readLab(id, (await import(pathToFileURL(join(folder, 'lab.ts')).href)).default)
  const recording = readRecording(readFileSync(join(folder, 'recordings', `${mixture}.jsonl`), 'utf8'), knownOf(lab))
  if ('kind' in recording) throw new Error(`The recording ${name} cannot be read: ${JSON.stringify(recording)}`)
  const story = tellLatest(lab, recording.events)
  return story && { cast: castOf(lab), story }
}
