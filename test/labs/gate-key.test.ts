import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROTOCOL } from '../../labs/protocol.ts'
import { policyOfPages, scriptHashes } from '../../labs/server/headers.ts'
import { cookieName, cookiesIn, Invitation, newKey } from '../../labs/server/invitation.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { childrenOf } from '../helpers/processes.ts'
import { sendRaw, upgrade } from '../helpers/raw.ts'
import { askToEnter, enter, healthOf, keyOf, type Reader } from '../helpers/readers.ts'

const LINUX = process.platform === 'linux'

describe('an invitation', () => {
  const invitation = new Invitation('the key')
  const reader = invitation.newReader()
  const cookie = invitation.cookieOf(reader)
  const pass = invitation.passOf(reader)

  test('knows its key and no other', () => {
    expect(invitation.isKey('the key')).toBe(true)
    for (const key of ['', 'the', 'the key ', 'The key', 'thé key', '\0'])
      expect(invitation.isKey(key), key).toBe(false)
  })

  test('knows its readers by their cookies, and nobody by anything else', () => {
    expect(invitation.readerOf(cookie)).toBe(reader)
    const others = [
      '',
      '.',
      reader,
      `${reader}.`,
      `${reader}.${pass}`,
      `x${cookie}`,
      `${cookie}x`,
      cookie.toUpperCase(),
    ]
    for (const other of others) expect(invitation.readerOf(other), other).toBeNull()
    expect(new Invitation('the key').readerOf(cookie)).toBeNull()
  })

  test('takes from each reader the own pass only', () => {
    expect(invitation.isPass(reader, pass)).toBe(true)
    const other = invitation.newReader()
    for (const wrong of [undefined, '', cookie, invitation.passOf(other), `${pass} `]) {
      expect(invitation.isPass(reader, wrong), wrong).toBe(false)
    }
    expect(new Invitation('the key').isPass(reader, pass)).toBe(false)
  })

  test('never gives two readers or two starts the same values', () => {
    expect(new Set(Array.from({ length: 100 }, () => invitation.newReader())).size).toBe(100)
    expect(new Set(Array.from({ length: 100 }, newKey)).size).toBe(100)
    expect(newKey()).toMatch(/^[\w-]{32}$/)
  })
})

test('cookies are found by their whole name, all of them, also beside broken ones', () => {
  const name = cookieName(4321)
  expect(name).toBe('both-ends-4321')
  expect(cookiesIn(`a=b; ${name}=one;${name}=two=; ${name}0=three; x${name}=four;;=; ${name}`, name)).toEqual([
    'one',
    'two=',
    '',
  ])
  expect(cookiesIn(undefined, name)).toEqual([])
})

describe('the hashes of a policy', () => {
  test('are those that browsers compute of inline scripts, and of nothing else', () => {
    const hash = 'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='
    const page = `<script>doSomething();</script><script src="/a.js"></script><SCRIPT type='module' async>doSomething();</script
      ><script type="application/json" id="words">{"a": "<b>"}</script><script
      data-a type=text/javascript>doSomething();</script>`
    expect(scriptHashes('<script>doSomething();</script>')).toEqual([hash])
    expect(scriptHashes(page)).toEqual([hash, hash, hash])
    expect(policyOfPages([hash])).toContain(`script-src 'self' '${hash}';`)
  })
})

