/** What a lesson asks of its reader, read from its text; and how much of it was done. Pure. */
import type { Progress } from './progress.ts'

/** What stands in a lesson, in its order. */
export interface LessonAsks {
  /** Labs by id. */
  readonly labs: readonly string[]
  /** `<lab>/<id>`. */
  readonly predictions: readonly string[]
  readonly tasks: readonly string[]
  /** Ids alone. */
  readonly quizzes: readonly string[]
}

/** What was done of it. */
export interface LessonState {
  readonly seen: boolean
  readonly read: boolean
  readonly run: number
  readonly predicted: number
  readonly passed: number
  readonly answered: number
  /** Quiz questions whose last first answer was wrong: to be tried again. */
  readonly again: number
  /** Everything that can be done was done. */
  readonly complete: boolean
}

/** Finds the components of a lesson. The lesson is known to be sound: see `lessons/check.ts`. */
export function asksOf(source: string): LessonAsks {
  const text = source.replace(/^```[\s\S]*?^```/gm, '')
  const tags = (name: string) =>
    [...text.matchAll(new RegExp(`<${name}\\s([^>]*)>`, 'g'))].map(([, attributes = '']) => (key: string) => {
      const found = new RegExp(`\\b${key}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes)
      return found?.[1] ?? found?.[2] ?? ''
    })
  const inLab = (of: (key: string) => string) => `${of('lab')}/${of('id')}`
  return {
    labs: tags('Lab').map((of) => of('id')),
    predictions: tags('Predict').map(inLab),
    tasks: tags('Task').map(inLab),
    quizzes: tags('Quiz').map((of) => of('id')),
  }
}

/** What was done of a lesson. */
export function stateOf(path: string, asks: LessonAsks, done: Progress): LessonState {
  const { labs, predictions, tasks, quizzes } = asks
  const { seen, read } = done.lessons[path] ?? {}
  const count = (ids: readonly string[], is: (id: string) => boolean) => ids.filter(is).length
  const run = count(labs, (id) => done.labs[id] !== undefined)
  const predicted = count(predictions, (id) => done.predictions[id] !== undefined)
  const passed = count(tasks, (id) => done.tasks[id] !== undefined)
  const answered = count(quizzes, (id) => done.quizzes[`${path}/${id}`]?.right === true)
  const again = count(quizzes, (id) => done.quizzes[`${path}/${id}`]?.right === false)
  const complete =
    read !== undefined && passed === tasks.length && answered === quizzes.length && predicted === predictions.length
  return {
    seen: seen !== undefined || run > 0,
    read: read !== undefined,
    run,
    predicted,
    passed,
    answered,
    again,
    complete,
  }
}

/** Which part of all there is to do was done, from 0 to 1: reading it counts like one task. */
export function shareOf(asks: LessonAsks, state: LessonState): number {
  const all = 1 + asks.labs.length + asks.predictions.length + asks.tasks.length + asks.quizzes.length
  return (Number(state.read) + state.run + state.predicted + state.passed + state.answered) / all
}
