import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Lab, readLab } from '../../labs/lab.ts'
import { COURSE } from './course.ts'

const CATALOG = join(COURSE, 'labs', 'catalog')

/** All labs of the catalog, in the order of the alphabet. */
export async function allLabs(): Promise<Lab[]> {
  const folders = readdirSync(CATALOG, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return Promise.all(
    folders.map(async ({ name }) => readLab(name, (await import(join(CATALOG, name, 'lab.ts'))).default)),
  )
}
