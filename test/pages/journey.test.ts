import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { INTERPRETERS } from '../helpers/shell-program.ts'
import { newReader, type Reader, Served } from './course.ts'
import { LabInPage } from './lab.ts'

let browser: Browser
let served: Served
let reader: Reader
let page: Page

beforeAll(async () => {
  served = await Served.start(COURSE)
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  expect(await served?.end()).toBe(0)
})
beforeEach(async () => {
  reader = await newReader(browser)
  page = await reader.context.newPage()
})
afterEach(async () => {
  await reader.context.close()
  expect(reader.faults).toEqual([])
})

/** Goes to the address that was printed, chooses the language, and follows the title of a lesson. */
async function follow(lang: 'en' | 'zh', title: string): Promise<void> {
  await page.goto(served.at('/'))
  await page.waitForURL('**/en/')
  if (lang === 'zh') await page.getByRole('link', { name: '中文' }).click()
  await page.getByRole('link', { name: title }).click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
}

async function open(path: string, id: string): Promise<LabInPage> {
  await page.goto(served.at(path))
  return new LabInPage(page, id)
}
const inUdp = (id: string) => open('/en/udp/the-datagram-that-vanished/', id)
const inTcp = (id: string) => open('/en/tcp/three-packets-and-a-queue/', id)

describe('the lesson on UDP', () => {
  test('is reached from the address that is printed, and its receiver prints 数据', async () => {
    await follow('en', 'The datagram that vanished')
    const lab = new LabInPage(page, 'udp-aligned')
    const [receive, send] = [lab.program('receive'), lab.program('send')]
    await lab.connection('idle')
    await receive.state('ready')
    await send.state('ready')
    await lab.runAll.click()
    await receive.shows('Received 4 bytes: 数据')
    await receive.exited(0)
    await send.exited(0)
    await lab.connection('live')
    await lab.says('receive exited with code 0; send exited with code 0')
  })

  test('is reached in Chinese, and its receiver prints 数据', async () => {
    await follow('zh', '消失的数据报')
    const lab = new LabInPage(page, 'udp-aligned')
    await lab.runAll.click()
    await lab.program('receive').shows('Received 4 bytes: 数据')
    await lab.program('receive').exited(0)
    await lab.program('send').exited(0)
    await lab.says('receive已退出，代码0；send已退出，代码0')
  })

  test('runs its programs one by one, and says on which port the first one waits', async () => {
    const lab = await inUdp('udp-aligned')
    const [receive, send] = [lab.program('receive'), lab.program('send')]
    await receive.run.click()
    await receive.says('running · UDP port 12822')
    await lab.says('receive is running on UDP port 12822')
    await send.state('ready')
    await send.run.click()
    await send.shows('Handed 4 bytes to the kernel')
    await send.exited(0)
    await receive.shows('Received 4 bytes: 数据')
    await receive.exited(0)
  })

  test.skipIf(!INTERPRETERS.py)('joins a program in Python to one in TypeScript, whichever is which', async () => {
    const lab = await inUdp('udp-aligned')
    const [receive, send] = [lab.program('receive'), lab.program('send')]
    await receive.choose('py')
    await send.choose('ts')
    await lab.runAll.click()
    await receive.shows(/\$ python3 receive\.py.*Received 4 bytes: 数据/)
    await send.shows('$ node send.ts')
    await receive.exited(0)
    await send.exited(0)
    await receive.choose('ts')
    await send.choose('py')
    await lab.runAll.click()
    await receive.shows(/\$ node receive\.ts.*Received 4 bytes: 数据/)
    await send.shows('$ python3 send.py')
    await receive.exited(0)
    await send.exited(0)
  })

  test('leaves the receiver waiting where the ports differ, until it is stopped', async () => {
    const lab = await inUdp('udp-as-found')
    const [receive, send] = [lab.program('receive'), lab.program('send')]
    await lab.runAll.click()
    await send.exited(0)
    await lab.says('receive is running on UDP port 12822; send exited with code 0')
    await receive.state('running')
    await receive.stop.click()
    await receive.exited('SIGHUP')
    await receive.says('ended by Stop')
    expect(await receive.panel.textContent()).not.toContain('数据')
    await receive.run.click()
    await receive.state('running')
    await lab.stopAll.click()
    await receive.exited('SIGHUP')
  })
})

