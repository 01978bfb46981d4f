/** How a story is played: which moments it stops at, and for how long. Pure. */
import type { Story } from '../../../labs/checks/story.ts'
import { runsIn } from '../wire/runs.ts'
import type { Speed } from './speeds.ts'

/** A moment is shown for at least and at most so long, in ms: long enough to read its sentence, and no longer. */
const SHORTEST = 900
const LONGEST = 2400

/** The step to go to after `at`; null at the end. What happens within a run of data passes at once. */
export function nextStop(story: Story, at: number): number | null {
  if (at >= story.steps.length) return null
  const run = runsOf(story).find(({ from, to }) => at + 1 >= from && at + 1 < to)
  return run ? run.to : at + 1
}

/** How long the moment `at` is shown before the one at `next`, in ms: as long as really passed, else within reason. */
export function stay(story: Story, at: number, next: number, speed: Speed): number {
  const passed = ((story.steps[next - 1]?.t ?? 0) - (story.steps[at - 1]?.t ?? 0)) / 1e6
  return speed === 'real' ? Math.max(passed, 0) : Math.min(Math.max(passed, SHORTEST), LONGEST) / Number(speed)
}

interface Stretch {
  readonly from: number
  readonly to: number
}

const known = new WeakMap<Story, readonly Stretch[]>()

/** The runs of a story by their steps. */
function runsOf(story: Story): readonly Stretch[] {
  const found = known.get(story)
  if (found) return found
  const runs = runsIn(story.steps, story).map(({ from, to }) => ({ from: from + 1, to: to + 1 }))
  known.set(story, runs)
  return runs
}
