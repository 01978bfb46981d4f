/** Where the browser keeps what its reader has done. */
import { NOTHING_DONE, type Progress, type ProgressTrouble, progressText, readProgress } from './progress.ts'

const KEY = 'both-ends:progress'

/** Why nothing can be kept now. What is there stays as it is. */
export type StoreTrouble = ProgressTrouble | { readonly kind: 'full' } | { readonly kind: 'forbidden' }

/** What this page knows where nothing can be kept; it is lost with the page. */
let unkept: Progress | null = null
let trouble: StoreTrouble | null = null
const listeners = new Set<(progress: Progress, trouble: StoreTrouble | null) => void>()

/** What was done, as it is kept now; other pages of the course may have written. */
export function progress(): Progress {
  if (unkept) return unkept
  let text: string | null
  try {
    text = localStorage.getItem(KEY)
  } catch {
    trouble = { kind: 'forbidden' }
    return NOTHING_DONE
  }
  if (text === null) return NOTHING_DONE
  const read = readProgress(text)
  if ('progress' in read) return read.progress
  // It is another course's, or a newer one's: it is not written over.
  trouble = read.trouble
  return NOTHING_DONE
}

/** Why what was done cannot be kept; null when it can. */
export function storeTrouble(): StoreTrouble | null {
  progress()
  return trouble
}

/** Changes what was done. Where it cannot be kept it holds for this page, and the listeners are told why. */
export function changeProgress(change: (before: Progress) => Progress): void {
  const next = change(progress())
  if (trouble?.kind === 'full' || trouble?.kind === 'forbidden') trouble = null
  if (trouble) unkept = next
  else {
    try {
      localStorage.setItem(KEY, progressText(next))
      unkept = null
    } catch (error) {
      unkept = next
      trouble = { kind: (error as DOMException).name === 'QuotaExceededError' ? 'full' : 'forbidden' }
    }
  }
  for (const listener of listeners) listener(next, trouble)
}

/** Forgets everything, also what could not be read. */
export function forgetProgress(): void {
  trouble = null
  unkept = null
  try {
    localStorage.removeItem(KEY)
  } catch {
    trouble = { kind: 'forbidden' }
  }
  for (const listener of listeners) listener(progress(), trouble)
}

/** @returns its undo. */
export function onProgress(listener: (progress: Progress, trouble: StoreTrouble | null) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function now(): string {
  return new Date().toISOString()
}

/** A lab was run, or a recording of it played. */
export function keepRun(lab: string): void {
  changeProgress((before) => ({ ...before, labs: { ...before.labs, [lab]: { run: now() } } }))
}