describe('the lesson on TCP', () => {
  test('shows 数据 at the server when the client sends', async () => {
    await follow('en', 'Three packets and a queue')
    const lab = new LabInPage(page, 'tcp-client-sends')
    await lab.runAll.click()
    await lab.program('server').shows('Received 4 bytes: 数据')
    await lab.program('server').exited(0)
    await lab.program('client').exited(0)
  })

  test('shows TCP数据 at the client when the server sends', async () => {
    const lab = await inTcp('tcp-server-sends')
    await lab.runAll.click()
    await lab.program('client').shows('Received 7 bytes: TCP数据')
    await lab.program('client').exited(0)
    await lab.program('server').exited(0)
  })

  test('ends both ends without a fault when both send, and neither has received', async () => {
    const lab = await inTcp('tcp-both-send')
    await lab.runAll.click()
    for (const name of ['server', 'client']) {
      await lab.program(name).exited(0)
      expect(await lab.program(name).panel.textContent()).not.toContain('Received')
    }
  })

  test('lets both ends wait for ever when both receive, until both are stopped', async () => {
    const lab = await inTcp('tcp-both-receive')
    const [server, client] = [lab.program('server'), lab.program('client')]
    await lab.runAll.click()
    await server.shows('Connected from port')
    await client.shows('Connected from port')
    await lab.says('server is running on TCP port 12824; client is running')
    await lab.stopAll.click()
    await server.exited('SIGHUP')
    await client.exited('SIGHUP')
    await lab.says('server was ended by Stop; client was ended by Stop')
    expect(await lab.stopAll.isVisible()).toBe(false)
  })

  test('shows a client that finds nobody, beside a server that goes on waiting', async () => {
    const lab = await inTcp('tcp-as-found')
    const [server, client] = [lab.program('server'), lab.program('client')]
    await lab.runAll.click()
    await client.shows('Nobody is listening on 127.0.0.1, port 12823.')
    await client.exited(1)
    await client.says('exited with code 1')
    await server.state('running')
    await server.stop.click()
    await server.exited('SIGHUP')
  })
})

describe('a language of programs', () => {
  const languages = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('[data-end]')].map((box) => {
        const visible = [...box.querySelectorAll<HTMLElement>('[data-panel=code]')].filter((code) =>
          code.checkVisibility(),
        )
        const files = [box.querySelector('[data-file]'), box.querySelector('[data-command]')].map(
          (element) => element?.textContent?.split('.').at(-1) ?? '',
        )
        return [box.dataset.end, ...new Set([...files, ...visible.map(({ dataset }) => dataset.language)])].join(' ')
      }),
    )

  test('once chosen is that of every lab, on every page, also after a reload', async () => {
    const lab = await inUdp('udp-as-found')
    expect(new Set(await languages())).toEqual(new Set(['waits ts', 'begins ts']))
    await lab.program('send').choose('py')
    const python = new Set(['waits py', 'begins py'])
    expect(new Set(await languages())).toEqual(python)
    await page.reload()
    expect(new Set(await languages())).toEqual(python)
    for (const next of ['Promises not made', 'Three packets and a queue']) {
      await page.getByRole('link', { name: next }).click()
      await page.getByRole('heading', { level: 1, name: next }).waitFor()
    }
    expect(await languages()).toHaveLength(12)
    expect(new Set(await languages())).toEqual(python)
  })

  test('is kept for each end, where the ends were given different ones', async () => {
    const lab = await inUdp('udp-as-found')
    await lab.program('receive').choose('py')
    await lab.program('send').choose('ts')
    const mixed = new Set(['waits py', 'begins ts'])
    expect(new Set(await languages())).toEqual(mixed)
    await page.getByRole('link', { name: '中文' }).click()
    await page.waitForURL('**/zh/**')
    expect(new Set(await languages())).toEqual(mixed)
    await inTcp('tcp-as-found')
    expect(new Set(await languages())).toEqual(mixed)
  })
})

describe('the language of pages', () => {
  test('is that of the browser at first, and the last one chosen from then on', async () => {
    const chinese = await newReader(browser, { locale: 'zh-CN' })
    page = await chinese.context.newPage()
    await page.goto(served.at('/'))
    await page.waitForURL('**/zh/')
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans')
    await page.getByRole('link', { name: 'English' }).click()
    await page.waitForURL('**/en/')
    await page.goto(served.at('/'))
    await page.waitForURL('**/en/')
    await chinese.context.close()
    expect(chinese.faults).toEqual([])
  })

  test.each(['udp/the-datagram-that-vanished', 'tcp/three-packets-and-a-queue'])(
    'leads from %s to its twin',
    async (path) => {
      await page.goto(served.at(`/en/${path}/`))
      await page.getByRole('link', { name: '中文' }).click()
      await page.waitForURL(`**/zh/${path}/`)
      await page.getByRole('button', { name: '全部运行' }).first().waitFor()
      await page.getByRole('link', { name: 'English' }).click()
      await page.waitForURL(`**/en/${path}/`)
    },
  )
})

describe('the theme', () => {
  test('once chosen is that of every page, also after a reload', async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await page.emulateMedia({ colorScheme: 'light' })
    await inUdp('udp-aligned')
    const light = await ground()
    await page.getByRole('button', { name: 'Dark / light' }).click()
    const dark = await ground()
    expect(dark).not.toBe(light)
    await page.reload()
    expect(await ground()).toBe(dark)
    await page.goto(served.at('/zh/'))
    expect(await ground()).toBe(dark)
    await page.getByRole('button', { name: '深色 / 浅色' }).click()
    expect(await ground()).toBe(light)
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await ground()).toBe(dark)
  })
})
