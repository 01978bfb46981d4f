import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BEAT } from '../../labs/protocol.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'

let course: TestCourse

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  course = await startCourse()
  await course.addLab('one', { ready: { file: 'ready.ts' } })
})
afterEach(async () => {
  vi.useRealTimers()
  await course.close()
})

/** Lets the server's next beat come, and a page hear it and answer. */
async function beat(page: BenchClient): Promise<void> {
  const beats = () => page.told.filter(({ type }) => type === 'beat').length
  const [heard, answered] = [beats(), page.troubles.length]
  vi.advanceTimersByTime(BEAT.every)
  await page.until(() => beats() === heard + 1)
  // What is answered here was sent after the answer to the beat.
  page.say({ type: 'stop', programs: ['ready'] })
  await page.until(() => page.troubles.length === answered + 1)
}

describe('a connection', () => {
  test('is told regularly that the server is there', async () => {
    const page = await BenchClient.open(course.port, 'one')
    for (let i = 0; i < 3; i += 1) await beat(page)
    expect(page.closed).toBe(false)
  })

  test('that has gone silent is given up at the second beat, and its bench is kept', async () => {
    expect(2 * BEAT.every).toBeLessThanOrEqual(BEAT.missing)
    const [silent, other] = [await BenchClient.open(course.port, 'one'), await BenchClient.open(course.port, 'one')]
    silent.pause()
    await beat(other)
    await beat(other)
    silent.resume()
    await silent.until(() => silent.closed)
    expect(silent.closeCode).toBe(1006)
    expect(other.closed).toBe(false)
    const back = await BenchClient.open(course.port, 'one', { from: silent, after: 0 })
    expect(back.opened?.resumed).toBe(true)
  })
})
