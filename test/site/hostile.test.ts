/** Recordings that are well formed and make no sense: whoever writes one by hand must not be able to break a page. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shapeOf } from '../../labs/checks/shape.ts'
import { tellLatest } from '../../labs/checks/tell.ts'
import type { Lab } from '../../labs/lab.ts'
import { knownOf, type Recording, readRecording } from '../../labs/recording.ts'
import { lastRun } from '../../labs/recording-take.ts'
import { placeOf } from '../../labs/server/recordings.ts'
import { marksOf } from '../../site/bench/code/marks.ts'
import { Evidence } from '../../site/bench/evidence.ts'
import { fold, type LabView, untouched } from '../../site/bench/fold.ts'
import { labWords } from '../../site/bench/sentences.ts'
import { rowsOf as socketRows } from '../../site/bench/sockets/rows.ts'
import { diagramOf } from '../../site/bench/sockets/states.ts'
import { castOf } from '../../site/bench/story/cast.ts'
import { sentenceOf } from '../../site/bench/story/sentence.ts'
import { stationsOf } from '../../site/bench/story/stations.ts'
import { plainOf } from '../../site/bench/story/wording.ts'
import { drawingOf } from '../../site/bench/wire/drawing.ts'
import { geometryOf } from '../../site/bench/wire/layout.ts'
import { EVERYTHING } from '../../site/bench/wire/rows.ts'
import { COURSE } from '../helpers/course.ts'
import { allLabs } from '../helpers/labs.ts'
import { seeded } from '../helpers/random.ts'
import { storyWordsOf } from '../helpers/story-words.ts'

const MANGLED = 300
const words = storyWordsOf('en')

/** One text of each lab that has programs. */
const sources = (await allLabs()).flatMap((lab) => {
  if (lab.programs.length === 0) return []
  const folder = join(placeOf(COURSE, lab, ''), '..')
  const [first = ''] = readdirSync(folder)
  return [{ lab, id: lab.id, text: readFileSync(join(folder, first), 'utf8') }]
})

/** Everything of the page that thinks, for a recording as if it had just been played. */
function look(lab: Lab, { events, ...recording }: Recording): number {
  let view: LabView = untouched(lab.programs.map(({ name }) => name))
  view = fold(view, { kind: 'recording', recording, origin: 'file' })
  const evidence = new Evidence()
  for (const event of events) {
    view = fold(view, { kind: 'event', event, replayed: false })
    evidence.add(event)
  }
  labWords({}, fold(view, { kind: 'played' }))
  lastRun(events)
  shapeOf(lab, events)
  const story = tellLatest(lab, evidence.events)
  if (story === null) return 0
  const cast = castOf(lab)
  const stations = stationsOf(cast)
  const geometry = geometryOf(504, stations.length)
  const measure = (text: string) => text.length * 6
  for (const scale of ['events', 'time'] as const) {
    const drawn = drawingOf({ story, choice: EVERYTHING, scale, stations, voice: { words, cast }, geometry, measure })
    for (const place of drawn.rows.keys()) drawn.view(place)
  }
  const steps = story.steps.length
  for (const at of new Set([0, 1, Math.floor(steps / 2), steps])) {
    if (at > steps) continue
    plainOf(sentenceOf(story, at, cast), { words, cast })
    socketRows(story, at, words)
    diagramOf(story, at, null, cast)
    for (const { name } of lab.programs) {
      story.doingAt(at, name)
      marksOf(story, at, name, words)
    }
  }
  for (let at = 0; at <= steps; at += 1) plainOf(sentenceOf(story, at, cast), { words, cast })
  return steps
}

/** The recording with some of its lines taken out, said twice, put elsewhere, or with other numbers in them. */
function mangled(text: string, random: () => number): string {
  const pick = (count: number) => Math.floor(random() * count)
  const [head = '', ...all] = text.split('\n').slice(0, -2)
  let lines = all
  for (let change = 0; change <= pick(5); change += 1) {
    const at = pick(lines.length)
    const other = pick(lines.length)
    const line = lines[at] ?? ''
    const kind = random()
    if (kind < 0.3) lines = lines.toSpliced(at, 1 + pick(3))
    else if (kind < 0.5) lines = lines.toSpliced(other, 0, line)
    else if (kind < 0.7) lines = lines.with(at, lines[other] ?? '').with(other, line)
    else if (kind < 0.85)
      lines = lines.with(
        at,
        line.replace(/\d+/g, (one) => (random() < 0.2 ? String(pick(70_000)) : one)),
      )
    else
      lines = lines.with(
        at,
        line.replace(/"hex":"[^"]*"/, (hex) => `${hex.slice(0, 8 + 2 * pick((hex.length - 8) / 2))}"`),
      )
  }
  return `${[head, ...lines, JSON.stringify({ end: lines.length })].join('\n')}\n`
}

describe('a page', () => {
  test.each(sources)('takes in what $id recorded', ({ lab, text }) => {
    const read = readRecording(text, knownOf(lab))
    if ('kind' in read) throw new Error(JSON.stringify(read))
    expect(look(lab, read)).toBeGreaterThan(3)
  })

  test(`takes in ${MANGLED} recordings that were mangled`, () => {
    const random = seeded(12)
    let opened = 0
    for (let round = 0; round < MANGLED; round += 1) {
      const source = sources[round % sources.length]
      if (!source) throw new Error('Nothing is recorded.')
      const { lab, text } = source
      const broken = mangled(text, random)
      const read = readRecording(broken, knownOf(lab))
      if ('kind' in read) continue
      opened += 1
      try {
        look(lab, read)
      } catch (error) {
        throw new Error(`${lab.id}, round ${round}: ${(error as Error).stack}\n${broken}`)
      }
    }
    expect(opened).toBeGreaterThan(MANGLED / 3)
  }, 180_000)
})
