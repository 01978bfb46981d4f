/** Tasks that are solved in the page as a reader solves them: by writing in the editor, in each language. */
import type { Locator } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { LabInPage, type ProgramInPage } from './lab.ts'
import { openCourse, page, served } from './opened.ts'

const UDP = 'udp/the-datagram-that-vanished'
const live = test.skipIf(whyNoOwnNetwork !== null)

vi.setConfig({ testTimeout: 90_000 })

openCourse()

const editor = ({ box }: ProgramInPage) => box.locator('.cm-content:visible')
const hasFocus = (element: Locator) => element.evaluate((one) => one === document.activeElement)

/** Resolves when a task says this. @throws {Error} telling what it says instead. */
async function verdict(id: string, value: string): Promise<void> {
  const task = page.locator(`[data-task="${id}"]`)
  try {
    await task.and(page.locator(`[data-verdict="${value}"]`)).waitFor({ state: 'attached' })
  } catch (error) {
    throw new Error(`${(error as Error).message}\nThere is instead: ${await task.innerText()}`)
  }
}

/** Goes to an element as a keyboard does, from wherever the focus is. @throws {Error} when no Tab leads there. */
async function tabTo(element: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await element.waitFor()
  for (let pressed = 0; pressed < 200; pressed += 1) {
    if (await hasFocus(element)) return
    await page.keyboard.press(key)
  }
  throw new Error(`No ${key} leads to ${element}.`)
}

live('a reader who mends the port in the TypeScript program has solved the task', async () => {
  await page.goto(served.at(`/en/${UDP}/`))
  const lab = new LabInPage(page, 'udp-as-found')
  const send = lab.program('send')
  await send.box.getByRole('button', { name: 'Edit send' }).click()
  const port = editor(send).locator('.cm-line').filter({ hasText: 'const PORT = 12821' })
  await port.click()
  await page.keyboard.press('End')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('2')
  await lab.runAll.click()
  await lab.program('receive').exited(0)
  await lab.program('receive').shows('Received 4 bytes: 数据')
  await verdict('meet', 'passed')
})

live('with the keyboard alone a reader writes the missing answer in Python, leaves, runs, and has passed', async () => {
  await page.goto(served.at(`/en/${UDP}/`))
  const lab = new LabInPage(page, 'udp-echo')
  const echo = lab.program('echo')
  await tabTo(lab.runAll)
  await tabTo(echo.box.getByRole('radio').and(page.locator(':checked')))
  await page.keyboard.press('ArrowRight')
  await echo.box.locator('.code:visible .ln').filter({ hasText: 'from socket import' }).first().waitFor()
  await tabTo(echo.box.getByRole('button', { name: 'Edit echo' }))
  await page.keyboard.press('Enter')
  await editor(echo).and(page.locator(':focus')).waitFor()
  await page.keyboard.press('Control+Home')
  const lines = await editor(echo).locator('.cm-line').allInnerTexts()
  const missing = lines.findIndex((line) => line.includes('Here the answer is missing'))
  expect(missing).toBeGreaterThan(0)
  for (let line = 0; line < missing; line += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  // The editor goes on at the same indentation.
  await page.keyboard.press('Enter')
  await page.keyboard.type('echo.sendto(text[::-1].encode(), sender)')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await editor(echo).and(page.locator(':focus')).waitFor({ state: 'detached' })
  await tabTo(lab.runAll, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await lab.program('ask').exited(0)
  await verdict('echo', 'passed')
})
