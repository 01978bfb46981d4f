/** A reader holds a program before its calls, and lets one after the other through. */
import { expect, test, vi } from 'vitest'
import { axeFinds } from './axe.ts'
import { LabInPage } from './lab.ts'
import { openCourse, page, served } from './opened.ts'

const PATH = '/en/tcp/three-packets-and-a-queue/'

vi.setConfig({ testTimeout: 120_000 })

openCourse()

test('the server is held before each call and released by hand; the client connects before accept', async () => {
  await page.goto(served.at(PATH))
  const lab = new LabInPage(page, 'tcp-client-sends')
  for (const name of ['server', 'client']) await lab.program(name).choose('py')
  const server = lab.program('server')
  const hold = server.box.locator('[data-hold]')
  const release = server.box.locator('[data-release]')
  expect(await hold.getAttribute('aria-pressed')).toBe('false')
  expect(await release.isVisible()).toBe(false)
  await hold.click()
  await server.box.locator('[data-hold][aria-pressed="true"]').waitFor()
  await lab.runAll.click()
  const sentence = lab.panel('timeline')
  for (const call of ['socket()', 'setsockopt()', 'bind()', 'listen()']) {
    await sentence.getByText(`is held by hand before ${call}`).waitFor()
    await server.says('held before a call')
    await server.box
      .locator('.ret.waiting')
      .filter({ hasText: `held before ${call}` })
      .waitFor()
    await release.click()
  }
  await server.box.locator('.ret.waiting').filter({ hasText: 'held before accept()' }).waitFor()
  // It has not only connected but sent, and the kernel took its bytes for a program that has not accepted.
  await lab.program('client').shows('Sent 4 bytes')
  await lab.program('client').exited(0)
  await lab.toggle('sockets').click()
  const unheld = lab.panel('sockets').locator('tr').filter({ hasText: 'no program yet' })
  await unheld.filter({ hasText: '12824' }).first().waitFor()
  const row = lab.panel('wire').getByRole('listitem').filter({ hasText: 'held before accept()' })
  await row.waitFor()
  expect(await axeFinds(page, ['[data-lab="tcp-client-sends"]'])).toEqual([])

  await page.reload()
  await server.says('held before a call')
  await release.focus()
  await page.keyboard.press('Enter')
  await server.shows('Connected from port')
  await hold.click()
  await server.exited(0)
  expect(await release.isVisible()).toBe(false)
})

/** Before which call a program is held, and what its sockets are then: state, and its own port where it has one. */
const LIFE = {
  py: [
    ['socket()', []],
    ['setsockopt()', ['CLOSED']],
    ['bind()', ['CLOSED']],
    ['listen()', ['CLOSED 12824']],
    // The client starts, and the kernel makes the connection for a program that has not accepted.
    ['accept()', ['ESTABLISHED 12824', 'LISTEN 12824']],
    ['recv()', ['ESTABLISHED 12824', 'LISTEN 12824']],
  ],
  ts: [
    ['createServer()', []],
    ['listen()', []],
    ["'connection'", ['ESTABLISHED 12824', 'LISTEN 12824']],
  ],
} as const

test.each(['py', 'ts'] as const)('the life of a socket is seen in the table, call by call, in %s', async (language) => {
  await page.goto(served.at('/en/sockets/life-of-a-socket/'))
  const lab = new LabInPage(page, 'socket-life')
  for (const name of ['server', 'client']) await lab.program(name).choose(language)
  const server = lab.program('server')
  await server.box.locator('[data-hold]').click()
  await server.box.locator('[data-hold][aria-pressed="true"]').waitFor()
  await lab.runAll.click()
  const own = () =>
    lab
      .panel('sockets')
      .locator('tr[data-state]:not(.gone)')
      .filter({ has: page.locator('.who', { hasText: 'server' }) })
      .evaluateAll((rows) =>
        rows.map((row) => {
          const [, port = ''] = /:(\d+)\D*$/.exec(row.children[3]?.textContent ?? '') ?? []
          // The client may have closed its end by then.
          const state = row.getAttribute('data-state')?.replace('CLOSE-WAIT', 'ESTABLISHED')
          return `${state} ${port}`.trim()
        }),
      )
  for (const [call, table] of LIFE[language]) {
    await server.box
      .locator('.ret.waiting')
      .filter({ hasText: `held before ${call}` })
      .waitFor()
    await vi.waitFor(async () => expect({ call, table: (await own()).sort() }).toEqual({ call, table }), 10_000)
    if (call === 'listen()') expect(await lab.panel('wire').locator('[data-packet]').count()).toBe(0)
    await server.box.locator('[data-release]').click()
  }
  await server.box.locator('[data-hold]').click()
  await server.exited(0)
})
