/** Divides the story of a run into chapters, as a reader would: programs begin, connect, talk, close, end. Pure. */
import type { Story } from './story.ts'
import { type Talk, talksOf } from './talks.ts'

/** What a chapter is about; the words must have each. */
export const CHAPTERS = [
  /** Programs start, make their sockets, bind, listen, wait. */
  'begin',
  /** TCP: from the call that asks for a connection to the first bytes. */
  'connect',
  /** TCP: it was asked for, and there was none. */
  'refused',
  /** Bytes or datagrams cross. */
  'talk',
  /** UDP: datagrams were sent, and no program got one. */
  'unheard',
  /** TCP: from where an end says that it will send no more, and nothing more is sent that a program gets. */
  'close',
  /** Connections from their beginning to their end, where there are too many to tell each by its parts. */
  'connections',
  /** What is left when nothing crosses any more. */
  'end',
] as const
export type ChapterName = (typeof CHAPTERS)[number]

/** Some steps in a row. All chapters together are all steps, each once. */
export interface Chapter {
  readonly name: ChapterName
  /** Its first and its last step. */
  readonly from: number
  readonly to: number
  /** Which connections it is about, counted from 1; null where the run has but one, or it is about none. */
  readonly connections: { readonly from: number; readonly to: number } | null
}

/** So many separate talks are told by their parts; of more each is one chapter … */
const BY_PARTS = 3

/** … and there are no more chapters of connections than this. */
const MOST = 12

const told = new WeakMap<Story, readonly Chapter[]>()

/** The chapters of a story up to its latest step; none where it has no steps. */
export function chaptersOf(story: Story): readonly Chapter[] {
  const known = told.get(story)
  if (known) return known
  const made = divide(story)
  told.set(story, made)
  return made
}

/** The chapter of a step; null before the first. */
export function chapterAt(story: Story, at: number): Chapter | null {
  return chaptersOf(story).find(({ from, to }) => at >= from && at <= to) ?? null
}

/** Where a chapter begins; it lasts until the next one. */
type Mark = Omit<Chapter, 'to'>

function divide(story: Story): Chapter[] {
  const last = story.steps.length
  if (last === 0) return []
  const talks = talksOf(story)
  const marks: Mark[] = [{ name: 'begin', from: 1, connections: null }]
  const isAlone = talks.reduce((sum, { connections }) => sum + connections, 0) === 1
  const together = talks.length > BY_PARTS ? Math.ceil(talks.length / MOST) : 1
  let number = 1
  for (let i = 0; i < talks.length; i += together) {
    const some = talks.slice(i, i + together)
    const count = some.reduce((sum, { connections }) => sum + connections, 0)
    const connections = isAlone || count === 0 ? null : { from: number, to: number + count - 1 }
    const from = beginningOf(story, talks, i)
    marks.push(
      ...(talks.length > BY_PARTS ? wholeOf(some, from, connections) : partsOf(some[0] as Talk, from, connections)),
    )
    number += count
  }
  marks.push(...endOf(story, talks))
  return filled(marks, last)
}

/** Where a talk begins. The second begins where the first is over: its program starts, and asks for a socket. */
function beginningOf({ steps }: Story, talks: readonly Talk[], i: number): number {
  const talk = talks[i] as Talk
  const before = talks[i - 1]
  if (!before) return talk.from
  const ended = steps.slice(before.to, talk.from - 1).findLast(({ kind }) => kind === 'ends')
  return (ended?.at ?? before.to) + 1
}

function wholeOf(talks: readonly Talk[], from: number, connections: Chapter['connections']): Mark[] {
  const failed = talks.every((talk) => talk.failed && talk.protocol === 'tcp')
  return [{ name: failed ? 'refused' : connections === null ? 'talk' : 'connections', from, connections }]
}

function partsOf(talk: Talk, from: number, connections: Chapter['connections']): Mark[] {
  const { protocol, talks, closes, failed } = talk
  if (protocol === 'udp') return [{ name: failed ? 'unheard' : 'talk', from, connections }]
  if (failed) return [{ name: 'refused', from, connections }]
  const parts = [
    { name: 'connect', from },
    { name: 'talk', from: talks },
    { name: 'close', from: closes },
  ] as const
  return parts.flatMap((part) => (part.from === null ? [] : [{ name: part.name, from: part.from, connections }]))
}

/** What follows the last talk is the end if a program ends there; where nobody talked, it is where the first one ends. */
function endOf({ steps }: Story, talks: readonly Talk[]): Mark[] {
  const over = talks.at(-1)?.to ?? 0
  const ended = steps.slice(over).find(({ kind }) => kind === 'ends')
  if (!ended) return []
  return [{ name: 'end', from: talks.length > 0 ? over + 1 : ended.at, connections: null }]
}

/** Chapters from where they begin; one that would be empty is left out. */
function filled(marks: readonly Mark[], last: number): Chapter[] {
  return marks.flatMap((mark, i): Chapter[] => {
    const to = (marks[i + 1]?.from ?? last + 1) - 1
    return to < mark.from ? [] : [{ ...mark, to }]
  })
}
