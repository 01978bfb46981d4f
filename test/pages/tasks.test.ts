/** Learning in the page: predictions answered by the run, tasks that tick themselves, quiz questions, progress. */
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { axeFinds } from './axe.ts'
import { LabInPage } from './lab.ts'
import { openCourse, page, served } from './opened.ts'

const UDP = 'udp/the-datagram-that-vanished'
const live = test.skipIf(whyNoOwnNetwork !== null)

vi.setConfig({ testTimeout: 90_000 })

openCourse({}, { asked: true })

const predict = (id: string) => page.locator(`[data-predict="${id}"]`)
const task = (id: string) => page.locator(`[data-task="${id}"]`)
const quiz = (id: string) => page.locator(`[data-quiz="${id}"]`)
const event = (within: Locator) => within.getByRole('button', { name: /^Show event \d+ in the lab$/ })

/** Resolves when an element stands in this state. */
const state = (element: Locator, value: string) =>
  element.and(page.locator(`[data-state="${value}"]`)).waitFor({ state: 'attached' })

/** Resolves when a task says this. @throws {Error} telling what it says instead. */
async function verdict(element: Locator, value: string): Promise<void> {
  try {
    await element.and(page.locator(`[data-verdict="${value}"]`)).waitFor({ state: 'attached' })
  } catch (error) {
    const marked = await page.locator('.marked-say').allInnerTexts()
    throw new Error(`${(error as Error).message}\nThere is instead: ${await element.innerText()} ${marked}`)
  }
}

live('a prediction holds the first run, is answered by the run, and leads to the events that decide', async () => {
  await page.goto(served.at(`/en/${UDP}/`))
  const lab = new LabInPage(page, 'udp-as-found')
  const asks = predict('sender')
  await lab.runAll.click()
  await asks.getByText('First say what you expect').waitFor()
  expect(await lab.program('send').box.getAttribute('data-state')).toBe('ready')
  await asks.getByRole('button', { name: 'It reports success and exits with code 0.' }).click()
  await lab.program('send').exited(0)
  await state(asks, 'seeing')
  await asks.getByLabel('send exited with code 0.').check()
  await asks.getByLabel('receive got a datagram.').check()
  await asks.getByRole('button', { name: 'Compare with the run' }).click()
  await state(asks, 'told')
  await asks.getByText('The run shows what you expected.').waitFor()
  expect(await asks.locator('[data-saw]').evaluateAll((all) => all.map((one) => one.dataset.seen))).toEqual([
    'true',
    'false',
    'false',
    'true',
  ])
  await asks.getByText('That nobody waits was found out a moment later').waitFor()
  const icmp = event(asks.locator('[data-saw="unreachable"]')).first()
  const step = Number(await icmp.getAttribute('data-event'))
  await icmp.click()
  await lab.at(step)
  await lab
    .panel('timeline')
    .getByRole('status')
    .filter({ hasText: /unreachable/ })
    .waitFor()
  // What waits for ever is no pass, and its wrong number no failure yet.
  await verdict(task('meet'), 'not-yet')
  await lab.program('receive').stop.click()

  await page.reload()
  await lab.runAll.click()
  await lab.program('send').exited(0)
  await state(asks, 'told')
})

live('Skip runs at once; questions that are turned off are not asked', async () => {
  await page.goto(served.at(`/en/${UDP}/`))
  const asks = predict('dropped')
  const lab = new LabInPage(page, 'udp-dropped')
  await asks.scrollIntoViewIfNeeded()
  await asks.getByRole('button', { name: 'Skip, just run' }).click()
  await lab.program('ask').state('running')
  await state(asks, 'skipped')
  const other = new LabInPage(page, 'udp-as-found')
  await other.root.getByText('Terminal settings').click()
  await other.root.getByLabel('Ask what I expect before a first run').uncheck()
  await other.program('send').run.click()
  await other.program('send').exited(0)
})

