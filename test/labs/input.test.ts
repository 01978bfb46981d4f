import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MAX_INPUT, MAX_WAITING_INPUT } from '../../labs/protocol.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { processorTimeOf } from '../helpers/processes.ts'
import { seeded } from '../helpers/random.ts'

let course: TestCourse
const pages: BenchClient[] = []

beforeAll(async () => {
  course = await startCourse({ apart: true })
  await course.addLab('one', {
    lines: { file: 'lines.ts' },
    echo: { file: 'echo.ts' },
    deaf: { file: 'deaf.ts' },
  })
})
afterEach(() => Promise.all(pages.splice(0).map((page) => page.leave())))
afterAll(() => course.close())

async function open(...programs: string[]): Promise<BenchClient> {
  const page = await BenchClient.open(course.port, 'one')
  pages.push(page)
  for (const program of programs) await start(page, program)
  return page
}

async function start(page: BenchClient, program: string): Promise<void> {
  const before = page.received(program)
  page.run({ program, language: 'ts' })
  await page.until(() => page.received(program) >= before + 'ready'.length)
}

async function comeBack(from: BenchClient): Promise<BenchClient> {
  const page = await BenchClient.open(course.port, 'one', { from, after: from.last })
  pages.push(page)
  return page
}

const linesIn = (text: string) => [...text.matchAll(/\[(.*)\]/g)].map(([, line]) => line)

describe('input', () => {
  test('reaches its program once and in order over twenty cuts, when what was not taken is sent again', async () => {
    const random = seeded(4)
    let page = await open('lines')
    const expected: string[] = []
    let heard = ''
    const typeLine = (seq: number) => page.type('lines', `${expected[seq - 1]}\n`, seq)
    for (let cut = 0; cut <= 20; cut += 1) {
      for (let i = 0; i < 1 + random() * 10; i += 1) typeLine(expected.push(`line ${expected.length + 1}`))
      if (cut === 20) break
      const enough = random() * expected.length
      if (random() < 0.7) await page.until(() => page.taken('lines') >= enough)
      await page.cut()
      heard += page.text('lines')
      page = await comeBack(page)
      for (let seq = page.taken('lines') + 1; seq <= expected.length; seq += 1) typeLine(seq)
      // Also what was taken is sent again now and then, as by a page that did not hear of it.
      if (random() < 0.5) typeLine(Math.ceil(random() * expected.length))
    }
    await page.until(() => page.text('lines').includes(`[${expected.at(-1)}]`))
    heard += page.text('lines')
    expect(expected.length).toBeGreaterThan(60)
    expect(linesIn(heard)).toEqual(expected)
    await page.until(() => page.taken('lines') === expected.length)
  })

  test('that was seen is not typed again; a number may be left out', async () => {
    const page = await open('lines')
    page.type('lines', 'one\n', 1)
    page.type('lines', 'again\n', 1)
    page.type('lines', 'ten\n', 10)
    page.type('lines', 'late\n', 9)
    page.type('lines', 'eleven\n', 11)
    await page.until(() => page.text('lines').includes('eleven'))
    expect(linesIn(page.text('lines'))).toEqual(['one', 'ten', 'eleven'])
    await page.until(() => page.taken('lines') === 11)
    expect(page.troubles).toEqual([])
  })

  test('is numbered for each program by itself, and over all its runs', async () => {
    const page = await open('lines', 'echo')
    page.type('lines', 'first\n', 5)
    page.type('echo', 'x', 1)
    await page.until(() => page.text('echo') === 'readyx' && page.text('lines').includes('[first]'))
    page.say({ type: 'stop', programs: ['lines'] })
    await page.exit('lines')
    page.run({ program: 'lines', language: 'ts' })
    await page.until(() => page.text('lines').endsWith('ready\r\n'))
    page.type('lines', 'old\n', 5)
    page.type('lines', 'new\n', 6)
    await page.until(() => page.text('lines').includes('[new]'))
    expect(linesIn(page.text('lines'))).toEqual(['first', 'new'])
  })

  test('is not typed again to a page that comes back, however much of it was answered', async () => {
    const page = await open('echo')
    page.type('echo', 'question')
    await page.until(() => page.text('echo') === 'readyquestion')
    await page.cut()
    const fresh = await BenchClient.open(course.port, 'one', { from: page, after: 0 })
    pages.push(fresh)
    await fresh.until(() => fresh.text('echo') === 'readyquestion')
    fresh.type('echo', '!')
    await fresh.until(() => fresh.text('echo') === 'readyquestion!')
  })
})