describe('the server', () => {
  let course: TestCourse
  let reader: Reader
  let own: string
  beforeAll(async () => {
    course = await startCourse({ apart: true, limits: { benches: 7 } })
    await course.addLab('one', { waiter: { ts: `setInterval(() => {}, 1000)` } })
    reader = await enter(course.port)
    own = `127.0.0.1:${course.port}`
  })
  afterAll(() => course.close())

  const openBy = (cookie: string) => upgrade(course.port, { host: own, origin: `http://${own}`, cookie })

  /** Sends a request to enter as it is. */
  const enterRaw = (headers: string[], body = JSON.stringify({ key: keyOf(course.port) }), method = 'POST') => {
    const lines = [`${method} /enter HTTP/1.1`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`]
    return sendRaw(course.port, `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`)
  }

  test('lets in by its key, with a cookie that no script reads and that no other page makes the browser send', async () => {
    const answer = await askToEnter(course.port)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('set-cookie')).toMatch(
      new RegExp(`^both-ends-${course.port}=[\\w-]+\\.[\\w-]+; Path=/; HttpOnly; SameSite=Strict$`),
    )
    expect(await answer.json()).toEqual({ pass: expect.stringMatching(/^[\w-]{43}$/) })
  })

  test('keeps a browser that enters twice the same reader', async () => {
    const again = await askToEnter(course.port, { cookie: reader.cookie })
    expect(again.headers.get('set-cookie')).toContain(reader.cookie)
    expect(await again.json()).toEqual({ pass: reader.pass })
    const stranger = await askToEnter(course.port, { cookie: `both-ends-${course.port}=stolen.value` })
    expect(stranger.headers.get('set-cookie')).not.toContain('stolen')
  })

  test.each([
    ['another', 'wrong'],
    ['none', ''],
    ['a longer one', 'KEYx'],
    ['a shorter one', 'KEY'.slice(0, 1)],
  ])('lets nobody in by a wrong key: %s', async (_, key) => {
    const answer = await askToEnter(course.port, { key: key.replace('KEY', keyOf(course.port)) })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(await answer.text()).toMatch(/^This key is not the one of this start of the course\. Open the link /)
  })

  test.each([undefined, null, 7, ['KEY'], { key: 'KEY' }])('reads no key that is %j', async (key) => {
    const answer = await fetch(`http://${own}/enter`, {
      method: 'POST',
      headers: { Origin: `http://${own}` },
      body: JSON.stringify({ key }),
    })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([400, null])
  })

  test.each(['', '{', 'null', '[]', '"key"', 'key=x', `{"key":"${'x'.repeat(2000)}"}`, '\0'])(
    'reads no body that is not a key: %s',
    async (body) => {
      expect(await enterRaw([`Host: ${own}`, `Origin: http://${own}`], body)).toMatch(/^HTTP\/1\.1 400/)
    },
  )

  test.each([
    ['a foreign page', 'OWN', 'http://evil.example'],
    ['a page of another port', 'OWN', 'http://127.0.0.1:1'],
    ['a sandboxed page', 'OWN', 'null'],
    ['no page', 'OWN', null],
    ['a rebound name', 'evil.example', 'http://evil.example'],
  ])('takes the right key from no page but its own: %s', async (_, host, origin) => {
    const headers = [`Host: ${host.replace('OWN', own)}`, ...(origin === null ? [] : [`Origin: ${origin}`])]
    const answer = await enterRaw(headers)
    expect(answer).toMatch(/^HTTP\/1\.1 403/)
    expect(answer).not.toMatch(/set-cookie/i)
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is entered by POST alone, not by %s', async (method) => {
    const answer = await enterRaw([`Host: ${own}`, `Origin: http://${own}`], undefined, method)
    expect(answer).toMatch(/^HTTP\/1\.1 405 (.|\r\n)*Allow: POST/)
    expect(answer).not.toMatch(/set-cookie|access-control/i)
  })

  test('lets no connection in without the cookie of this start and this port', async () => {
    const [name = '', value = ''] = reader.cookie.split('=')
    expect(await openBy(reader.cookie)).toMatch(/ 101 /)
    expect(await openBy(`${name}=x; ${reader.cookie}; other=1`)).toMatch(/ 101 /)
    const wrong = ['', name, `${name}=`, `${name}=${reader.pass}`, `${name}=${keyOf(course.port)}`, `${name}=${value}x`]
    for (const cookie of [...wrong, `both-ends-1=${value}`, `both-ends=${value}`, `${name.toUpperCase()}=${value}`]) {
      expect(await openBy(cookie), cookie).toMatch(/ 403 /)
    }
    expect(await upgrade(course.port, { host: own, origin: `http://${own}` })).toMatch(/ 403 /)
  })

  test.runIf(LINUX)('opens nothing and starts nothing for a cookie without its pass, and says so', async () => {
    const other = await enter(course.port)
    for (const pass of [undefined, 'wrong', other.pass, reader.cookie.split('=')[1], keyOf(course.port)]) {
      const page = await BenchClient.connect(course.port, reader)
      page.sayRaw(JSON.stringify({ type: 'open', protocol: PROTOCOL, lab: 'one', pass }))
      page.sayRaw(
        JSON.stringify({ type: 'run', programs: [{ program: 'waiter', language: 'ts', columns: 80, rows: 24 }] }),
      )
      await page.until(() => page.closed)
      expect(page.told, pass).toEqual([{ type: 'trouble', trouble: { kind: 'not-invited' } }])
      expect(page.closeCode).toBe(1008)
    }
    expect(childrenOf(course.pid)).toEqual([])
    expect((await health(reader)).inside).toMatchObject({ benches: 0, yours: 0 })
  })

  test('lets nobody return to the bench of another reader', async () => {
    const page = await BenchClient.open(course.port, 'one')
    const bench = page.opened?.bench ?? ''
    await page.cut()
    const other = await BenchClient.connect(course.port)
    other.say({ type: 'open', protocol: PROTOCOL, lab: 'one', resume: { bench, after: 0 } })
    await other.until(() => other.opened !== undefined)
    expect(other.opened).toMatchObject({ resumed: false })
    expect(other.opened?.bench).not.toBe(bench)
    await other.leave()
    const back = await BenchClient.open(course.port, 'one', { from: page, after: 0 })
    expect(back.opened).toMatchObject({ resumed: true, bench })
    await back.leave()
  })

  const health = (who?: Partial<Reader>) => healthOf(course.port, who)

  test('tells everybody what it is, and what there is inside to its readers alone', async () => {
    const page = await BenchClient.open(course.port, 'one')
    const told = await health(page.reader)
    expect(told).toMatchObject({ protocol: PROTOCOL, network: 'plain' })
    expect(told.inside).toMatchObject({ yours: 1, limits: { benches: 7, benchesPerReader: 32 } })
    expect((await health(reader)).inside).toMatchObject({ yours: 0, benches: told.inside?.benches })
    for (const stranger of [
      undefined,
      { cookie: reader.cookie },
      { pass: reader.pass },
      { ...reader, pass: page.reader.pass },
    ]) {
      const known = await health(stranger)
      expect(known).toMatchObject({ protocol: PROTOCOL, network: 'plain' })
      expect(JSON.stringify(known)).not.toMatch(/inside|benches|limits|connections/)
    }
    await page.leave()
  })
})
