/** Keeps the events of a lab's latest run, so that its reader can save them. */
import { type BenchEvent, isObserved } from '../../labs/events.ts'
import { SHELL } from '../../labs/protocol.ts'
import { MOST, type RecordingHeader, writeRecording } from '../../labs/recording.ts'
import { lastRun, withoutEarlierRuns } from '../../labs/recording-take.ts'

/** What the reader is told in place of a file; `page.<this>` words it. */
export type NoFile = 'nothing-to-save' | 'too-long-to-save'

/** About how many characters an event has in a file, besides its bytes. */
const ABOUT = 300

export class Tape {
  #events: BenchEvent[] = []
  /** About how many characters they have in a file. */
  #size = 0
  /** More of this run happened than is kept. */
  #isFull = false
  #alive = new Set<number>()

  /** Nothing of what was kept counts any more: there is another bench. */
  clear(): void {
    this.#events = []
    this.#size = 0
    this.#isFull = false
    this.#alive.clear()
  }

  take(event: BenchEvent): void {
    this.#size += sizeOf(event)
    if (this.#size > MOST.characters || this.#events.length >= MOST.events) this.#isFull = true
    // Who starts and ends is needed to see where the next run begins.
    if (!this.#isFull || !(isObserved(event) || event.kind === 'output')) this.#events.push(event)
    if (event.kind === 'exited' || event.kind === 'failed') this.#alive.delete(event.run)
    if (event.kind !== 'starting' || event.program.startsWith(SHELL)) return
    if (this.#alive.size === 0) this.#begin()
    this.#alive.add(event.run)
  }

  /** The text of a file with the latest run, or why there is none. What its programs were written in it says itself. */
  write(header: RecordingHeader): string | NoFile {
    const events = lastRun(this.#events)
    if (events.length === 0) return 'nothing-to-save'
    if (this.#isFull) return 'too-long-to-save'
    const languages = events.flatMap((event) =>
      event.kind === 'starting' && event.language !== 'sh' ? [[event.program, event.language] as const] : [],
    )
    const text = writeRecording(
      { ...header, languages: { ...header.languages, ...Object.fromEntries(languages) } },
      events,
    )
    return text.length > MOST.characters || events.length > MOST.events ? 'too-long-to-save' : text
  }

  #begin(): void {
    this.#events = withoutEarlierRuns(this.#events)
    this.#size = this.#events.reduce((sum, event) => sum + sizeOf(event), 0)
    this.#isFull = false
  }
}

function sizeOf(event: BenchEvent): number {
  if (event.kind === 'starting') return ABOUT + (event.edited?.text?.length ?? 0)
  return ABOUT + ('bytes' in event && event.bytes instanceof Uint8Array ? 2 * event.bytes.length : 0)
}
