/** Labs run as their readers would: as shipped, with a solution, with a wrong answer. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Surroundings } from '../../labs/bench/bench.ts'
import { freshToken } from '../../labs/bench/token.ts'
import type { Deeds } from '../../labs/checks/deeds.ts'
import { Hearing, type Marked, type RunEvidence } from '../../labs/checks/evidence.ts'
import { packets, placeOfPart } from '../../labs/checks/facts.ts'
import type { Checks } from '../../labs/checks/judge.ts'
import { tellLatest } from '../../labs/checks/tell.ts'
import type { BenchEvent } from '../../labs/events.ts'
import { LANGUAGES, type Lab, type Language } from '../../labs/lab.ts'
import { deedsOf, handOf } from '../../labs/server/hand.ts'
import { recordRun } from '../../labs/server/recorder.ts'
import { COURSE } from './course.ts'

const CATALOG = join(COURSE, 'labs', 'catalog')

/** What is judged in a lab; null where there is nothing. */
export async function checksOf(lab: Lab): Promise<Checks | null> {
  const file = join(CATALOG, lab.id, 'checks.ts')
  return existsSync(file) ? (await import(file)).default : null
}

/** The folders of a lab that hold answers of this kind. */
export function answersOf(lab: Lab, kind: 'solution' | 'wrong'): string[] {
  const folder = join(CATALOG, lab.id, kind)
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

/** The lab with the programs of a folder in place of its own: `solution/echo`. */
export function answered(lab: Lab, folder: string): Lab {
  const place = (language: Language, name: string, shipped: string) => {
    const file = `${lab.id}/${folder}/${name}.${language}`
    return existsSync(join(CATALOG, file)) ? file : shipped
  }
  return {
    ...lab,
    programs: lab.programs.map((program) => ({
      ...program,
      files: {
        ts: place('ts', program.name, program.files.ts),
        py: place('py', program.name, program.files.py),
      },
    })),
  }
}

/** What a reader does besides, by what the folder says, or the lab of all its runs; nothing where neither says anything. */
export async function deedsIn(lab: Lab, folder: string | null): Promise<Deeds> {
  const own = folder === null ? null : await deedsOf(COURSE, lab, folder)
  return own ?? (await deedsOf(COURSE, lab)) ?? {}
}

/** Files of a folder of answers, with the languages in which each program is there. */
export function filesIn(lab: Lab, folder: string): Map<string, Language[]> {
  const files = new Map<string, Language[]>()
  for (const name of readdirSync(join(CATALOG, lab.id, folder))) {
    const language = LANGUAGES.find((one) => name.endsWith(`.${one}`))
    if (language && name !== 'deeds.ts') {
      const program = name.slice(0, -1 - language.length)
      files.set(program, [...(files.get(program) ?? []), language])
    }
  }
  return files
}

/** The evidence of a run that is over. */
export function evidenceOf(lab: Lab, events: readonly BenchEvent[], marks: Deeds['marks'], live = true): RunEvidence {
  const hearing = new Hearing(lab)
  for (const event of events) hearing.hear(event)
  const story = tellLatest(lab, events)
  if (story === null) throw new Error('Nothing was run.')
  const evidence = hearing.evidence(story, live ? 'live' : 'recorded', null)
  return marks ? { ...evidence, marked: markOf(evidence, marks) } : evidence
}

/** Runs a lab with all programs in one language, and does what a reader does meanwhile. */
export async function prove(lab: Lab, language: Language, around: Surroundings, deeds: Deeds): Promise<RunEvidence> {
  const languages = Object.fromEntries(lab.programs.map(({ name }) => [name, language]))
  const hand = handOf(lab, deeds.acts ?? [])
  const events = await recordRun({ lab, languages }, { ...around, makeToken: freshToken }, hand)
  const [late] = hand.left
  if (late !== undefined) throw new Error(`${lab.id}: the time never came to do this: ${inspect(late)}`)
  return evidenceOf(lab, events, deeds.marks)
}

function markOf(run: RunEvidence, { field, of }: NonNullable<Deeds['marks']>): Marked {
  const [fact] = packets(run, of).found
  const step = run.story.steps[(fact?.step ?? 0) - 1]
  const packet = step?.kind === 'packet' ? run.story.packets[step.packet - 1] : undefined
  const place = packet ? placeOfPart(packet, field) : null
  if (packet === undefined || place === null) throw new Error(`${run.lab.id}: no packet has the part ${field}.`)
  return { packet: packet.number, ...place }
}
