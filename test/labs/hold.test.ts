import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import definition from '../../labs/catalog/tcp-client-sends/lab.ts'
import { tellLatest } from '../../labs/checks/tell.ts'
import type { SocketRow } from '../../labs/events.ts'
import { type Language, readLab } from '../../labs/lab.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { tableOf } from '../helpers/observing.ts'
import { words } from '../helpers/told.ts'

const PORT = 12824
const CTRL_C = '\x03'

const holds = (page: BenchClient, program: string) => page.observedOf('held').filter((one) => one.program === program)
const names = (page: BenchClient, program: string) => holds(page, program).map(({ name }) => name)

/** Resolves when the program is held so often since the page came. */
async function heldTimes(page: BenchClient, program: string, times: number): Promise<string> {
  await page.until(() => holds(page, program).length >= times)
  return names(page, program)[times - 1] ?? ''
}

/** Lets one call through and resolves when the next is held: its name. */
async function release(page: BenchClient, program: string): Promise<string> {
  const { length } = holds(page, program)
  page.say({ type: 'release', program })
  return heldTimes(page, program, length + 1)
}

/** Releases until the program is held before this. */
async function until(page: BenchClient, program: string, name: string): Promise<void> {
  let now = await heldTimes(page, program, 1)
  while (now !== name) now = await release(page, program)
}

const rowsOf = (page: BenchClient, program: string) => tableOf(page).filter(({ owner }) => owner?.program === program)