describe('a program that does not read', () => {
  const typeTo = (page: BenchClient, pieces: number) => {
    for (let i = 0; i < pieces; i += 1) page.type('deaf', Buffer.alloc(MAX_INPUT, 'x'))
  }

  test('is typed to up to a limit; what is refused is named, and not told as taken before the rest', async () => {
    const page = await open('deaf')
    const fitting = MAX_WAITING_INPUT / MAX_INPUT
    typeTo(page, fitting + 10)
    await page.until(() => page.eventsOf('deaf', 'notice').length > 0)
    const refused = { kind: 'input-full', program: 'deaf', bytes: MAX_INPUT }
    expect(page.eventsOf('deaf', 'notice')[0]).toMatchObject({ run: 1, trouble: refused })
    await page.until(() => page.told.some(({ type }) => type === 'taken'))
    page.say({ type: 'stop', programs: ['echo'] })
    await page.until(() => page.troubles.length === 1)
    const count = page.eventsOf('deaf', 'notice').length
    expect(count).toBeGreaterThanOrEqual(5)
    expect(count).toBeLessThanOrEqual(10)
    expect(page.taken('deaf')).toBeLessThanOrEqual(10 - count)
    page.say({ type: 'stop', programs: ['deaf'] })
    expect(await page.exit('deaf')).toMatchObject({ signal: 'SIGHUP' })
    await page.until(() => page.taken('deaf') === fitting + 10)
  })

  test('keeps nobody else waiting, and the server costs little', async () => {
    const [page, other] = [await open('deaf', 'echo'), await open('echo')]
    typeTo(page, 8)
    for (const one of [page, other]) {
      for (let i = 1; i <= 20; i += 1) {
        one.type('echo', 'x')
        await one.until(() => one.received('echo') === 'ready'.length + i)
      }
    }
    expect(page.eventsOf('deaf', 'notice')).toEqual([])
    if (process.platform !== 'linux') return
    const used = processorTimeOf(course.pid)
    const begun = performance.now()
    await pause(1000)
    const share = (processorTimeOf(course.pid) - used) / (performance.now() - begun)
    expect(share).toBeLessThan(0.3)
  })
})

describe('what a program did not read before it died', () => {
  test('reaches no other program and no other connection, sixty times', async () => {
    const secret = Buffer.alloc(MAX_INPUT, 'secret ')
    const dying = await Promise.all(Array.from({ length: 6 }, () => open()))
    const others = [await open(), await open()]
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(dying.map((page) => start(page, 'deaf')))
      for (const page of dying) for (let i = 0; i < 4; i += 1) page.type('deaf', secret)
      for (const page of dying) page.say({ type: 'stop', programs: ['deaf'] })
      // Descriptors are taken again at the moment they become free: by programs that start and connections that come.
      const allDead = () => dying.every((page) => page.eventsOf('deaf', 'exited').length > round)
      const [connections] = await Promise.all([listenUntil(allDead), ...others.map((page) => start(page, 'echo'))])
      await Promise.all(dying.map((page) => page.exit('deaf')))
      for (const page of others) page.type('echo', 'done')
      await Promise.all(others.map((page) => page.until(() => page.text('echo').endsWith('done'))))
      for (const page of others) page.say({ type: 'stop', programs: ['echo'] })
      await Promise.all(others.map((page) => page.exit('echo')))
      expect(connections.heard()).toBe('')
      connections.close()
    }
    expect(dying.map((page) => page.eventsOf('deaf', 'exited').length)).toEqual(Array(6).fill(10))
    expect(others.map((page) => page.text('echo'))).toEqual(Array(2).fill('readydone'.repeat(10)))
  }, 120_000)
})

/** Connects again and again until this holds, but not so often that the server's queue is full; notes what the server says to any of these connections. */
async function listenUntil(holds: () => boolean) {
  const sockets: Socket[] = []
  const heard: Buffer[] = []
  while (!holds() && sockets.length < 400) {
    const socket = connect(course.port, '127.0.0.1').on('data', (bytes: Buffer) => heard.push(bytes))
    sockets.push(socket)
    await once(socket, 'connect')
  }
  return {
    heard: () => Buffer.concat(heard).toString('latin1'),
    close: () => sockets.map((socket) => socket.destroy()),
  }
}
