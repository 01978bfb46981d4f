import { execFileSync } from 'node:child_process'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RUNGS, type Rung } from '../../labs/protocol.ts'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { useMachinePorts } from '../helpers/machine-ports.ts'
import { axeFindsInBothThemes } from './axe.ts'
import { endServers, newReader, type Reader, Served } from './course.ts'
import { LabInPage } from './lab.ts'

const LESSON = { en: '/en/udp/the-datagram-that-vanished/', zh: '/zh/udp/the-datagram-that-vanished/' }
const rungs = RUNGS.filter((rung) => rung !== 'own' || whyNoOwnNetwork === null)
const live = rungs.filter((rung) => rung !== 'none')

let browser: Browser
const served = new Map<Rung, Served>()
let reader: Reader
let page: Page

useMachinePorts()
beforeAll(async () => {
  // One after the other: the first may have to build the pages.
  for (const network of rungs) served.set(network, await Served.start(COURSE, { network }))
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await endServers()
})
beforeEach(async () => {
  reader = await newReader(browser)
  page = await reader.context.newPage()
})
afterEach(async () => {
  await reader.context.close()
  expect(reader.faults).toEqual([])
})

const at = (rung: Rung, path: string) => served.get(rung)?.at(path) ?? ''
/** The texts of what can be seen among the elements a selector finds. */
const seen = (selector: string) =>
  page.evaluate(
    (selector) =>
      [...document.querySelectorAll<HTMLElement>(selector)]
        .filter((element) => element.checkVisibility())
        .map(({ innerText }) => innerText.trim()),
    selector,
  )

