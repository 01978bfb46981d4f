import { once } from 'node:events'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BenchClient } from '../helpers/bench-client.ts'
import { startBrowser } from '../helpers/browser.ts'
import { childrenOf, until } from '../helpers/processes.ts'
import { getRequest, sendRaw, upgrade } from '../helpers/raw.ts'
import { knowKey } from '../helpers/readers.ts'
import { copyCourse, EXTRA, endServers, newReader, type Reader, removeCourse, Served } from './course.ts'
import { LabInPage } from './lab.ts'

const LINUX = process.platform === 'linux'
const LESSON = `/en/${EXTRA.lesson}/`

/** How the page tells a reader who may not run anything, and one whose link is an old one. */
const NOT_INVITED = {
  en: 'This page can be read, but it may not run anything: it was not opened by the link of this start of the course.',
  zh: '本页可以阅读，但不能运行程序：它不是用课程这次启动时给出的链接打开的。',
}
const WRONG_KEY = {
  en: 'The key in this link is not the one the course goes by now',
  zh: '这个链接中的密钥现在已不可用',
}

let folder: string
let browser: Browser
let served: Served
let reader: Reader
let page: Page

beforeAll(async () => {
  folder = await copyCourse()
  served = await Served.start(folder)
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await endServers()
  await removeCourse(folder)
})
beforeEach(async () => {
  reader = await newReader(browser)
  page = await reader.context.newPage()
})
afterEach(() => reader.context.close())

/** Opens an address and waits until the page has shown its key. */
async function enter(on: Page, address: string): Promise<void> {
  await on.goto(address)
  await on.waitForURL((url) => !url.searchParams.has('key'))
}

function numbersIn(on: Page) {
  const lab = new LabInPage(on, EXTRA.lab)
  return { lab, numbers: lab.program('numbers') }
}

/** Runs a program and stops it. */
async function runs(on: Page): Promise<void> {
  const { lab, numbers } = numbersIn(on)
  await numbers.run.click()
  await numbers.shows(/line \d/)
  await lab.connection('live')
  await numbers.stop.click()
  await numbers.exited('SIGHUP')
}

