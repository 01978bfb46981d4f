/** Programs that are edited in the page and run as edited, in both languages, by mouse and by keyboard. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { COURSE } from '../helpers/course.ts'
import { PYTHON } from '../helpers/live-network.ts'
import { axeFinds } from './axe.ts'
import { LabInPage, type ProgramInPage } from './lab.ts'
import { enter, openCourse, page, reader, served } from './opened.ts'

const UDP = 'udp/the-datagram-that-vanished/'

vi.setConfig({ testTimeout: 90_000 })

openCourse()

async function open(lang: 'en' | 'zh' = 'en'): Promise<{ lab: LabInPage; send: ProgramInPage }> {
  await page.goto(served.at(`/${lang}/${UDP}`))
  const lab = new LabInPage(page, 'udp-as-found')
  return { lab, send: lab.program('send') }
}

const editor = ({ box }: ProgramInPage) => box.locator('.cm-content:visible')
const act = ({ box }: ProgramInPage, name: RegExp) => box.locator('.code:visible').getByRole('button', { name })
const line = (program: ProgramInPage, number: number) =>
  editor(program)
    .locator('.cm-line')
    .nth(number - 1)
const shipped = (file: string) => readFileSync(join(COURSE, 'labs/catalog/udp-as-found', file), 'utf8')
const stateOf = ({ box }: ProgramInPage) => box.locator('.code:visible .own-state')

async function says(place: Locator, words: string | RegExp): Promise<void> {
  await place.filter({ hasText: words }).first().waitFor()
}

/** Types at the beginning of the text. */
async function typeFirst(program: ProgramInPage, text: string): Promise<void> {
  await editor(program).press('ControlOrMeta+Home')
  await page.keyboard.insertText(text)
}

/** All that stands in the editor, however much of it is drawn. */
async function textIn(program: ProgramInPage): Promise<string> {
  const lines = await editor(program)
    .locator('.cm-line')
    .evaluateAll((all) => {
      return all.map((one) => {
        const copy = one.cloneNode(true) as HTMLElement
        for (const note of copy.querySelectorAll('.notes, img')) note.remove()
        return copy.textContent
      })
    })
  return lines.join('\n')
}

test('a program is edited and run; nothing that a button does loses what was written', async () => {
  const { lab, send } = await open()
  await send.box.getByRole('button', { name: 'Edit send' }).click()
  await editor(send).waitFor()
  expect(await textIn(send)).toBe(shipped('send.ts'))
  expect(await editor(send).getAttribute('aria-label')).toBe('Text of send.ts')
  const leave = await editor(send).getAttribute('aria-describedby')
  expect(await page.locator(`#${leave}`).innerText()).toContain('press Escape and then Tab')
  await says(send.box.locator('.own-notes'), 'can do to your files whatever you can')

  await typeFirst(send, "console.log('edited')\n")
  await says(stateOf(send), /^your version$/)
  await lab.runAll.click()
  await send.exited(0)
  await send.shows('edited')
  // What was line 7 is line 8 now, and what it gave stands beside it.
  await says(line(send, 8), /'sent'/)
  expect(await line(send, 8).innerText()).toContain('sender.send(')

  const mine = `console.log('edited')\n${shipped('send.ts')}`
  await typeFirst(send, '// more\n')
  await says(stateOf(send), 'your version, not the text that was run')
  await editor(send).locator('.ret').first().waitFor({ state: 'detached' })
  await act(send, /^Undo$/).click()
  await says(stateOf(send), /^your version$/)
  await says(line(send, 8), /'sent'/)

  await act(send, /^Reset$/).click()
  await says(stateOf(send), 'the course’s text, not the text that was run')
  expect(await textIn(send)).toBe(shipped('send.ts'))
  await act(send, /^Bring back my version$/).click()
  await says(stateOf(send), /^your version$/)
  expect(await textIn(send)).toBe(mine)

  await act(send, /^Compare$/).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.cm-changedLine').first().waitFor()
  expect(await dialog.locator('.cm-changedLine').allInnerTexts()).toEqual(["console.log('edited')"])
  expect(await dialog.locator('.cm-editor').count()).toBe(2)
  expect(await axeFinds(page, ['dialog'])).toEqual([])
  await dialog.getByRole('button', { name: 'Close' }).click()

  // What was typed and not kept yet survives the page as well.
  await typeFirst(send, '// unkept\n')
  await page.reload()
  await says(line(send, 1), '// unkept')
  await says(stateOf(send), 'your version')
  expect(await editor(send).getAttribute('contenteditable')).toBe('false')
  expect(shipped('send.ts')).not.toContain('edited')
  expect(await axeFinds(page, ['[data-program=send]'])).toEqual([])
})

