/** The file in which a reader carries progress and own versions of programs elsewhere. Pure. */
import { LANGUAGES } from '../../labs/lab.ts'
import { type Own, readOwn } from '../bench/edit/own.ts'
import type { OwnPrograms } from '../bench/edit/versions.ts'
import { type Progress, type ProgressTrouble, progressText, readProgress } from './progress.ts'

/** The largest file that is read, in bytes: more than all that a browser keeps for an address. */
export const LARGEST = 32 * 1024 * 1024

export type ReadFile =
  | { readonly progress: Progress; readonly programs: OwnPrograms }
  | { readonly trouble: ProgressTrouble }

/** The text of a file. Without programs of one's own it is what the browser keeps of progress. */
export function fileText(progress: Progress, programs: OwnPrograms): string {
  const text = progressText(progress)
  if (Object.keys(programs).length === 0) return text
  return `${JSON.stringify({ ...JSON.parse(text), programs }, null, 1)}\n`
}

/** Reads what `fileText` wrote, all of it or nothing. A file of a course that kept no programs in it has none. */
export function readFile(text: string): ReadFile {
  const read = readProgress(text)
  if ('trouble' in read) return read
  try {
    return { progress: read.progress, programs: programsOf(JSON.parse(text).programs ?? {}) }
  } catch (error) {
    return { trouble: { kind: 'broken', detail: (error as Error).message } }
  }
}

const NAME = '[a-z][a-z0-9-]{0,60}'
const LAB = new RegExp(`^${NAME}$`)
const FILE = new RegExp(`^${NAME}\\.(${LANGUAGES.join('|')})$`)

function programsOf(value: unknown): OwnPrograms {
  return map(value, '`programs`', LAB, (files, lab) =>
    map(files, `\`programs\` of the lab \`${lab}\``, FILE, (own, file): Own => {
      const read = readOwn(own)
      if (read) return read
      throw new Error(`the program \`${lab}/${file}\` has no text or no history that can be read`)
    }),
  )
}

/** Reads each entry of an object. @throws {Error} where it is none, or a key is not of this kind. */
function map<T>(
  value: unknown,
  what: string,
  kind: RegExp,
  read: (one: unknown, key: string) => T,
): Readonly<Record<string, T>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no list of programs`)
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (!kind.test(key)) throw new Error(`${what} has an entry \`${key.slice(0, 40)}\`, which is no name there`)
      return [key, read(one, key)]
    }),
  )
}
