/** A run is stepped through as a film is: by chapters, at a chosen speed, and from a link to one of its moments. */
import { expect, test, vi } from 'vitest'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { axeFinds } from './axe.ts'
import { LabInPage } from './lab.ts'
import { openCourse, page, reader, served } from './opened.ts'

const TCP = '/en/tcp/three-packets-and-a-queue/'
const LAB = 'tcp-client-sends'

vi.setConfig({ testTimeout: 120_000 })

openCourse()

/** Opens the TCP lesson with this query. */
async function follow(query: string, path = TCP): Promise<LabInPage> {
  await page.goto(`${served.at(path)}&${query}`)
  return new LabInPage(page, LAB)
}

const chapters = (lab: LabInPage) => lab.panel('timeline').getByRole('group', { name: 'Chapters' }).getByRole('button')
const current = (lab: LabInPage) => lab.panel('timeline').locator('.chapters [aria-current="step"]')

test('a link opens the recorded run of its lab at its step, with its panels; chapters lead on from there', async () => {
  await reader.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const lab = await follow(`lab=${LAB}&run=py-py&panels=code,wire&at=12#lab-${LAB}`)
  await lab.at(12)
  expect(await lab.root.getAttribute('data-source')).toBe('recorded')
  expect(await lab.root.getAttribute('data-open')).toBe('code wire')
  expect(await lab.program('server').box.locator('[data-file]').innerText()).toBe('server.py')
  expect(await lab.root.getByRole('alert').isVisible()).toBe(false)

  // The chapter stands beside the count, is lit among the others, and each is a way to its first step.
  expect(await chapters(lab).allInnerTexts()).toEqual(['Begin', 'Connect', 'Talk', 'Close', 'End'])
  const position = lab.panel('timeline').locator('.pos')
  expect(await position.innerText()).toMatch(/^12 of \d+[\s\S]*Connect/)
  await chapters(lab).filter({ hasText: 'Talk' }).click()
  await current(lab).filter({ hasText: 'Talk' }).waitFor()
  await lab.at(Number(await current(lab).getAttribute('data-from')))
  await lab.slider.focus()
  await page.keyboard.press('PageUp')
  await lab.at(Number(await chapters(lab).filter({ hasText: 'Close' }).getAttribute('data-from')))
  await page.keyboard.press('PageDown')
  await page.keyboard.press('PageDown')
  await current(lab).filter({ hasText: 'Connect' }).waitFor()

  // The same link is what the reader copies there, without the key.
  await lab.goTo(12)
  await position.getByRole('button', { name: 'Copy link to this moment' }).click()
  await lab.panel('timeline').getByText('Copied: a link to event 12').waitFor()
  const query = `?lab=${LAB}&run=py-py&panels=code,wire&at=12#lab-${LAB}`
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${served.without(TCP)}${query}`)
  expect(await axeFinds(page, [`[data-lab="${LAB}"]`])).toEqual([])

  // A speed that was chosen is kept; at it the film goes on by itself.
  await lab.panel('timeline').getByLabel('Speed').selectOption('as it happened')
  await lab.panel('timeline').getByRole('button', { name: 'Watch' }).click()
  await lab.at(Number(await lab.slider.getAttribute('aria-valuemax')))
  await page.reload()
  await lab.at(12)
  expect(await lab.panel('timeline').getByLabel('Speed').inputValue()).toBe('real')

  // Panels that a link opens are no choice of the reader's, and back is where something can run.
  expect(await page.evaluate(() => JSON.parse(localStorage.getItem('both-ends:lab') ?? '{}').panels ?? [])).toEqual([])
  await lab.root.locator('[data-back]').click()
  await lab.says('ready to run')
  expect(new URL(page.url()).search).toBe('')
})

test('what a link says wrongly is told in a sentence, and the rest of it is opened', async () => {
  const lab = await follow(`lab=${LAB}&run=py-rb&panels=wire,wyre&at=999`)
  await lab.complains('names “py-rb” as the languages of a run')
  await lab.complains('panels that this lab does not have: wyre.')
  await lab.complains(/names event 999, and this run has \d+ events\. The last is shown\./)
  await lab.at(Number(await lab.slider.getAttribute('aria-valuemax')))
  expect(await lab.root.getAttribute('data-open')).toBe('wire')

  await follow(`lab=${LAB}&at=never`)
  await lab.complains('names “never” as its event')
  await lab.slider.waitFor()

  // Of a lab that is not here the first of the page tells; nothing is played, and everything can be run.
  await follow('lab=no-such-lab&at=3')
  const first = new LabInPage(page, (await page.locator('bench-lab').first().getAttribute('data-lab')) ?? '')
  await first.complains('names the lab “no-such-lab”, and this page has none of that name')
  expect(await page.locator('bench-lab [role=alert]:visible').count()).toBe(1)
  expect(await page.locator('[data-source="recorded"]').count()).toBe(0)

  await follow('lab=no-such-lab', TCP.replace('/en/', '/zh/'))
  await first.complains('打开的链接指名实验“no-such-lab”')
})

test.skipIf(whyNoOwnNetwork !== null)('of an own run a link says that it leads to the recorded one', async () => {
  await page.goto(served.at(TCP))
  const lab = new LabInPage(page, LAB)
  await lab.runAll.click()
  await lab.program('client').exited(0)
  await lab.goTo(3)
  await lab.panel('timeline').getByRole('button', { name: 'Copy link to this moment' }).click()
  await lab.panel('timeline').getByText('leads to the course’s recorded run of this lab, to its event 3').waitFor()
})

test.skipIf(whyNoOwnNetwork !== null)(
  'what is changed on a wire is a mark on the line, from what to what',
  async () => {
    await page.goto(served.at('/en/udp/promises-not-made/'))
    const lab = new LabInPage(page, 'udp-bad-road')
    await lab.toggle('faults').click()
    for (const name of ['receive', 'send']) await lab.program(name).choose('py')
    await lab.runAll.click()
    await lab.packet(/^UDP/).first().waitFor()
    const loss = lab.panel('faults').locator('[data-control="loss"]')
    await loss.fill('40')
    await loss.dispatchEvent('change')
    const mark = lab.panel('timeline').locator('[data-mark]', { hasText: 'loss 15 % → 40 %' })
    await mark.waitFor()
    const seed = lab.panel('faults').locator('[data-seed]')
    await seed.fill('7')
    await seed.dispatchEvent('change')
    await lab
      .panel('timeline')
      .locator('[data-mark]', { hasText: /seed \d+ → 7/ })
      .waitFor()
    for (const name of ['send', 'receive']) await lab.program(name).exited(0)
    await mark.click()
    await lab.at(Number(await mark.getAttribute('data-mark')))
    await lab.panel('timeline').getByText('By hand, the wire between a and b is changed: loss 15 % → 40 %').waitFor()
    await lab.panel('wire').getByText('by hand: loss 15 % → 40 %').last().waitFor()
    await lab.slider.press('Home')
    await lab
      .panel('timeline')
      .getByText(/has faults: loss 15 %.*Its chances begin from seed \d+\./)
      .waitFor()
  },
)
