import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'

/** 50 MB in lines of 80 bytes, no two alike. */
const LENGTH = 80
const LINES = 625_000

/** What comes out of a terminal in which the lines are printed. */
export interface Printed {
  readonly bytes: number
  /** SHA-256 in hex. */
  readonly hash: string
}

/** Writes the lines into a file. */
export async function writeLines(file: string): Promise<Printed> {
  const lines = Array.from({ length: LINES }, (_, i) => `${String(i).padEnd(LENGTH - 1, '.')}\n`).join('')
  await writeFile(file, lines)
  // A terminal puts a carriage return before every line feed.
  const printed = lines.replaceAll('\n', '\r\n')
  return { bytes: printed.length, hash: createHash('sha256').update(printed).digest('hex') }
}