describe.each(rungs)('on the rung %s, the page This machine', (rung) => {
  const verdicts = {
    en: {
      own: 'Every bench has a network of its own.',
      plain: 'All benches share the network of this machine.',
      none: 'Nothing can run here now.',
    },
    zh: { own: '每个实验台都有自己的网络。', plain: '所有实验台共用本机的网络。', none: '现在这里无法运行程序。' },
  }

  test.each([
    ['en', 'This machine', 'here, now'],
    ['zh', '本机', '现在在这里'],
  ] as const)('says in %s where the machine stands, and why not higher', async (lang, name, here) => {
    await page.goto(at(rung, `/${lang}/`))
    await page.getByRole('link', { name, exact: true }).first().click()
    await page.waitForURL(`**/${lang}/machine/`)
    await page.getByRole('heading', { level: 1, name }).waitFor()
    await page.locator(`this-machine[data-network="${rung}"]`).waitFor()
    expect(await seen('[role=status] span')).toEqual([verdicts[lang][rung]])
    expect(await page.locator(`[data-rung="${rung}"] small`).innerText()).toBe(here)
    expect(await seen('.ladder small')).toHaveLength(1)
    const obstacles = await seen('[data-obstacle]')
    expect(obstacles).toHaveLength(RUNGS.indexOf(rung))
    for (const obstacle of obstacles) expect(obstacle).toContain(`--network ${rung}`)
    const [node = '', , ...rest] = await seen('.works dd')
    expect(node).toContain(`Node ${process.versions.node}`)
    expect(rest.at(-1)).toMatch(/^Linux \d/)
    expect(await seen('.start')).toEqual([])
  })

  test('leads to its twin in the other language', async () => {
    await page.goto(at(rung, '/en/machine/'))
    await page.getByRole('link', { name: '中文' }).click()
    await page.waitForURL('**/zh/machine/')
  })

  test('has nothing that axe finds, in both themes, and fits a phone', async () => {
    await page.goto(at(rung, '/en/machine/'))
    await page.locator(`this-machine[data-network="${rung}"]`).waitFor()
    expect(await axeFindsInBothThemes(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate(() => (document.scrollingElement?.scrollWidth ?? 0) - innerWidth)).toBeLessThanOrEqual(0)
    expect(await seen('footer a')).toContain('This machine')
  })
})

describe('the page This machine', () => {
  const rung = rungs[0] as Rung

  test('says how to start the course where none answers, and what may stand in the way', async () => {
    await page.route('**/health', (route) => route.fulfill({ status: 200, body: '<p>a page</p>' }))
    await page.goto(at(rung, '/en/machine/'))
    await page.getByText('No running course answers here.').waitFor()
    expect((await seen('.start pre'))[0]).toBe('npm ci\nnpm start')
    expect(await seen('.works')).toEqual([])
    await page.locator('[data-rung="own"] summary').click()
    const obstacles = await seen('[data-rung="own"] [data-obstacle]')
    expect(obstacles).toHaveLength(9)
    expect(obstacles.join()).toMatch(
      /wsl --install.*Lima.*apt install python3.*apparmor_restrict_unprivileged_userns=0/s,
    )
  })

  test('words each obstacle with what the system said', async () => {
    const answer = await (await fetch(served.get(rung)?.without('/health') ?? '')).json()
    const obstacles = [{ rung: 'own', kind: 'forbidden', detail: 'unshare: unshare failed: No space left on device' }]
    await page.route('**/health', (route) => route.fulfill({ json: { ...answer, network: 'plain', obstacles } }))
    await page.goto(at(rung, '/zh/machine/'))
    await page.locator('this-machine[data-network="plain"]').waitFor()
    const [said, ...others] = await seen('[data-obstacle]')
    expect(others).toEqual([])
    expect(said).toMatch(/^网络要用命名空间来建立.*max_user_namespaces.*No space left on device$/s)
  })

  test('says how Python is got where there is none', async () => {
    const answer = await (await fetch(served.get(rung)?.without('/health') ?? '')).json()
    const interpreters = { ts: '26.10.0', py: null }
    await page.route('**/health', (route) => route.fulfill({ json: { ...answer, interpreters } }))
    await page.goto(at(rung, '/en/machine/'))
    await page.locator('[data-language="py"][data-runs="false"]').waitFor()
    expect((await seen('[data-language="py"] dd')).join()).toMatch(/^python3 was not found\..*apt install python3/)
  })

  test('can be read without JavaScript', async () => {
    await reader.context.close()
    reader = await newReader(browser, { javaScriptEnabled: false })
    page = await reader.context.newPage()
    await page.goto(at(rung, '/en/machine/'))
    await page.locator('.start pre').waitFor()
    const rungs = page.locator('this-machine').getByRole('heading', { level: 3 })
    expect(await rungs.allInnerTexts()).toEqual(['A network of its own', 'The network of this machine', 'Nothing runs'])
    await page.getByText('on Linux ip addr, on macOS ifconfig, on Windows ipconfig').waitFor()
    expect(await page.getByText('Asking the course').isVisible()).toBe(false)
  })
})

describe.each(live)('on the rung %s, the addresses of the machine', (rung) => {
  test('are shown by one command that only reads, named before it is run, with no code and no way to type', async () => {
    await page.goto(at(rung, '/en/machine/'))
    const lab = new LabInPage(page, 'own-addresses')
    const view = lab.program('addresses')
    await view.box.getByText('Runs ip addr on this machine itself, outside every bench. It changes nothing').waitFor()
    await lab.root.getByRole('link', { name: 'live · this machine', exact: true }).waitFor()
    expect(
      await lab.root.locator('[data-panel="code"], .shell, [data-run-all]').filter({ visible: true }).count(),
    ).toBe(0)
    await view.run.click()
    await view.exited(0)
    await view.shows('exited with code 0')
    const wide = async (element: Locator) => (await element.boundingBox())?.width ?? 0
    expect(await wide(view.panel)).toBeGreaterThan(0.95 * (await wide(lab.root)))
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await view.keyboard.focus()
    await page.keyboard.type('id\n')
    const text = await view.copied()
    const [first, ...rest] = text.trimEnd().split('\n')
    expect([first, rest.at(-1)]).toEqual(['$ ip addr', '— exited with code 0'])
    for (const line of execFileSync('ip', ['addr'], { encoding: 'utf8' }).match(/inet6? \S+/g) ?? []) {
      expect(text).toContain(line)
    }
    expect(await view.panel.locator('[data-paste]').isVisible()).toBe(false)
    await view.panel.getByRole('button', { name: 'Copy command' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('ip addr')
  })

  test('are of the system of the server, whatever the browser runs on', async () => {
    const answer = await (await fetch(served.get(rung)?.without('/health') ?? '')).json()
    const system = { ...answer.system, platform: 'win32' }
    await page.route('**/health', (route) => route.fulfill({ json: { ...answer, system } }))
    await page.goto(at(rung, '/zh/machine/'))
    const { box } = new LabInPage(page, 'own-addresses').program('addresses')
    await box.getByText('在本机上直接运行ipconfig，不经过实验台。').waitFor()
    expect(await box.locator('[data-command]').innerText()).toBe('ipconfig')
  })
})

describe.each(live)('on the rung %s, a lab', (rung) => {
  async function open(lang: 'en' | 'zh' = 'en'): Promise<LabInPage> {
    await page.goto(at(rung, LESSON[lang]))
    return new LabInPage(page, 'udp-aligned')
  }

  test('says what it runs on, and that it is live', async () => {
    const words = { own: ['live · own network', '实时·独立网络'], plain: ['live · this machine', '实时·本机'] }[rung]
    for (const [index, lang] of (['en', 'zh'] as const).entries()) {
      const { root } = await open(lang)
      const label = root.getByRole('link', { name: words[index] ?? '', exact: true })
      await label.waitFor()
      expect(await root.evaluate(({ dataset }) => [dataset.network, dataset.source])).toEqual([rung, 'live'])
      await label.click()
      await page.waitForURL(`**/${lang}/machine/`)
    }
  })

  test('has a shell where its programs run, by keyboard alone, with job control', async () => {
    const lab = await open()
    const { root } = lab
    const shell = lab.program('shell@here')
    await root.getByRole('button', { name: 'Shell', exact: true }).focus()
    await page.keyboard.press('Enter')
    await root.getByText(rung === 'own' ? 'Their files are in /lab' : 'on your machine itself').waitFor()
    expect(await shell.panel.isVisible()).toBe(false)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Open a shell')
    await page.keyboard.press('Enter')
    await shell.state('running')
    await shell.shows(/here .*[$#]/)
    await page.keyboard.type('ls; pwd\n')
    await shell.shows('receive.ts')
    await shell.shows(rung === 'own' ? '/lab' : 'labs/catalog/udp-as-found')
    // A terminal has other rules while a shell edits its line, so each program is heard before it is typed into.
    await page.keyboard.type('clear; echo go; cat\n')
    await shell.shows(/^go/)
    await page.keyboard.type('abc\n')
    await shell.shows(/abc\s*abc/)
    await page.keyboard.press('Control+z')
    await shell.shows(/Stopped\s+cat/)
    await page.keyboard.type('clear; fg\n')
    await shell.shows(/^cat/)
    await page.keyboard.type('xyz\n')
    await shell.shows(/xyz\s*xyz/)
    await page.keyboard.press('Control+c')
    await shell.shows(/\^C\s*here/)
    await page.keyboard.type('clear; node send.ts\n')
    await shell.shows('Handed 4 bytes to the kernel')
    await page.keyboard.press('Control+Shift+ArrowUp')
    expect(await page.evaluate(() => document.activeElement?.closest('.xterm'))).toBe(null)
    await shell.keyboard.focus()
    await page.keyboard.type('exit 3\n')
    await shell.exited(3)
    await shell.says('exited with code 3')
  })

  test('keeps its shell over a reload, and ends it by Stop', async () => {
    const lab = await open('zh')
    const shell = lab.program('shell@here')
    await lab.root.getByRole('button', { name: '命令行' }).click()
    await lab.root.getByRole('button', { name: '打开命令行' }).click()
    await shell.state('running')
    await page.keyboard.type('echo $((6*7))\n')
    await shell.shows('42')
    await lab.says('可以运行')
    await page.reload()
    await shell.shows('42')
    await shell.state('running')
    await shell.stop.click()
    await shell.exited('SIGHUP')
    await shell.says('已停止')
    await lab.root.getByRole('button', { name: '打开命令行' }).waitFor()
  })

  test('does not start or stop its shells with its programs', async () => {
    const lab = await open()
    const shell = lab.program('shell@here')
    await lab.root.getByRole('button', { name: 'Shell', exact: true }).click()
    await lab.root.getByRole('button', { name: 'Open a shell' }).click()
    await shell.state('running')
    await lab.runAll.click()
    await lab.program('receive').shows('数据')
    await lab.program('receive').exited(0)
    await shell.state('running')
    expect(await lab.stopAll.isVisible()).toBe(false)
    await shell.stop.click()
    await shell.exited('SIGHUP')
  })
})

describe('on the rung none, a lab', () => {
  test.each([
    ['en', 'Nothing runs here, because the course was started with --network none.', 'This machine says more.'],
    ['zh', '课程启动时带了--network none，所以这里不运行任何程序。', '详见“本机”页。'],
  ] as const)('says in %s that nothing runs, why, and what to do, and plays its recording', async (lang, why, more) => {
    await page.goto(at('none', LESSON[lang]))
    const lab = new LabInPage(page, 'udp-aligned')
    await lab.root.getByText(why).waitFor()
    await lab.connection('recorded')
    expect(await lab.root.evaluate(({ dataset }) => [dataset.network, dataset.source])).toEqual(['none', 'recorded'])
    const receive = lab.program('receive')
    expect(await receive.run.isVisible()).toBe(false)
    await lab.play.click()
    await receive.shows('数据')
    await lab.root.getByRole('link', { name: more }).click()
    await page.waitForURL(`**/${lang}/machine/`)
  })
})

describe('the same lab in two tabs', () => {
  async function two(rung: Rung): Promise<[LabInPage, LabInPage]> {
    const other = await reader.context.newPage()
    await page.goto(at(rung, LESSON.en))
    await other.goto(at(rung, LESSON.en))
    return [new LabInPage(page, 'udp-aligned'), new LabInPage(other, 'udp-aligned')]
  }

  test.skipIf(!live.includes('own'))('has two networks: both wait on the same port and both receive', async () => {
    const labs = await two('own')
    for (const lab of labs) {
      await lab.program('receive').run.click()
      await lab.program('receive').says('running · UDP port 12822')
    }
    for (const lab of labs) {
      await lab.program('send').run.click()
      await lab.program('receive').shows('Received 4 bytes: 数据')
      await lab.program('receive').exited(0)
    }
  })

  test('on the plain rung tells who holds the port', async () => {
    const [one, other] = await two('plain')
    await one.program('receive').run.click()
    await one.program('receive').says('running · UDP port 12822')
    await other.runAll.click()
    await other.program('receive').exited(1)
    await other.complains('receive could not have port 12822: receive of lab 8b holds it. Stop it there')
    await one.program('receive').stop.click()
    await one.program('receive').exited('SIGHUP')
    await other.runAll.click()
    await other.program('receive').exited(0)
  })
})
