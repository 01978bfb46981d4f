import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Lab, readLab } from '../lab.ts'

/** Finds labs by the name of their folder. Read anew when the file has changed, so that an author need not restart. */
export class Catalog {
  readonly #folder: string

  /** @param folder the course's folder */
  constructor(folder: string) {
    this.#folder = join(folder, 'labs', 'catalog')
  }

  /** The names of all labs, in the order of the alphabet. */
  async ids(): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true })
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
  }

  /** The lab of this name, or null where there is none. @throws {Error} when its definition is wrong. */
  async find(id: string): Promise<Lab | null> {
    if (!(await this.ids()).includes(id)) return null
    const file = join(this.#folder, id, 'lab.ts')
    const { mtimeMs } = await stat(file)
    const module = await import(`${pathToFileURL(file)}?changed=${mtimeMs}`)
    return readLab(id, module.default)
  }
}
