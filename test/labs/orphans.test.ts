import { expect, onTestFinished, test } from 'vitest'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse } from '../helpers/course.ts'
import { isThere, until } from '../helpers/processes.ts'

test.runIf(process.platform === 'linux')(
  'a server that is killed leaves no program behind once there is another',
  async () => {
    const course = await startServer()
    await course.addLab('two', { ready: { file: 'ready.ts' }, stubborn: { file: 'stubborn.ts' } })
    const page = await BenchClient.open(course.port, 'two')
    for (const program of ['ready', 'stubborn']) {
      page.run({ program, language: 'ts' })
      await page.until(() => page.text(program).includes('ready'))
    }
    const [ready = 0, stubborn = 0] = ['ready', 'stubborn'].map((name) => page.eventsOf(name, 'started')[0]?.pid)
    await course.kill()
    await page.until(() => page.closed)
    await until(() => !isThere(ready), 'the terminal of the first program is closed and it has ended')
    expect(isThere(stubborn)).toBe(true)

    const alive = await startServer()
    await alive.addLab('one', { ready: { file: 'ready.ts' } })
    await until(() => !isThere(stubborn), 'the next server has ended what was left', 1)

    const living = await BenchClient.open(alive.port, 'one')
    living.run({ program: 'ready', language: 'ts' })
    await living.until(() => living.text('ready').includes('ready'))
    await startServer()
    expect(isThere(living.eventsOf('ready', 'started')[0]?.pid ?? 0)).toBe(true)
  },
)

async function startServer() {
  const course = await startCourse({ apart: true })
  onTestFinished(() => course.close())
  return course
}