test('a mistake is printed as the runtime words it, and its line is marked in the editor', async () => {
  const { send } = await open()
  await send.box.getByRole('button', { name: 'Edit send' }).click()
  await typeFirst(send, 'const a = 1\nenum X { A }\n')
  await editor(send).press('ControlOrMeta+Enter')
  await send.exited(1)
  await send.shows('ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
  await says(editor(send).locator('.complained'), 'enum X { A }')
  await says(editor(send).locator('.complaint'), '✕ SyntaxError [ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX]: TypeScript enum')
  await act(send, /^Line 2: SyntaxError/).click()
  await page.keyboard.insertText(' // here')
  await says(line(send, 2), 'enum X { A } // here')
  await editor(send).locator('.complaint').waitFor({ state: 'detached' })
})

test.skipIf(PYTHON === null)(
  'with the keyboard alone, in Chinese: edit in Python, indent, compose, run, leave',
  async () => {
    const { send } = await open('zh')
    await send.choose('py')
    await send.box.getByRole('button', { name: '编辑 send' }).focus()
    await page.keyboard.press('Enter')
    await editor(send).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.type('if True:\n')
    // The editor has indented by itself; Tab indents further.
    await page.keyboard.type('if True:')
    await page.keyboard.press('Home')
    await page.keyboard.press('Tab')
    expect(await textIn(send)).toMatch(/^if True:\n {8}if True:\n/)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')

    // An input method composes 你好 by way of its letters, and the run's marks may come meanwhile.
    await page.keyboard.type("print('")
    const keys = await page.context().newCDPSession(page)
    for (const text of ['n', 'ni', 'ni h', '你好']) {
      await keys.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    }
    await keys.send('Input.insertText', { text: '你好' })
    await page.keyboard.type("')")
    expect(await textIn(send)).toMatch(/^if True:\n {4}if True:\n {8}print\('你好'\)\n/)
    await page.keyboard.press('Control+Enter')
    await send.exited(0)
    await send.shows('你好')

    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    await editor(send).and(page.locator(':focus')).waitFor({ state: 'detached' })
    expect(await textIn(send)).toMatch(/^if True:\n {4}if True:\n {8}print\('你好'\)\n/)
    await send.box.getByRole('button', { name: '结束编辑 send' }).focus()
    await page.keyboard.press('Enter')
    await send.box.getByRole('button', { name: '编辑 send' }).and(page.locator(':focus')).waitFor()
    await says(stateOf(send), '你的版本')
    // The TypeScript program is the course's still.
    await send.choose('ts')
    await send.box.locator('.code:visible .ln').first().waitFor()
  },
)

test('the past shows the text that was run, and so does a saved run that somebody else opens', async () => {
  const { lab, send } = await open()
  await send.box.getByRole('button', { name: 'Edit send' }).click()
  await typeFirst(send, '// mine\n')
  await send.run.click()
  await send.exited(0)
  await says(line(send, 8), /'sent'/)
  await send.box.getByRole('button', { name: 'Done editing send' }).click()
  await act(send, /^Reset$/).click()
  await says(send.line(1), 'import { createSocket }')
  await says(stateOf(send), 'the course’s text, not the text that was run')
  await lab.goTo(2)
  await says(stateOf(send), 'the text that was run')
  await says(editor(send).locator('.cm-line.lit'), 'createSocket(')
  expect(await line(send, 1).innerText()).toBe('// mine')
  await lab.panel('timeline').getByRole('button', { name: 'to now' }).click()
  await says(send.line(1), 'import { createSocket }')

  const download = page.waitForEvent('download')
  await lab.root.locator('summary', { hasText: 'Save or open a run' }).click()
  await lab.root.locator('[data-save-run]').click()
  const buffer = readFileSync(await (await download).path())
  await reader.context.close()
  await enter()
  const other = await open()
  await other.lab.root
    .locator('[data-run-file]')
    .setInputFiles({ name: 'run.jsonl', mimeType: 'application/jsonl', buffer })
  await other.lab.toEnd.click()
  await says(line(other.send, 1), '// mine')
  await says(stateOf(other.send), 'the text that was run')
  await says(line(other.send, 8), /'sent'/)
})

test('where the browser keeps nothing, it is said, and editing goes on', async () => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('It is forbidden here.', 'SecurityError')
      },
    })
  })
  const { send } = await open()
  await send.box.getByRole('button', { name: 'Edit send' }).click()
  await typeFirst(send, "console.log('unkept')\n")
  await says(send.box.locator('.own-notes'), 'The browser keeps nothing for this page')
  await editor(send).press('ControlOrMeta+Enter')
  // That questions are turned off is not kept either.
  await page.locator('bench-predict[data-of="udp-as-found"]').getByRole('button', { name: 'Skip' }).click()
  await send.exited(0)
  await send.shows('unkept')
  await act(send, /^Reset$/).click()
  expect(await textIn(send)).toBe(shipped('send.ts'))
  await act(send, /^Bring back my version$/).click()
  await says(line(send, 1), 'unkept')
})

test('a text of the course that changed since is noticed, and a full storage is told', async () => {
  const own = { text: '// mine\n', reason: 'edited', base: 'of another course', history: [] }
  const kept = JSON.stringify({ format: 1, programs: { 'send.ts': own } })
  await page.goto(served.at('/en/'))
  await page.evaluate((text) => localStorage.setItem('both-ends:own:udp-as-found', text), kept)
  const { send } = await open()
  await says(send.box.locator('.own-notes'), 'has changed since you began yours')
  expect(await textIn(send)).toBe(own.text)
  await act(send, /^Compare$/).click()
  await page.getByRole('dialog').locator('.cm-deletedLine, .cm-changedLine').first().waitFor()
  await page.keyboard.press('Escape')
  await act(send, /^Understood$/).click()
  await send.box.locator('.own-notes p').waitFor({ state: 'detached' })
  await page.reload()
  await says(line(send, 1), '// mine')
  expect(await send.box.locator('.own-notes p').count()).toBe(0)

  await page.evaluate(() => {
    const half = 'x'.repeat(2 ** 18)
    try {
      for (let number = 0; ; number += 1) localStorage.setItem(`filler ${number}`, half)
    } catch {
      // Down to the last few letters.
      try {
        for (let number = 0; ; number += 1) localStorage.setItem(`small ${number}`, 'x')
      } catch {}
    }
  })
  await send.box.getByRole('button', { name: 'Edit send' }).click()
  await typeFirst(send, '// a line more\n'.repeat(20))
  await says(send.box.locator('.own-notes'), 'storage for this course is full')
  await act(send, /^Undo$/).click()
  await act(send, /^Redo$/).click()
  await says(line(send, 1), '// a line more')
})
