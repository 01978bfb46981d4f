import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { socketsAreTold } from '../../labs/instruments/sockets.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { COURSE, startCourse, type TestCourse } from '../helpers/course.ts'
import { PYTHON } from '../helpers/live-network.ts'
import { order, tableOf } from '../helpers/observing.ts'

describe.runIf(socketsAreTold() && PYTHON !== null)('a bench on the plain machine', () => {
  let course: TestCourse

  beforeAll(async () => {
    course = await startCourse()
    const ends = {
      py: await readFile(join(COURSE, 'test', 'fixtures', 'observed', 'ends.py'), 'utf8'),
      end: 'begins',
    } as const
    await course.addLab('two', { one: ends, other: ends })
  })
  afterAll(() => course.close())

  test('tells that packets are not seen, and the sockets of its programs as far as these have a port', async () => {
    const page = await BenchClient.open(course.port, 'two')
    await page.until(() => page.observed.length === 1)
    expect(page.observed).toMatchObject([{ n: 1, kind: 'blind', instrument: 'packets' }])
    for (const program of ['one', 'other']) {
      page.run({ program, language: 'py' })
      await page.until(() => page.text(program).includes('ready'))
    }
    const here = { address: '127.0.0.1', port: 17_345 }
    const states = () => tableOf(page).map(({ state, owner }) => `${state} ${owner?.program ?? 'nobody'}`)
    const are = (...wanted: string[]) => page.until(() => states().sort().join() === wanted.sort().join())
    await order(page, 'one', 'a tcp')
    await order(page, 'one', 'a bind 127.0.0.1 17345')
    await order(page, 'one', 'a listen 5')
    await are('LISTEN one')
    expect(tableOf(page)).toMatchObject([
      { local: here, remote: null, receiveQueue: 0, sendQueue: 0, owner: { program: 'one', run: 1 } },
    ])
    await order(page, 'other', 'b tcp')
    await order(page, 'other', 'b connect 127.0.0.1 17345')
    await are('LISTEN one', 'ESTABLISHED nobody', 'ESTABLISHED other')
    await page.until(() => tableOf(page).some(({ state, receiveQueue }) => state === 'LISTEN' && receiveQueue === 1))
    const client = tableOf(page).find(({ owner }) => owner?.program === 'other')
    await order(page, 'other', 'b send 100')
    await order(page, 'one', 'a accept c')
    await are('LISTEN one', 'ESTABLISHED one', 'ESTABLISHED other')
    await page.until(() =>
      tableOf(page).some(({ state, receiveQueue }) => state === 'ESTABLISHED' && receiveQueue === 100),
    )
    await order(page, 'one', 'c receive')
    await order(page, 'other', 'b close')
    await order(page, 'one', 'c close')
    await are('LISTEN one', 'TIME-WAIT nobody')
    expect(tableOf(page).find(({ state }) => state === 'TIME-WAIT')?.id).toBe(client?.id)
    for (const kind of ['udp', 'udp6']) await order(page, 'other', `${kind} ${kind}`)
    await order(page, 'other', 'udp bind 127.0.0.1 17345')
    await order(page, 'other', 'udp6 bind ::1 17345')
    await are('LISTEN one', 'TIME-WAIT nobody', 'UNCONN other', 'UNCONN other')

    for (const program of ['one', 'other']) page.type(program, '\x04')
    await page.until(() => page.observedOf('settled').length === 1)
    expect(states()).toEqual(['TIME-WAIT nobody'])
    expect(page.observedOf('upto').map(({ instrument }) => instrument)).not.toContain('packets')
    expect(page.observedOf('upto').at(-1)?.upTo).toBeGreaterThan(page.events.at(-1)?.t ?? Number.NaN)
    await page.leave()
  })

  test('tells nothing of the sockets of others', async () => {
    const page = await BenchClient.open(course.port, 'two')
    const other = await BenchClient.open(course.port, 'two')
    for (const [one, port] of [
      [page, 17_346],
      [other, 17_347],
    ] as const) {
      one.run({ program: 'one', language: 'py' })
      await one.until(() => one.text('one').includes('ready'))
      await order(one, 'one', 'u udp')
      await order(one, 'one', `u bind 127.0.0.1 ${port}`)
    }
    await page.until(() => tableOf(page).length === 1)
    await other.until(() => tableOf(other).length === 1)
    expect(tableOf(page)[0]?.local?.port).toBe(17_346)
    expect(tableOf(other)[0]?.local?.port).toBe(17_347)
    await page.leave()
    await other.leave()
  })
})