live('a task is passed by evidence, stays passed, and says what contradicts until then', async () => {
  await page.goto(served.at(`/en/${UDP}/`))
  const lab = new LabInPage(page, 'udp-aligned')
  await lab.runAll.click()
  await lab.packet(/^UDP/).first().waitFor()
  await lab.program('receive').exited(0)
  await lab.toggle('bytes').click()
  const mark = async (first: number) => {
    await lab.panel('bytes').locator(`[data-byte="${first}"]`).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
  }
  await mark(36)
  await verdict(task('return-address'), 'no')
  await task('return-address').getByText('the port the datagram goes to').waitFor()
  await mark(34)
  await verdict(task('return-address'), 'passed')
  expect(await event(task('return-address')).count()).toBe(1)
  await page.reload()
  await task('return-address').scrollIntoViewIfNeeded()
  await verdict(task('return-address'), 'passed')
  await task('return-address').getByText('passed before').waitFor()
})

live('TOKEN of the run stands in the lab, and the task says what is still missing', async () => {
  await page.goto(served.at(`/en/${UDP}/`))
  const lab = new LabInPage(page, 'udp-echo')
  await lab.runAll.click()
  await lab.program('ask').exited(1)
  const token = await lab.root.locator('[data-token]').getAttribute('data-token')
  expect(token).toMatch(/^[a-z\d]{8}$/)
  await lab.program('echo').shows(`Received 8 bytes: ${token}`)
  const points = task('echo').locator('[data-point]')
  await points.nth(0).and(page.locator('.there')).waitFor()
  expect(await points.evaluateAll((all) => all.map((one) => one.className))).toEqual(['there', '', ''])
  await verdict(task('echo'), 'not-yet')
  // Hints come one at a time, and the solution after them.
  const offered = () => task('echo').locator('summary:visible').allInnerTexts()
  expect(await offered()).toEqual(['A hint'])
  for (const _ of [1, 2, 3]) await task('echo').locator('details:not([open]) > summary:visible').first().click()
  expect(await offered()).toEqual(['A hint', 'A hint', 'A hint', 'A solution'])
})

live('the solution can be run from its task, which it passes', async () => {
  await page.goto(served.at(`/zh/${UDP}/`))
  const lab = new LabInPage(page, 'udp-echo')
  const echo = task('echo')
  await echo.scrollIntoViewIfNeeded()
  for (const name of ['提示', '提示', '提示', '一种做法']) {
    await echo.locator('details:not([open]) > summary:visible').filter({ hasText: name }).first().click()
  }
  await echo.getByRole('button', { name: '运行这种做法' }).click()
  await lab.program('ask').exited(0)
  await verdict(echo, 'passed')
  expect(await echo.getByRole('button', { name: /^在实验里看事件\d+$/ }).count()).toBeGreaterThanOrEqual(3)
  await lab.program('echo').box.locator('.code:visible').getByText('whoever asked').waitFor()
})

test('a quiz answers every wrong option with its own reason, and asks again what was wrong', async () => {
  await page.addInitScript(() => sessionStorage.setItem('both-ends:visit', '7'))
  await page.goto(served.at(`/en/${UDP}/`))
  const asks = quiz('four-returned')
  await asks.scrollIntoViewIfNeeded()
  const order = () => asks.locator('.choose').allInnerTexts()
  await asks.locator('.choose').first().waitFor()
  const first = await order()
  expect(first).toHaveLength(4)
  await asks.getByRole('button', { name: 'Somebody waits on that port.' }).click()
  await asks.getByText('Lab 8a again: nobody did.').waitFor()
  expect(await asks.getByText('That, and nothing more.').isVisible()).toBe(false)
  await asks.getByRole('button', { name: 'The local kernel took four bytes.' }).click()
  await asks.getByText('This question will come again').waitFor()
  await page.reload()
  await asks.scrollIntoViewIfNeeded()
  await asks.getByText('Last time you first chose another answer.').waitFor()
  expect(await order()).toEqual(first)
  await asks.getByRole('button', { name: 'The local kernel took four bytes.' }).click()
  await asks.getByText('Right.', { exact: true }).waitFor()
  await asks.getByRole('button', { name: 'Ask me again' }).click()
  expect(await order()).not.toEqual(first)
  expect(await axeFinds(page, ['[data-quiz]', '[data-task]'])).toEqual([])
})

