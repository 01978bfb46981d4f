import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { builtPages } from '../../labs/server/pages.ts'
import { CourseServer } from '../../labs/server/server.ts'

/** The course's own folder. */
export const COURSE = join(import.meta.dirname, '..', '..')

/** A course made for tests: labs of tiny programs, each with a server of its own in this process. */
export interface TestCourse {
  readonly folder: string
  readonly port: number
  /** Adds a lab; each program is the text of its file, `.ts` or `.py` by `language`. All of them wait. */
  addLab(id: string, programs: Record<string, { ts?: string; py?: string; end?: 'waits' | 'begins' }>): Promise<void>
  close(): Promise<void>
}

/** Starts a course without labs in a folder of its own. `catalog` takes over the real labs instead. */
export async function startCourse({ catalog = false, python = true } = {}): Promise<TestCourse> {
  const folder = await mkdtemp(join(tmpdir(), 'both-ends-test-'))
  const labs = join(folder, 'labs', 'catalog')
  await mkdir(labs, { recursive: true })
  await cp(join(COURSE, 'labs', 'lab.ts'), join(folder, 'labs', 'lab.ts'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await symlink(join(COURSE, 'node_modules'), join(folder, 'node_modules'))
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, 'dist', 'index.html'), 'a page')
  await writeFile(join(folder, 'dist', '404.html'), 'no such page')
  if (catalog) await cp(join(COURSE, 'labs', 'catalog'), labs, { recursive: true })
  const server = new CourseServer({
    folder,
    interpreters: await findInterpreters(python ? undefined : []),
    version: '0.0.0',
    pages: builtPages(join(folder, 'dist')),
  })
  const port = await server.listen(0)
  return {
    folder,
    port,
    async addLab(id, programs) {
      const lab = join(labs, id)
      await mkdir(lab, { recursive: true })
      const list = Object.entries(programs).map(([name, { end = 'waits' }]) => ({ name, end }))
      const definition = { number: '0', programs: list }
      await writeFile(join(lab, 'lab.ts'), `export default ${JSON.stringify(definition)}`)
      for (const [name, { ts, py }] of Object.entries(programs)) {
        if (ts !== undefined) await writeFile(join(lab, `${name}.ts`), ts)
        if (py !== undefined) await writeFile(join(lab, `${name}.py`), py)
      }
    },
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
