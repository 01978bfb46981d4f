import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { childrenOf, descriptorsOf, until } from '../helpers/processes.ts'

describe.runIf(process.platform === 'linux')('programs and pages that are gone', () => {
  let course: TestCourse
  beforeAll(async () => {
    course = await startCourse({ apart: true })
    await course.addLab('two', { ready: { file: 'ready.ts' }, echo: { file: 'echo.ts' } })
  })
  afterAll(() => course.close())

  const descriptors = () => descriptorsOf(course.pid).length
  const threads = () => readdirSync(`/proc/${course.pid}/task`).length

  /** Runs two programs at each of six benches, and ends everything, one way or another. */
  async function comeAndGo() {
    const pages = await Promise.all(Array.from({ length: 6 }, () => BenchClient.open(course.port, 'two')))
    for (const page of pages) for (const program of ['ready', 'echo']) page.run({ program, language: 'ts' })
    for (const page of pages) {
      await page.until(() => page.text('ready').includes('ready') && page.text('echo') === 'ready')
      page.type('echo', Buffer.alloc(16 * 1024, 'x'))
    }
    for (const page of pages) page.say({ type: 'stop', programs: ['ready', 'echo'] })
    await Promise.all(pages.flatMap((page) => [page.exit('ready'), page.exit('echo')]))
    await Promise.all(pages.map((page) => page.leave()))
  }

  test('leave no process, no descriptor and no thread behind', async () => {
    await comeAndGo()
    await until(() => childrenOf(course.pid).length === 0, 'all programs are gone', 1)
    const before = { descriptors: descriptors(), threads: threads() }
    for (let i = 0; i < 2; i += 1) await comeAndGo()
    await until(() => childrenOf(course.pid).length === 0, 'all programs are gone', 1)
    await until(() => descriptors() <= before.descriptors, 'all descriptors are closed', 1)
    await until(() => threads() <= before.threads, 'all threads have ended', 1)
  })
})
