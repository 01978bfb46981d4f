import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPortHolder } from '../../labs/bench/port-holder.ts'
import { socketsAreTold } from '../../labs/instruments/sockets.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'

/** Waits on the port that it is told by its lab, and says in the course's words when it cannot have it. */
const waits = (port: number) => `
import { createServer } from 'node:net'
createServer()
  .listen(${port}, '127.0.0.1', () => console.log('waiting'))
  .on('error', () => {
    console.error('Port ${port} is already in use. Stop the program that holds it, then run this again.')
    process.exit(1)
  })
`

/** A port of this machine that nobody has now. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

describe.skipIf(!socketsAreTold())('a port that is taken', () => {
  let course: TestCourse
  let port: number
  beforeAll(async () => {
    course = await startCourse({ rung: 'plain' })
    port = await freePort()
    await course.addLab('one', { first: { ts: waits(port) } })
    await course.addLab('two', { second: { ts: waits(port) }, third: { ts: 'console.log("never")' } })
  })
  afterAll(() => course.close())

  const run = (client: BenchClient, ...programs: string[]) =>
    client.run(...programs.map((program) => ({ program, language: 'ts' as const })))
  /** Runs the program of the second lab, which fails, and resolves with what it is told about that. */
  async function fail(client: BenchClient): Promise<unknown> {
    run(client, 'second', 'third')
    await client.until(() => client.eventsOf('second', 'notice').length > 0)
    expect(client.eventsOf('second', 'exited').at(-1)?.code).toBe(1)
    expect(client.eventsOf('third', 'failed')).toHaveLength(1)
    return client.eventsOf('second', 'notice').at(-1)?.trouble
  }

  test('is named with the program of the other bench that holds it', async () => {
    const [one, two] = [await BenchClient.open(course.port, 'one'), await BenchClient.open(course.port, 'two')]
    run(one, 'first')
    await one.until(() => one.eventsOf('first', 'ready').length > 0)
    expect(await fail(two)).toEqual({ kind: 'port-held', program: 'second', port, lab: '0', holder: 'first' })
    expect(one.eventsOf('first', 'exited')).toEqual([])
    one.say({ type: 'stop', programs: ['first'] })
    await one.exit('first')
    await Promise.all([one.leave(), two.leave()])
  })

  test('is taken from a bench whose page is gone', async () => {
    const [one, two] = [await BenchClient.open(course.port, 'one'), await BenchClient.open(course.port, 'two')]
    run(one, 'first')
    await one.until(() => one.eventsOf('first', 'ready').length > 0)
    await one.cut()
    expect(await fail(two)).toEqual({ kind: 'port-freed', program: 'second', port, lab: '0', holder: 'first' })
    run(two, 'second')
    await two.until(() => two.eventsOf('second', 'ready').length > 0)
    two.say({ type: 'stop', programs: ['second'] })
    await two.exit('second')
    await two.leave()
  })

  test('is named with the process that holds it, where that is no bench’s', async () => {
    const holder = createServer().listen(port, '127.0.0.1')
    await once(holder, 'listening')
    const two = await BenchClient.open(course.port, 'two')
    expect(await fail(two)).toMatchObject({
      kind: 'port-taken',
      port,
      holder: expect.stringContaining(`(${process.pid})`),
    })
    await two.leave()
    holder.close()
  })

  test('is not told of where a program failed for another reason', async () => {
    await course.addLab('three', { fails: { ts: `console.log(${port}); process.exit(1)` } })
    const holder = createServer().listen(port, '127.0.0.1')
    await once(holder, 'listening')
    const three = await BenchClient.open(course.port, 'three')
    run(three, 'fails')
    await three.until(() => three.eventsOf('fails', 'exited').length > 0)
    expect(findPortHolder(`listening on ${port}`)).toBe(null)
    expect(findPortHolder(`EADDRINUSE: ${port}`)?.pid).toBe(process.pid)
    expect(three.eventsOf('fails', 'notice')).toEqual([])
    await three.leave()
    holder.close()
  })
})
