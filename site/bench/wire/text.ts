/** The picture as text: the same rows in the same order, each as it is read aloud. Pure. */
import { momentText } from '../story/time.ts'
import type { Drawing } from './drawing.ts'

/** One line for each row: its events, when it happened, and its name, parted by tabs. */
export function textOf({ rows, story, voice, view }: Drawing): string {
  const began = story.steps[0]?.t ?? 0
  return rows
    .map(({ t }, place) => {
      const { no, name } = view(place)
      return `${no}\t${momentText(t, began, voice)}\t${name}\n`
    })
    .join('')
}
