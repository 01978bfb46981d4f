import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { BENCH_PATH, PROTOCOL } from '../../labs/protocol.ts'
import { allowedHosts, mayOpen, mayRead } from '../../labs/server/gate.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { childrenOf, until } from '../helpers/processes.ts'
import { getRequest, sendRaw, upgrade, upgradeRequest } from '../helpers/raw.ts'
import { enter, type Reader } from '../helpers/readers.ts'

const LINUX = process.platform === 'linux'

interface Case {
  readonly who: string
  readonly host: string | null
  readonly origin: string | null
  readonly reads: boolean
  readonly opens: boolean
}

/** Who asks, by what headers, and what is allowed; `PORT` stands for the server's own. */
const CASES: Case[] = [
  { who: 'the own page', host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:PORT', reads: true, opens: true },
  {
    who: 'the own page as localhost',
    host: 'localhost:PORT',
    origin: 'http://localhost:PORT',
    reads: true,
    opens: true,
  },
  { who: 'the own page over IPv6', host: '[::1]:PORT', origin: 'http://[::1]:PORT', reads: true, opens: true },
  { who: 'a foreign page', host: '127.0.0.1:PORT', origin: 'http://evil.example', reads: true, opens: false },
  { who: 'a sandboxed page', host: '127.0.0.1:PORT', origin: 'null', reads: true, opens: false },
  { who: 'no page', host: '127.0.0.1:PORT', origin: null, reads: true, opens: false },
  { who: 'an empty origin', host: '127.0.0.1:PORT', origin: '', reads: true, opens: false },
  { who: 'a page of another port', host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:1', reads: true, opens: false },
  { who: 'a page without port', host: '127.0.0.1:PORT', origin: 'http://127.0.0.1', reads: true, opens: false },
  {
    who: 'a page of the other name',
    host: '127.0.0.1:PORT',
    origin: 'http://localhost:PORT',
    reads: true,
    opens: false,
  },
  { who: 'a page by https', host: '127.0.0.1:PORT', origin: 'https://127.0.0.1:PORT', reads: true, opens: false },
  { who: 'an origin with a path', host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:PORT/', reads: true, opens: false },
  {
    who: 'an origin that begins alike',
    host: '127.0.0.1:PORT',
    origin: 'http://127.0.0.1:PORT0',
    reads: true,
    opens: false,
  },
  { who: 'capitals in the origin', host: 'localhost:PORT', origin: 'http://LOCALHOST:PORT', reads: true, opens: false },
  { who: 'a rebound name', host: 'evil.example:PORT', origin: 'http://evil.example:PORT', reads: false, opens: false },
  {
    who: 'a name below localhost',
    host: 'a.localhost:PORT',
    origin: 'http://a.localhost:PORT',
    reads: false,
    opens: false,
  },
  {
    who: 'a name that begins alike',
    host: '127.0.0.1.evil.example:PORT',
    origin: 'http://127.0.0.1:PORT',
    reads: false,
    opens: false,
  },
  { who: 'capitals in the host', host: 'LOCALHOST:PORT', origin: 'http://LOCALHOST:PORT', reads: false, opens: false },
  {
    who: 'a dot after the name',
    host: 'localhost.:PORT',
    origin: 'http://localhost.:PORT',
    reads: false,
    opens: false,
  },
  {
    who: 'another spelling of the address',
    host: '127.1:PORT',
    origin: 'http://127.1:PORT',
    reads: false,
    opens: false,
  },
  {
    who: 'another loopback address',
    host: '127.0.0.2:PORT',
    origin: 'http://127.0.0.2:PORT',
    reads: false,
    opens: false,
  },
  { who: 'all addresses', host: '0.0.0.0:PORT', origin: 'http://0.0.0.0:PORT', reads: false, opens: false },
  { who: 'a host without port', host: '127.0.0.1', origin: 'http://127.0.0.1', reads: false, opens: false },
  { who: 'another port', host: '127.0.0.1:1', origin: 'http://127.0.0.1:1', reads: false, opens: false },
  {
    who: 'somebody before an @',
    host: 'a@127.0.0.1:PORT',
    origin: 'http://127.0.0.1:PORT',
    reads: false,
    opens: false,
  },
]

const withPort = (text: string | null, port: number) => text?.replace('PORT', String(port)) ?? null

describe('the gate', () => {
  test.each(CASES)('decides about $who: host $host, origin $origin', ({ host, origin, reads, opens }) => {
    const asking = { host: withPort(host, 4321) ?? undefined, origin: withPort(origin, 4321) ?? undefined }
    expect(mayRead(asking, allowedHosts(4321))).toBe(reads)
    expect(mayOpen(asking, allowedHosts(4321))).toBe(opens)
  })

  test('refuses a request without a host', () => {
    expect(mayRead({ host: undefined, origin: undefined }, allowedHosts(4321))).toBe(false)
    expect(mayOpen({ host: undefined, origin: 'http://undefined' }, allowedHosts(4321))).toBe(false)
  })

  test('knows that browsers leave port 80 out', () => {
    expect(mayOpen({ host: '127.0.0.1', origin: 'http://127.0.0.1' }, allowedHosts(80))).toBe(true)
    expect(mayOpen({ host: '127.0.0.1', origin: 'http://127.0.0.1' }, allowedHosts(8080))).toBe(false)
  })
})

describe('the server at the gate', () => {
  let course: TestCourse
  let reader: Reader
  beforeAll(async () => {
    course = await startCourse({ apart: true })
    await course.addLab('one', { waiter: { ts: `setInterval(() => {}, 1000)` } })
    reader = await enter(course.port)
  })
  afterAll(() => course.close())

  test.each(CASES)(
    'lets a reader open a bench from nowhere but its own page: $who',
    async ({ host, origin, opens }) => {
      const { cookie } = reader
      const headers = { host: withPort(host, course.port), origin: withPort(origin, course.port), cookie }
      expect(await upgrade(course.port, headers)).toBe(
        `HTTP/1.1 ${opens ? '101 Switching Protocols' : '403 Forbidden'}`,
      )
    },
  )

  test.each(CASES)('lets its pages be read under its own names only: $who', async ({ host, reads }) => {
    const read = (path: string) => sendRaw(course.port, getRequest(course.port, path, withPort(host, course.port)))
    for (const [path, inside] of [
      ['/', 'a page'],
      ['/health', `"protocol":${PROTOCOL}`],
    ] as const) {
      const answer = await read(path)
      expect(answer).toMatch(reads ? /^HTTP\/1\.1 200 OK\r\n/ : /^HTTP\/1\.1 403 Forbidden\r\n/)
      expect(answer.includes(inside)).toBe(reads)
    }
  })

  test('answers to no request without a host', async () => {
    expect(await sendRaw(course.port, getRequest(course.port, '/', null))).toMatch(/^HTTP\/1\.1 400/)
    expect(await sendRaw(course.port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403/)
    expect(await upgrade(course.port, { host: null, origin: `http://127.0.0.1:${course.port}` })).toMatch(/ 400 | 403 /)
  })

  test('agrees to no compression', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${course.port}${BENCH_PATH}`, {
      origin: `http://127.0.0.1:${course.port}`,
      headers: { Cookie: reader.cookie },
      perMessageDeflate: true,
    })
    await once(socket, 'open')
    expect(socket.extensions).toBe('')
    socket.terminate()
  })

  test('goes by the first of two hosts', async () => {
    const own = `127.0.0.1:${course.port}`
    const two = getRequest(course.port, '/', 'evil.example', `Host: ${own}\r\n`)
    expect(await sendRaw(course.port, two)).toMatch(/^HTTP\/1\.1 40[03]/)
  })

  test.runIf(LINUX)('starts no process for anyone it refuses, and one for its own page', async () => {
    const own = `127.0.0.1:${course.port}`
    for (const { host, origin, opens } of CASES) {
      const { cookie } = reader
      if (!opens)
        await upgrade(course.port, { host: withPort(host, course.port), origin: withPort(origin, course.port), cookie })
    }
    expect(childrenOf(course.pid)).toEqual([])
    const page = await BenchClient.open(course.port, 'one')
    // A bench looks once whether the programs' calls can be told.
    await until(() => childrenOf(course.pid).length === 0, 'what a bench makes ready is ready')
    expect(await upgrade(course.port, { host: own, origin: 'http://evil.example' })).toMatch(/403/)
    expect(childrenOf(course.pid)).toEqual([])
    page.run({ program: 'waiter', language: 'ts' })
    await page.until(() => page.eventsOf('waiter', 'started').length === 1)
    expect(childrenOf(course.pid)).toEqual([page.eventsOf('waiter', 'started')[0]?.pid])
    page.say({ type: 'stop', programs: ['waiter'] })
    await page.exit('waiter')
    await page.cut()
  })

  test('lives on when somebody it refuses is gone before the answer', async () => {
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(course.port, '127.0.0.1').on('error', () => {})
      await once(socket, 'connect')
      socket.write(upgradeRequest({ host: 'evil.example', origin: 'http://evil.example' }))
      socket.resetAndDestroy()
    }
    expect(await sendRaw(course.port, getRequest(course.port, '/'))).toMatch(/a page$/)
  })

  test('listens on 127.0.0.1 alone', async () => {
    const reached = (host: string) =>
      new Promise<boolean>((resolve) => {
        const socket = connect(course.port, host)
        socket.once('error', () => resolve(false))
        socket.once('connect', () => {
          socket.destroy()
          resolve(true)
        })
      })
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    const others = all.filter(({ address, scopeid }) => address !== '127.0.0.1' && !scopeid)
    expect(await reached('127.0.0.1')).toBe(true)
    for (const address of [...others.map(({ address }) => address), '::1', '127.0.0.2']) {
      expect(await reached(address), address).toBe(false)
    }
  })
})
