/** Whether a reader's text of a program can be run as a file. Pure. */
import type { Trouble } from '../troubles.ts'

/** Why a text cannot be run; null when it can. @param limit in bytes of UTF-8 */
export function whyNotSource(program: string, text: string, limit: number): Trouble | null {
  const bytes = Buffer.byteLength(text)
  if (bytes > limit) return { kind: 'source-too-large', program, bytes, limit }
  if (text.isWellFormed()) return null
  const line = text.split('\n').findIndex((one) => !one.isWellFormed())
  return { kind: 'source-not-text', program, line: line + 1 }
}