test('progress and own programs go out as one file and come back; what is not ours is refused', async () => {
  const own = (text: string) => {
    const program = { text, reason: 'edited', base: null, history: [] }
    return JSON.stringify({ format: 1, programs: { 'send.py': program } })
  }
  const keepOwn = (text: string) =>
    page.evaluate((kept) => localStorage.setItem('both-ends:own:udp-as-found', kept), own(text))
  await page.goto(served.at(`/en/${UDP}/`))
  await quiz('where-to').scrollIntoViewIfNeeded()
  await quiz('where-to').getByRole('button', { name: 'To the address that came with the datagram.' }).click()
  await quiz('second-send').getByRole('button', { name: 'The buffer was full.' }).click()
  await page.locator('.foot').scrollIntoViewIfNeeded()
  await page
    .locator('[data-rail-progress]')
    .filter({ hasText: 'read · tasks 0/3 · questions 1/4 · 1 to try again' })
    .waitFor()
  await page.goto(served.at('/en/'))
  const lesson = page.locator(`[data-lesson="${UDP}"]`)
  await lesson.getByText('read · tasks 0/3 · questions 1/4 · 1 to try again').waitFor()
  await page.getByText('Continue where you left off').waitFor()
  expect(await page.getByRole('link', { name: 'Go on with lesson 8' }).getAttribute('href')).toMatch(/vanished\/#./)

  await keepOwn('# mine')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as a file' }).click()
  const saved = await (await download).path()
  expect(JSON.parse(await readFile(saved, 'utf8'))).toMatchObject({ format: 'both-ends progress', version: 1 })
  await page.getByRole('button', { name: 'Forget everything' }).click()
  await page.getByRole('button', { name: 'Really forget all of it?' }).click()
  await page.getByText('Everything was forgotten.').waitFor()
  expect(await lesson.locator('[data-lesson-state]').innerText()).toBe('')

  await keepOwn('# written since')

  const file = page.locator('[data-progress-file]')
  const strange = join(tmpdir(), `both-ends-strange-${process.pid}.json`)
  await writeFile(strange, '{"hello":1}')
  await file.setInputFiles(strange)
  await page.getByText('is no progress file of this course. Nothing was changed.').waitFor()
  await writeFile(strange, JSON.stringify({ format: 'both-ends progress', version: 9 }))
  await file.setInputFiles(strange)
  await page.getByText('its format is 9, this course reads 1').waitFor()
  await file.setInputFiles(saved)
  await page.getByText('and 1 of your own programs with it. In place of 1 you had another version').waitFor()
  await lesson.getByText('questions 1/4').waitFor()
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('both-ends:own:udp-as-found') ?? ''))
  expect(kept.programs['send.py']).toMatchObject({ text: '# mine', history: [{ text: '# written since' }] })
  await file.setInputFiles(saved)
  await page.getByText('The file’s progress was added to yours.', { exact: true }).waitFor()
})

test('storage that is full is told, and what is done holds for the page', async () => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  })
  await page.goto(served.at(`/zh/${UDP}/`))
  const asks = quiz('where-to')
  await asks.scrollIntoViewIfNeeded()
  await asks.getByRole('button', { name: '发到随数据报一起来的那个地址。' }).click()
  await asks.getByText('对。', { exact: true }).waitFor()
  await page.locator('[data-rail-progress]').filter({ hasText: '浏览器的存储空间满了' }).waitFor()
})