describe.skipIf(whyNoOwnNetwork)(`a program that is held (${whyNoOwnNetwork ?? 'in a network of its own'})`, () => {
  let course: TestCourse
  const pages: BenchClient[] = []

  beforeAll(async () => {
    course = await startCourse({ rung: 'own', catalog: true })
    const interrupted =
      "import socket\ntry:\n  s = socket.socket()\nexcept KeyboardInterrupt:\n  print('caught', flush=True)\ns = socket.socket()\ns.close()\n"
    await course.addLab('interrupted', { caught: { py: interrupted, end: 'begins' } })
    await course.addLab('traceback', { ends: { py: 'import socket\ns = socket.socket()\n', end: 'begins' } })
  })
  afterEach(() => Promise.all(pages.splice(0).map((page) => page.leave())))
  afterAll(() => course.close())

  async function open(lab = 'tcp-client-sends', resume?: { from: BenchClient; after: number }): Promise<BenchClient> {
    const page = await BenchClient.open(course.port, lab, resume)
    pages.push(page)
    return page
  }

  /** The lab's server, held before its first call. */
  async function server(language: Language, lab?: string): Promise<BenchClient> {
    const page = await open(lab)
    page.say({ type: 'hold', program: 'server', on: true })
    page.run({ program: 'server', language })
    await heldTimes(page, 'server', 1)
    return page
  }

  /** Resolves with the server's only socket when it is in this state at this port. */
  async function socketIs(page: BenchClient, state: string, port: number | null): Promise<void> {
    const isSo = ({ state: now, local }: SocketRow) => now === state && (local?.port ?? null) === port
    await page.until(() => rowsOf(page, 'server').length === 1 && rowsOf(page, 'server').every(isSo))
  }

  test('has done each call, and no other, when it is held before the next one, in Python', async () => {
    const page = await server('py')
    expect([names(page, 'server'), rowsOf(page, 'server')]).toEqual([['socket'], []])
    expect(await release(page, 'server')).toBe('setsockopt')
    await socketIs(page, 'CLOSED', null)
    expect(await release(page, 'server')).toBe('bind')
    await socketIs(page, 'CLOSED', null)
    expect(await release(page, 'server')).toBe('listen')
    await socketIs(page, 'CLOSED', PORT)
    expect(await release(page, 'server')).toBe('accept')
    await socketIs(page, 'LISTEN', PORT)
    const [last] = holds(page, 'server').slice(-1)
    expect(last).toMatchObject({ deed: 'accept', args: '', line: 18, socket: { local: { port: PORT } } })
    const told = page.observedOf('call').map(({ name }) => name)
    expect(told).toEqual(['socket', 'setsockopt', 'bind', 'listen'])
  })

  test('has done each call, and no other, when it is held before the next one, in Node', async () => {
    const page = await server('ts')
    expect(names(page, 'server')).toEqual(['createServer'])
    expect(await release(page, 'server')).toBe('listen')
    expect(rowsOf(page, 'server')).toEqual([])
    page.say({ type: 'release', program: 'server' })
    await socketIs(page, 'LISTEN', PORT)
    page.run({ program: 'client', language: 'ts' })
    expect(await heldTimes(page, 'server', 3)).toBe("'connection'")
    expect(holds(page, 'server').at(-1)).toMatchObject({ deed: 'accept', args: null, line: 11 })
    expect(page.observedOf('heard').filter(({ program }) => program === 'server')).toHaveLength(1)
  })

  test('lets others connect and send meanwhile: the kernel answers for it', async () => {
    const page = await open()
    page.say({ type: 'hold', program: 'server', on: true })
    page.run({ program: 'server', language: 'py' }, { program: 'client', language: 'py' })
    await until(page, 'server', 'accept')
    expect(await page.exit('client')).toMatchObject({ code: 0 })
    const waits = ({ local, remote, owner, receiveQueue }: SocketRow) =>
      local?.port === PORT && remote !== null && owner === null && receiveQueue >= 4
    await page.until(() => tableOf(page).some(waits))
    await page.until(() => page.text('server') === `Waiting for a connection on port ${PORT}.\r\n`)
    const lab = readLab('tcp-client-sends', definition)
    const story = tellLatest(lab, [...page.events, ...page.observed, ...page.frames])
    if (story === null) throw new Error('No story is told.')
    const step = story.steps.findLast(({ kind, program }) => kind === 'holds' && program === 'server')
    expect(step && words(story, step)).toBe('server held before accept()')
    expect(story.doingAt(story.steps.length, 'server')).toMatchObject({ state: 'held', line: 18, held: step?.at })
    page.say({ type: 'hold', program: 'server', on: false })
    expect(await page.exit('server')).toMatchObject({ code: 0, signal: null })
    expect(page.text('server')).toContain('Received 4 bytes: 数据')
    await page.until(() => page.observedOf('settled').length === 1)
    const after = tellLatest(lab, [...page.events, ...page.observed, ...page.frames])
    expect(after?.steps.some(({ at }) => at > (step?.at ?? 0) && after.doingAt(at, 'server').state === 'runs')).toBe(
      true,
    )
  })

  test.each(['py', 'ts'] as const)('prints and ends as it would unheld, in %s', async (language) => {
    const page = await open()
    const both = [{ program: 'server', language } as const, { program: 'client', language } as const]
    const outcome = async () => [
      (await page.exit('server')).code,
      (await page.exit('client')).code,
      page.text('server').replace(/from port \d+/, ''),
    ]
    page.run(...both)
    const unheld = await outcome()
    expect(unheld[0]).toBe(0)
    page.output.clear()
    page.say({ type: 'hold', program: 'server', on: true })
    page.run(...both)
    await page.until(() => page.eventsOf('server', 'started').length === 2)
    let held = await heldTimes(page, 'server', 1)
    let calls = 1
    while (page.eventsOf('server', 'exited').length < 2) {
      page.say({ type: 'release', program: 'server' })
      calls += 1
      const isNext = () => holds(page, 'server').length >= calls || page.eventsOf('server', 'exited').length === 2
      await page.until(isNext)
      held = names(page, 'server').at(-1) ?? held
    }
    expect(await outcome()).toEqual(unheld)
    expect(holds(page, 'server').length).toBeGreaterThan(4)
    expect(page.eventsOf('server', 'released')).toHaveLength(holds(page, 'server').length)
  })

  test.each(['py', 'ts'] as const)('can be stopped, and the next run begins held, in %s', async (language) => {
    const page = await server(language)
    page.say({ type: 'resize', program: 'server', columns: 60, rows: 20 })
    page.say({ type: 'stop', programs: ['server'] })
    expect(await page.exit('server')).toMatchObject({ signal: 'SIGHUP', stopped: true })
    page.run({ program: 'server', language })
    await heldTimes(page, 'server', 2)
    expect(holds(page, 'server').at(-1)?.run).toBe(2)
  })

  test.each(['py', 'ts'] as const)('ends by Ctrl-C, in %s', async (language) => {
    const page = await server(language)
    page.type('server', CTRL_C)
    expect(await page.exit('server')).toMatchObject({ code: null, signal: 'SIGINT', stopped: false })
  })

  test('is interrupted by Ctrl-C as Python does, and its traceback has its own lines alone', async () => {
    const page = await open('traceback')
    page.say({ type: 'hold', program: 'ends', on: true })
    page.run({ program: 'ends', language: 'py' })
    await heldTimes(page, 'ends', 1)
    page.type('ends', CTRL_C)
    await page.exit('ends')
    expect(page.text('ends')).toContain('KeyboardInterrupt')
    expect(page.text('ends').match(/File "[^"]+"/g)).toHaveLength(1)
  })

  test('that catches Ctrl-C is held before its next call, and let through once by each release', async () => {
    const page = await open('interrupted')
    page.say({ type: 'hold', program: 'caught', on: true })
    page.run({ program: 'caught', language: 'py' })
    await heldTimes(page, 'caught', 1)
    page.type('caught', CTRL_C)
    await heldTimes(page, 'caught', 2)
    await page.until(() => page.text('caught').includes('caught'))
    expect(page.eventsOf('caught', 'released')).toHaveLength(1)
    expect(await release(page, 'caught')).toBe('close')
    page.say({ type: 'release', program: 'caught' })
    expect(await page.exit('caught')).toMatchObject({ code: 0 })
  })

  test('is still held for a page that comes back, which can release it', async () => {
    const page = await server('py')
    await page.cut()
    const back = await open(undefined, { from: page, after: 0 })
    expect(await heldTimes(back, 'server', 1)).toBe('socket')
    expect(back.eventsOf('server', 'hold')).toMatchObject([{ on: true }])
    expect(await release(back, 'server')).toBe('setsockopt')
  })

  test('is not a shell, nor one that is not there', async () => {
    const page = await open()
    page.say({ type: 'hold', program: 'shell@here', on: true })
    page.say({ type: 'release', program: 'nobody' })
    await page.until(() => page.troubles.length === 2)
    expect(page.troubles.map(({ kind }) => kind)).toEqual(['cannot-hold', 'unknown-program'])
  })
})

describe('on the plain machine', () => {
  test('who wants to hold a program whose calls are not told hears that this cannot be, and it runs', async () => {
    const course = await startCourse({ rung: 'plain', catalog: true, calls: false })
    const page = await BenchClient.open(course.port, 'tcp-client-sends')
    page.run({ program: 'server', language: 'py' })
    await page.until(() => page.eventsOf('server', 'ready').length === 1)
    page.say({ type: 'hold', program: 'server', on: true })
    await page.until(() => page.eventsOf('server', 'notice').length === 1)
    page.say({ type: 'stop', programs: ['server'] })
    await page.exit('server')
    page.run({ program: 'server', language: 'py' })
    await page.until(() => page.eventsOf('server', 'ready').length === 2)
    const cannot = { kind: 'cannot-hold', program: 'server' }
    expect(page.eventsOf('server', 'notice')).toMatchObject([
      { run: 1, trouble: cannot },
      { run: 2, trouble: cannot },
    ])
    await page.leave()
    await course.close()
  })

  test.each(['py', 'ts'] as const)('a program is held and released as well, in %s', async (language) => {
    const course = await startCourse({ rung: 'plain', catalog: true })
    const page = await BenchClient.open(course.port, 'tcp-client-sends')
    page.say({ type: 'hold', program: 'server', on: true })
    page.run({ program: 'server', language })
    await heldTimes(page, 'server', 1)
    const next = await release(page, 'server')
    expect(next).toBe(language === 'py' ? 'setsockopt' : 'listen')
    page.say({ type: 'hold', program: 'server', on: false })
    await page.until(() => page.eventsOf('server', 'ready').length === 1)
    await page.leave()
    await course.close()
  })
})
