/** Gets recordings: those that come with the course, from the site itself, and the reader's own, from files. */
import { type Known, MOST, type Recording, readRecording, tooLarge } from '../../labs/recording.ts'
import type { Loaded } from './recorded.ts'

/** Fetches the recording of a lab in a mixture of languages, as `mixtureOf` names it. */
export async function fetchRecording(known: Known, mixture: string): Promise<Loaded> {
  const address = `${import.meta.env.BASE_URL.replace(/\/$/, '')}/recordings/${known.lab}/${mixture}.jsonl`
  try {
    const answer = await fetch(address)
    if (!answer.ok) return { kind: 'recording-unread', detail: `${address}: ${answer.status}` }
    return opened(readRecording(await answer.text(), known), 'course')
  } catch (error) {
    return { kind: 'recording-unread', detail: `${address}: ${(error as Error).message}` }
  }
}

/** Reads a file that the reader chose. One that is too large is not even looked into. */
export async function readFile(known: Known, file: Blob): Promise<Loaded> {
  // A character has at most four bytes.
  if (file.size > 4 * MOST.characters) return tooLarge(file.size)
  try {
    return opened(readRecording(await file.text(), known), 'file')
  } catch (error) {
    return { kind: 'recording-unread', detail: (error as Error).message }
  }
}

function opened(read: ReturnType<typeof readRecording>, origin: 'course' | 'file'): Loaded {
  return 'kind' in read ? read : { recording: read satisfies Recording, origin }
}
