/** One plain sentence for each moment of a story. Pure: what is told is chosen here, how is `content/ui/`. */
import type { Story } from '../../../labs/checks/story.ts'
import type { Cast } from './cast.ts'

/** Somebody in a sentence, shown with the mark and in the colour of its end. */
export interface Who {
  /** Null where it is no program's: then it is the host's kernel. */
  readonly program: string | null
  readonly host: string | null
  readonly part: 'program' | 'kernel'
}

/** A number of things, worded with its noun: `4 bytes`, `1 byte`. */
export interface Count {
  readonly count: number
  /** `count.<of>.one` and `count.<of>.many` in the words. */
  readonly of: string
}

export type Value = string | number | Who | Count

/** One of the one to three short sentences of a moment: its key and the values of its `{places}`. */
export interface Clause {
  readonly key: string
  readonly values: Readonly<Record<string, Value>>
}

/** What is said at a moment, in order. */
export type Sentence = readonly Clause[]

/** The sentence for the step `at` of a story; 0 is the moment before the first. */
export function sentenceOf(story: Story, at: number, cast: Cast): Sentence {
  const step = story.steps[at - 1]
  if (step === undefined) return [{ key: 'story.before', values: {} }]
  const player = cast.programs.find(({ name }) => name === step.program)
  const who: Who = { program: player?.name ?? null, host: step.host, part: player ? 'program' : 'kernel' }
  return [{ key: `story.${step.kind}`, values: { who } }]
}
