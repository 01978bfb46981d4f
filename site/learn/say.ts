/** What is said of progress. Pure. */
import { type Words, word } from '../bench/words.ts'
import type { LessonAsks, LessonState } from './contents.ts'
import type { StoreTrouble } from './store.ts'

/** A lesson's state in a few words; empty for one that was not begun. */
export function stateWords(words: Words, asks: LessonAsks, state: LessonState): string {
  if (state.complete) return word(words, { key: 'progress.done' })
  if (!state.seen && !state.read) return ''
  const parts = [word(words, { key: state.read ? 'progress.read' : 'progress.seen' })]
  const { passed, answered, again } = state
  const count = (key: string, values: Record<string, number>) => parts.push(word(words, { key, values }))
  if (asks.tasks.length > 0) count('progress.tasks', { passed, all: asks.tasks.length })
  if (asks.quizzes.length > 0) count('progress.quizzes', { right: answered, all: asks.quizzes.length })
  if (again > 0) count('progress.again', { again })
  return parts.join(' · ')
}

/** Why what was done cannot be kept. */
export function troubleWords(words: Words, { kind, ...values }: StoreTrouble): string {
  const key = kind === 'full' || kind === 'forbidden' ? `progress.${kind}` : `progress.kept-${kind}`
  return word(words, { key, values })
}
