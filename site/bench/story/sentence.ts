/** One plain sentence for each moment of a story. Pure: what is told is chosen here, how is `content/ui/`. */
import type { Step, Story } from '../../../labs/checks/story.ts'
import { callClauses, callName, waitClauses } from './call-sentence.ts'
import type { Cast } from './cast.ts'
import { faultClauses, roadClauses } from './fault-sentence.ts'
import { packetClauses } from './packet-sentence.ts'
import { meanwhileClauses } from './waiting.ts'

/** Somebody in a sentence, shown with the mark and in the colour of its end. */
export interface Who {
  /** Null where it is no program's: then it is the host's kernel. */
  readonly program: string | null
  readonly host: string | null
  /** The program, the kernel below it, or the end of the conversation as a whole. */
  readonly part: 'program' | 'kernel' | 'name'
}

/** A number of things, worded with its noun: `4 bytes`, `1 byte`. */
export interface Count {
  readonly count: number
  /** `count.<of>.one` and `count.<of>.many` in the words. */
  readonly of: string
}

export type Value = string | number | Who | Count | Clause

/** One of the short sentences of a moment, or a part of one: its key and the values of its `{places}`. */
export interface Clause {
  readonly key: string
  readonly values: Readonly<Record<string, Value>>
}

/** What is said at a moment: one to four short sentences, in order. */
export type Sentence = readonly Clause[]

/** The sentence for the step `at` of a story; 0 is the moment before the first. */
export function sentenceOf(story: Story, at: number, cast: Cast): Sentence {
  const step = story.steps[at - 1]
  if (step === undefined) return [{ key: 'story.before', values: {} }, ...roadClauses(story)]
  if (step.kind === 'packet') return packetClauses(story, step, cast)
  return [...clausesOf(story, step, cast), ...meanwhileClauses(story, step, cast)]
}

function clausesOf(story: Story, step: Exclude<Step, { kind: 'packet' }>, cast: Cast): Sentence {
  switch (step.kind) {
    case 'starts': {
      const act = story.acts[step.act]
      const language = act?.language === 'py' ? 'Python' : 'TypeScript'
      const road = step.at === 1 ? roadClauses(story) : []
      return [{ key: 'story.starts', values: { who: programOf(step), language } }, ...road]
    }
    case 'ends':
      return [endClause(story, step)]
    case 'waits':
      return waitClauses(story, step)
    case 'holds':
      return [{ key: 'story.holds', values: { who: programOf(step), call: callName(step) } }]
    case 'calls':
    case 'returns':
      return callClauses(story, step)
    case 'faults':
    case 'seed':
      return faultClauses(step, cast)
    case 'gap': {
      const what: Count = { count: step.count, of: step.what }
      return [{ key: 'story.gap', values: { what, why: { key: `gap.${step.why}`, values: {} } } }]
    }
  }
}

function endClause(story: Story, step: Step & { kind: 'ends' }): Clause {
  const who = programOf(step)
  const { code = null, signal = null, stopped = false } = story.acts[step.act]?.exit ?? {}
  if (stopped && signal !== null) return { key: 'story.ends.stopped', values: { who, signal } }
  if (stopped && code !== null) return { key: 'story.ends.stopped-well', values: { who, code: String(code) } }
  if (signal !== null) return { key: 'story.ends.signal', values: { who, signal } }
  if (code === null) return { key: 'story.ends', values: { who } }
  return { key: code === 0 ? 'story.ends.well' : 'story.ends.badly', values: { who, code: String(code) } }
}

/** The program whose step it is. */
function programOf({ program, host }: Step): Who {
  return { program, host, part: 'program' }
}