describe('the printed link', () => {
  test('leads to the course in the reader’s language, lets programs run, and leaves no key in the address', async () => {
    await enter(page, served.link.href)
    expect(page.url()).toBe(served.without('/en/'))
    const cookies = await reader.context.cookies()
    expect(cookies).toMatchObject([
      { name: `both-ends-${served.port}`, httpOnly: true, sameSite: 'Strict', path: '/', domain: '127.0.0.1' },
    ])
    expect(cookies[0]?.expires).toBe(-1)
    await page.goto(served.without(LESSON))
    await runs(page)
    expect(reader.faults).toEqual([])
  })

  test('keeps everything else in the address of any page', async () => {
    await enter(page, served.at('/zh/?a=b&c=%20d#here'))
    expect(page.url()).toMatch(/\/zh\/\?a=b&c=(%20|\+)d#here$/)
  })

  test('may be used by several browsers, each a reader of its own, and twice by one', async () => {
    const other = await newReader(browser)
    const others = await other.context.newPage()
    await enter(page, served.at(LESSON))
    await enter(others, served.at(LESSON))
    const values = await Promise.all([reader, other].map(({ context }) => context.cookies()))
    expect(values[0]?.[0]?.value).not.toBe(values[1]?.[0]?.value)
    await enter(page, served.at(LESSON))
    expect(await reader.context.cookies()).toEqual(values[0])
    await Promise.all([runs(page), runs(others)])
    await other.context.close()
    expect([...reader.faults, ...other.faults]).toEqual([])
  })

  test('lets a lab run that is pressed before the key has been looked at', async () => {
    await page.route('**/enter', async (route) => {
      await page.locator('[data-connection="connecting"]').waitFor({ state: 'attached' })
      await route.continue()
    })
    await page.goto(served.at(LESSON))
    await runs(page)
    expect(reader.faults).toEqual([])
  })
})

describe.each(['en', 'zh'] as const)('a wrong key, in %s', (lang) => {
  test('is refused, and the page says what to do', async () => {
    await enter(page, served.without(`/${lang}/?key=wrong`))
    await page.getByRole('alert').filter({ hasText: WRONG_KEY[lang] }).waitFor()
    expect(await reader.context.cookies()).toEqual([])
    expect(reader.faults.filter((fault) => !/403/.test(fault))).toEqual([])
  })
})

test('an old link takes nothing away from a browser that has entered by the new one', async () => {
  await enter(page, served.at('/en/'))
  const answered = page.waitForResponse('**/health')
  await enter(page, served.without(`${LESSON}?key=old`))
  await (await answered).finished()
  await runs(page)
  expect(await page.getByText(WRONG_KEY.en).isVisible()).toBe(false)
})

describe('a stranger', () => {
  test.each(['en', 'zh'] as const)('reads the pages in %s, runs nothing, and is told what to do', async (lang) => {
    const path = `/${lang}/udp/the-datagram-that-vanished/`
    await page.goto(served.without(path))
    expect(reader.faults).toEqual([])
    const lab = new LabInPage(page, 'udp-aligned')
    const before = childrenOf(served.pid)
    await lab.runAll.click()
    await lab.complains(NOT_INVITED[lang])
    await lab.connection('ended')
    await lab.program('receive').state('ready')
    expect(childrenOf(served.pid)).toEqual(before)
  })

  test('becomes a reader by opening the link in another tab', async () => {
    await page.goto(served.without(LESSON))
    const { lab, numbers } = numbersIn(page)
    await numbers.run.click()
    await lab.complains(NOT_INVITED.en)
    await enter(await reader.context.newPage(), served.at('/en/'))
    await runs(page)
    expect(await lab.root.getByText(NOT_INVITED.en).isVisible()).toBe(false)
  })

  test('with a reader’s cookie alone, which every port of the machine is sent, runs nothing', async () => {
    await enter(page, served.at(LESSON))
    await page.evaluate(() => localStorage.clear())
    await page.reload()
    const { lab, numbers } = numbersIn(page)
    const before = childrenOf(served.pid)
    await numbers.run.click()
    await lab.complains(NOT_INVITED.en)
    await lab.connection('ended')
    expect(childrenOf(served.pid)).toEqual(before)
    expect(reader.faults).toEqual([])
  })
})

describe('the policy of pages', () => {
  /** Writes down what the browser's policy has refused in the pages of a reader. */
  async function watchViolations(): Promise<string[]> {
    const violations: string[] = []
    await reader.context.exposeBinding('tellViolation', (_, what: string) => void violations.push(what))
    await reader.context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        const { tellViolation } = globalThis as unknown as { tellViolation: (what: string) => void }
        tellViolation(`${location.pathname}: ${violatedDirective} ${blockedURI}`)
      })
    })
    return violations
  }

  test('is never offended by the course: all pages, and a lab that is run with its terminals', async () => {
    const violations = await watchViolations()
    await enter(page, served.at('/en/'))
    const pages = globSync('**/*.html', { cwd: join(folder, 'dist') })
    expect(pages.length).toBeGreaterThan(7)
    for (const file of pages) await page.goto(served.without(`/${file.replace(/index\.html$/, '')}`))
    await page.goto(served.without('/en/udp/the-datagram-that-vanished/'))
    const lab = new LabInPage(page, 'udp-aligned')
    await lab.runAll.click()
    await lab.program('receive').shows('数据')
    await lab.program('receive').exited(0)
    await page.getByRole('button', { name: 'Dark / light' }).click()
    expect(violations).toEqual([])
    expect(reader.faults).toEqual([])
  })

  test('refuses scripts that no build has seen, other servers, frames, forms, and another base', async () => {
    const violations = await watchViolations()
    const elsewhere = createServer((_, response) => response.end('elsewhere')).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    const other = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
    await page.goto(served.without('/en/'))
    await page.evaluate(async (other) => {
      const add = (name: string, more: object) =>
        document.body.append(Object.assign(document.createElement(name), more))
      add('script', { textContent: 'globalThis.hasRun = true' })
      add('script', { src: `${other}/a.js` })
      add('img', { src: `${other}/a.png` })
      add('iframe', { src: '/zh/' })
      document.head.append(Object.assign(document.createElement('base'), { href: other }))
      await fetch(`${other}/`).catch(() => {})
      try {
        new WebSocket(other.replace('http', 'ws'))
      } catch {
        // Some browsers tell it so.
      }
      const form = Object.assign(document.createElement('form'), { action: '/en/' })
      document.body.append(form)
      form.submit()
    }, other)
    const kinds = () => new Set(violations.map((violation) => violation.split(' ')[1]))
    const wanted = ['script-src-elem', 'img-src', 'frame-src', 'base-uri', 'connect-src', 'form-action']
    await until(() => wanted.every((kind) => kinds().has(kind)), `all are refused, not only ${[...kinds()]}`, 10)
    expect(violations.filter((violation) => violation.includes('connect-src'))).toHaveLength(2)
    expect(await page.evaluate(() => 'hasRun' in globalThis)).toBe(false)
    elsewhere.close()
  })

  test('lets no other page show the course in a frame', async () => {
    const frame = `<iframe src="${served.without('/en/')}"></iframe>`
    const elsewhere = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(frame)
    }).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`)
    expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/)
    elsewhere.close()
  })

  test.each(['/', '/en/', '/favicon.svg', '/nothing/', '/health'])('stands at every answer: %s', async (path) => {
    const answer = await fetch(served.without(path))
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'$/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  })

  test('names the inline scripts of the pages by their hashes and lets no other in', async () => {
    const policy = (await fetch(served.without('/en/'))).headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'self'( 'sha256-[\w+/]+=*'){2};/)
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)
    expect(policy).toContain("connect-src 'self';")
    expect(policy).toMatch(/object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/)
    const again = await fetch(served.without('/en/'), {
      headers: { 'If-None-Match': (await fetch(served.without('/en/'))).headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
    expect(again.headers.get('content-security-policy')).toBe(policy)
  })
})

describe.runIf(LINUX)('the key', () => {
  /** Stands in for what opens a browser: writes down what it was given, and all that every process shows of itself. */
  const OPENER = `#!/bin/sh
