import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROTOCOL } from '../../labs/protocol.ts'
import { pagesFrom } from '../../labs/server/pages.ts'
import { CourseServer, type Parts } from '../../labs/server/server.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { testParts } from '../helpers/parts.ts'
import { isThere, until } from '../helpers/processes.ts'
import { getRequest, sendRaw, upgradeRequest } from '../helpers/raw.ts'

describe('pages', () => {
  let course: TestCourse
  const get = (path: string, more = '') => sendRaw(course.port, getRequest(course.port, path, undefined, more))
  beforeAll(async () => {
    course = await startCourse({ apart: true })
    await mkdir(join(course.folder, 'dist', 'en'))
    await mkdir(join(course.folder, 'dist', '_astro'))
    await writeFile(join(course.folder, 'dist', 'en', 'index.html'), 'an English page')
    await writeFile(join(course.folder, 'dist', '_astro', 'a.css'), 'a {}')
    await writeFile(join(course.folder, 'secret.html'), 'a secret')
    await writeFile(join(course.folder, 'dist.html'), 'a secret')
  })
  afterAll(() => course.close())

  test('are served by their addresses', async () => {
    expect(await get('/')).toMatch(/^HTTP\/1\.1 200 OK(.|\r\n)*no-cache(.|\r\n)*\r\n\r\na page$/)
    expect(await get('/en/')).toMatch(/^HTTP\/1\.1 200 OK(.|\r\n)*\r\n\r\nan English page$/)
    expect(await get('/_astro/a.css')).toMatch(/^HTTP\/1\.1 200 OK(.|\r\n)*immutable/)
  })

  test('may compile nothing; only the script that searches may, by a policy of its own', async () => {
    const policyOf = async (path: string) =>
      /^content-security-policy: (.*)$/im.exec(await get(path))?.[1]?.trim() ?? 'none'
    expect(await policyOf('/')).not.toContain('wasm')
    expect(await policyOf('/pagefind/pagefind.js')).not.toContain('wasm')
    for (const path of ['/pagefind/pagefind-worker.js', '/pagefind/pagefind-worker.js?x']) {
      expect(await policyOf(path)).toMatch(
        /^default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'; object-src 'none'/,
      )
    }
  })

  test('that are not there are answered with 404, in the language of their address where there is one', async () => {
    const missing = join(course.folder, 'dist', 'zh', '404')
    await mkdir(missing, { recursive: true })
    await writeFile(join(missing, 'index.html'), 'no page, in Chinese')
    for (const path of ['/zh/nothing/', '/zh/', '/zh', '/zh?x', '/zh/udp/../nothing']) {
      expect(await get(path)).toMatch(/^HTTP\/1\.1 404 Not Found\r\n(.|\r\n)*\r\nno page, in Chinese\r\n/)
    }
    for (const path of ['/nothing/', '/zhang/', '/en/nothing/', '/x/zh/']) {
      expect(await get(path)).toMatch(/^HTTP\/1\.1 404 Not Found\r\n(.|\r\n)*\r\nno such page\r\n/)
    }
  })

  test('that are not there are answered with 404 and the page for it', async () => {
    expect(await get('/en/nothing/')).toMatch(/^HTTP\/1\.1 404 Not Found\r\n(.|\r\n)*\r\nno such page\r\n/)
  })

  test.each([
    '/../secret.html',
    '/../package.json',
    '/en/../../secret.html',
    '/..%2fsecret.html',
    '/%2e%2e/secret.html',
    '/%2e%2e%2fsecret.html',
    '/..%5csecret.html',
    '/..\\secret.html',
    '/../dist.html',
    '/%c0%ae%c0%ae/secret.html',
    '//etc/passwd',
    '///etc/passwd',
    '/etc/passwd',
    '/%00',
    '/secret.html%00.html',
    '/%',
    '/%zz',
    '/.git/config',
    '/__proto__',
    '/constructor',
    '*',
    '/?/../secret.html',
    '/en?../../secret.html',
  ])('never show a file from outside: %s', async (path) => {
    const answer = await get(path)
    expect(answer).toMatch(/^HTTP\/1\.1 (400|404|200) /)
    expect(answer).not.toMatch(/secret|root:|both-ends|"type"/)
    if (answer.startsWith('HTTP/1.1 200')) expect(answer).toMatch(/an? (English )?page$/)
  })

  test.each(['bytes=5-2', 'bytes=-1', 'bytes=99999-', 'bytes=0-99999', 'bytes=a-b', 'lines=1-2', 'bytes=', '-'])(
    'are given as a whole whatever part is asked for: %s',
    async (range) => {
      expect(await get('/', `Range: ${range}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK\r\n(.|\r\n)*\r\n\r\na page$/)
    },
  )

  test('can go and come while the server runs', async () => {
    const file = join(course.folder, 'dist', 'late.html')
    expect(await get('/late')).toMatch(/^HTTP\/1\.1 404/)
    await writeFile(file, 'a late page')
    expect(await get('/late')).toMatch(/a late page$/)
    await rm(file)
    expect(await get('/late')).toMatch(/^HTTP\/1\.1 404/)
  })

  test('that cannot be opened do not end the server', async () => {
    // A socket has a name like a file, and is one that nobody can open and read.
    const holder = createServer().listen(join(course.folder, 'dist', 'locked.html'))
    await once(holder, 'listening')
    expect(await get('/locked')).toMatch(/^(HTTP\/1\.1 200 OK(.|\r\n)*\r\n\r\n)?$/)
    expect(await get('/')).toMatch(/a page$/)
    holder.close()
  })

  test('tell the health of the server', async () => {
    const answer = await fetch(`http://127.0.0.1:${course.port}/health`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toMatchObject({ protocol: PROTOCOL, version: '0.0.0', interpreters: { ts: '26.10.0' } })
  })

  test('have no WebSocket of their own', async () => {
    const own = `127.0.0.1:${course.port}`
    expect(await sendRaw(course.port, upgradeRequest({ host: own, origin: `http://${own}` }, '/elsewhere'))).toBe('')
    expect(await sendRaw(course.port, upgradeRequest({ host: own, origin: `http://${own}` }, '/_bench/'))).toBe('')
  })
})

describe('pages from elsewhere', () => {
  let parts: Parts
  beforeAll(async () => {
    parts = await testParts('/nowhere')
  })

  test('are passed on, and so is their own WebSocket', async () => {
    const elsewhere = createHttpServer((request, response) => response.end(`${request.method} ${request.url}`))
    elsewhere.on('upgrade', (request, socket) => socket.end(`upgraded ${request.url} for ${request.headers.origin}`))
    elsewhere.listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    const pages = pagesFrom(new URL(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`))
    const server = new CourseServer({ ...parts, pages })
    const port = await server.listen(0)
    expect(await sendRaw(port, getRequest(port, '/en/?a=b'))).toMatch(/GET \/en\/\?a=b/)
    const headers = { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` }
    expect(await sendRaw(port, upgradeRequest(headers, '/vite'))).toBe(`upgraded /vite for ${headers.origin}`)
    const foreign = await sendRaw(port, upgradeRequest({ ...headers, origin: 'http://somewhere' }, '/vite'))
    expect(foreign).toMatch(/^HTTP\/1\.1 403/)
    const refused = await sendRaw(port, upgradeRequest({ ...headers, host: 'evil.example' }, '/vite'))
    expect(refused).toMatch(/^HTTP\/1\.1 403/)
    await server.close()
    elsewhere.close()
  })

  test.each(['destroy', 'resetAndDestroy'] as const)(
    'that end in the middle end for the reader too: %s',
    async (how) => {
      const elsewhere = createHttpServer((request, response) => {
        response.writeHead(200, { 'Content-Length': 1000 })
        response.write('the first half')
        cut = () => request.socket[how]()
      })
      let cut = () => {}
      elsewhere.listen(0, '127.0.0.1')
      await once(elsewhere, 'listening')
      const pages = pagesFrom(new URL(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`))
      const server = new CourseServer({ ...parts, pages })
      const port = await server.listen(0)
      const reader = connect(port, '127.0.0.1').on('error', () => {})
      reader.write(getRequest(port, '/'))
      await once(reader, 'data')
      const closed = once(reader, 'close')
      cut()
      await closed
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
      await server.close()
      elsewhere.close()
    },
  )

  test('that do not answer are said not to', async () => {
    const server = new CourseServer({ ...parts, pages: pagesFrom(new URL('http://127.0.0.1:1')) })
    const port = await server.listen(0)
    expect(await sendRaw(port, getRequest(port, '/'))).toMatch(
      /^HTTP\/1\.1 502 (.|\r\n)*The page server at 127.0.0.1:1/,
    )
    const own = `127.0.0.1:${port}`
    expect(await sendRaw(port, upgradeRequest({ host: own, origin: `http://${own}` }, '/vite'))).toBe('')
    await server.close()
  })
})

describe('a port', () => {
  let parts: Parts
  beforeAll(async () => {
    parts = await testParts('/nowhere')
  })
  const pages = { answer: () => {}, upgrade: () => {} }

  test('that is taken is left for the next one that is free', async () => {
    const holders: Server[] = []
    const hold = async (port: number) => {
      const holder = createServer().listen(port, '127.0.0.1')
      holders.push(holder)
      await once(holder, 'listening')
      return (holder.address() as AddressInfo).port
    }
    const first = await hold(0)
    const taken = [first]
    await hold(first + 1).then(
      (port) => taken.push(port),
      () => {},
    )
    const server = new CourseServer({ ...parts, pages })
    const got = await server.listen(first)
    expect(got).toBeGreaterThan(Math.max(...taken))
    expect(got).toBeLessThanOrEqual(first + 20)
    await server.close()
    for (const holder of holders) holder.close()
  })
})

test('the highest port that is taken is left for any other', async () => {
  const holder = createServer().listen(65_535, '127.0.0.1')
  await once(holder, 'listening')
  const server = new CourseServer(await testParts('/nowhere'))
  expect(await server.listen(65_535)).toBeLessThan(65_535)
  await server.close()
  holder.close()
})

describe('a server that closes', () => {
  test('ends every program, tells its pages, and waits for nobody', async () => {
    const course = await startCourse()
    await course.addLab('one', { waiter: { file: 'ready.ts' } })
    const [page, other] = await Promise.all([
      BenchClient.open(course.port, 'one'),
      BenchClient.open(course.port, 'one'),
    ])
    for (const client of [page, other]) {
      client.run({ program: 'waiter', language: 'ts' })
      await client.until(() => client.text('waiter').includes('ready'))
    }
    const own = `127.0.0.1:${course.port}`
    const idle = connect(course.port, '127.0.0.1')
    const refused = connect({ port: course.port, host: '127.0.0.1', allowHalfOpen: true })
    refused.write(upgradeRequest({ host: own, origin: null }))
    await Promise.all([once(refused, 'data'), once(idle, 'connect')])
    const pids = [page, other].flatMap((client) => client.eventsOf('waiter', 'started').map(({ pid }) => pid))
    expect(pids.map(isThere)).toEqual([true, true])

    await course.close()
    expect(pids.map(isThere)).toEqual([false, false])
    await Promise.all([page, other].map((client) => client.until(() => client.closed)))
    for (const client of [page, other]) {
      expect(client.told.at(-1)).toEqual({ type: 'closed', ending: 'server-stopping' })
      expect(client.eventsOf('waiter', 'exited')).toMatchObject([{ signal: 'SIGHUP', stopped: false }])
    }
    await until(() => idle.destroyed || idle.readableEnded, 'an idle connection is closed')
    idle.destroy()
    refused.destroy()
  })

  test('runs nothing more for a page that asks meanwhile', async () => {
    const course = await startCourse()
    await course.addLab('one', { waiter: { file: 'stubborn.ts' }, other: { file: 'ready.ts' } })
    const page = await BenchClient.open(course.port, 'one')
    page.run({ program: 'waiter', language: 'ts' })
    await page.until(() => page.text('waiter').includes('ready'))
    const closed = course.close()
    page.run({ program: 'other', language: 'ts' })
    await closed
    await page.until(() => page.closed)
    expect(page.eventsOf('waiter', 'exited')).toMatchObject([{ signal: 'SIGKILL', stopped: false }])
    expect(page.eventsOf('other', 'starting')).toEqual([])
  })
})