stat -c %a "$1" > "$RECORD/mode"
cat "$1" > "$RECORD/page"
cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ > "$RECORD/processes" 2> /dev/null
echo "$@" > "$RECORD/arguments.new"
mv "$RECORD/arguments.new" "$RECORD/arguments"
`

  test.each(['main.ts', 'dev.ts'])('reaches the browser by no process’s arguments or environment: %s', async (file) => {
    const record = join(folder, `record-${file}`)
    await mkdir(record)
    await writeFile(join(record, 'xdg-open'), OPENER, { mode: 0o755 })
    const env = { DISPLAY: ':0', RECORD: record, PATH: `${record}:${process.env.PATH}` }
    const own = await Served.start(folder, { file, env, opens: true })
    await until(() => readdirSync(record).includes('arguments'), 'a browser is opened')
    const told = await Promise.all(
      ['mode', 'page', 'processes', 'arguments'].map((name) => readFile(join(record, name), 'utf8')),
    )
    const [mode, opened = '', processes = '', given = ''] = told
    expect(opened).toContain(`content="0; url=${own.link.href}"`)
    expect(mode).toBe('600\n')
    expect(processes).toContain('xdg-open')
    expect(processes).not.toContain(own.key)
    expect(given).not.toContain(own.key)
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      for (const part of ['cmdline', 'environ']) expect(readOrNothing(`/proc/${pid}/${part}`)).not.toContain(own.key)
    }
    expect(await own.end()).toBe(0)
    expect(readOrNothing(given.trim())).toBe('')
  })

  test('is another one at every start', async () => {
    const own = await Served.start(folder)
    expect(own.key).toMatch(/^[\w-]{32}$/)
    expect(own.key).not.toBe(served.key)
    await own.end()
  })
})

describe('a course in the making', () => {
  test('keeps the same gate: names, origins, the key, and no frame', async () => {
    const own = await Served.start(folder, { file: 'dev.ts' })
    const host = `127.0.0.1:${own.port}`
    const origin = `http://${host}`
    expect(await upgrade(own.port, { host, origin })).toMatch(/ 403 /)
    for (const path of ['/_bench', '/', '/?token=x']) {
      for (const wrong of [
        { host, origin: 'http://evil.example' },
        { host, origin: null },
        { host: 'evil.example', origin },
      ]) {
        expect(await upgrade(own.port, wrong, path), `${path} ${JSON.stringify(wrong)}`).toMatch(/ 403 /)
      }
    }
    expect(await sendRaw(own.port, getRequest(own.port, '/', 'evil.example'))).toMatch(/^HTTP\/1\.1 403/)
    const answer = await fetch(own.without('/en/'))
    expect(answer.headers.get('content-security-policy')).toMatch(/form-action 'none'; frame-ancestors 'none'$/)
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    await enter(page, own.at(LESSON))
    await until(() => said.includes('[vite] connected.'), 'pages in the making are told of changes')
    expect(said.filter((text) => text.includes('Content Security Policy'))).toEqual([])
    knowKey(own.port, own.key)
    const client = await BenchClient.open(own.port, EXTRA.lab)
    client.run({ program: 'numbers', language: 'ts' })
    await client.until(() => client.text('numbers').includes('line 2'))
    await client.leave()
    expect(await own.end()).toBe(0)
  })
})

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
