/** A lab in a page, found as a reader finds it: by the names of its buttons and by what it says. */
import type { Locator, Page } from 'playwright-core'
import type { Language } from '../../labs/lab.ts'
import type { PanelName } from '../../site/bench/opened.ts'
import type { Connection } from '../../site/bench/source.ts'

const RUN = /^(Run|运行) /
const STOP = /^(Stop|停止) /

export class LabInPage {
  readonly root: Locator
  readonly runAll: Locator
  readonly stopAll: Locator
  /** What starts a lab that shows a recording. */
  readonly play: Locator
  /** What tells at once all that is left of a recording. */
  readonly toEnd: Locator

  constructor(page: Page, id: string) {
    this.root = page.locator(`[data-lab="${id}"]`)
    this.runAll = this.root.getByRole('button', { name: /^(Run all|全部运行)$/ })
    this.stopAll = this.root.getByRole('button', { name: /^(Stop all|全部停止)$/ })
    this.toEnd = this.root.getByRole('button', { name: /^(To the end|直接到结尾)$/ })
    this.play = this.root.getByRole('button', { name: /^(Play|回放)$/ })
  }

  /** A panel that tells of the run; there is one of each. */
  panel(name: 'wire' | 'bytes' | 'faults' | 'sockets' | 'states' | 'timeline'): Locator {
    return this.root.locator(`[data-panel="${name}"]`)
  }

  /** The button of *Look closer* for a panel. */
  toggle(name: PanelName): Locator {
    return this.root.locator(`[data-toggle="${name}"]`)
  }

  /** The row of a packet, by its accessible name. */
  packet(name: string | RegExp): Locator {
    return this.panel('wire').locator('[data-packet]').and(this.root.getByLabel(name))
  }

  get slider(): Locator {
    return this.panel('timeline').getByRole('slider')
  }

  /** Moves to a step as a reader does by keyboard, and waits until everything stands there. */
  async goTo(step: number): Promise<void> {
    await this.slider.focus()
    await this.slider.press('Home')
    for (let at = 1; at < step; at += 1) await this.slider.press('ArrowRight')
    await this.at(step)
  }

  /** Resolves when the time line stands at this step. */
  async at(step: number): Promise<void> {
    await are(this.slider, `[aria-valuenow="${step}"]`)
  }

  program(name: string): ProgramInPage {
    return new ProgramInPage(this.root, name)
  }

  /** Resolves when the lab's connection is this. */
  async connection(connection: Connection): Promise<void> {
    await are(this.root, `[data-connection="${connection}"]`)
  }

  /** Resolves when the lab says this of itself. */
  async says(words: string | RegExp): Promise<void> {
    await seen(this.root.locator('[data-say]').filter({ hasText: words }), this.root)
  }

  /** Resolves when the lab tells this trouble. */
  async complains(words: string | RegExp): Promise<void> {
    await this.root.getByRole('alert').filter({ hasText: words }).waitFor()
  }
}

export class ProgramInPage {
  readonly box: Locator
  readonly run: Locator
  readonly stop: Locator
  readonly panel: Locator
  /** Where keys go that are typed into its terminal. */
  readonly keyboard: Locator

  constructor(lab: Locator, name: string) {
    this.box = lab.locator(`[data-program="${name}"]`)
    this.run = this.box.getByRole('button', { name: RUN })
    this.stop = this.box.getByRole('button', { name: STOP })
    this.panel = this.box.locator('[data-panel="terminal"]')
    this.keyboard = this.panel.locator('textarea')
  }

  /** Resolves when the program's state is this. */
  async state(state: 'ready' | 'starting' | 'running' | 'exited' | 'failed'): Promise<void> {
    await are(this.box, `[data-state="${state}"]`)
  }

  /** Resolves when the program has ended so: by a code, or by a signal. */
  async exited(exit: number | string): Promise<void> {
    await are(this.box, `[data-state="exited"][data-exit="${exit}"]`)
  }

  /** Resolves when this stands in the rows of its terminal that can be seen. */
  async shows(text: string | RegExp): Promise<void> {
    await seen(this.panel.locator('.xterm-rows').filter({ hasText: text }), this.panel)
  }

  /** Resolves when its state is worded so. */
  async says(words: string | RegExp): Promise<void> {
    await seen(this.box.locator('[data-words]').filter({ hasText: words }), this.box)
  }

  /** A line of its code in the language that is shown, by its number. */
  line(number: number): Locator {
    return this.box.locator(`.code:visible .ln`).nth(number - 1)
  }

  /** All text of its terminal, by its copy button; the page may use the clipboard. */
  readonly copied = async (): Promise<string> => {
    await this.panel.locator('[data-copy]').click()
    return this.box.page().evaluate(() => navigator.clipboard.readText())
  }

  async choose(language: Language): Promise<void> {
    // By keyboard: its label lies over it, and a page that still grows moves it away from under a pointer.
    const radio = this.box.getByRole('radio', { name: language === 'ts' ? 'TypeScript' : 'Python' })
    await radio.focus()
    await radio.press('Space')
    await radio.and(this.box.locator(':checked')).waitFor({ state: 'attached' })
  }
}

/** Resolves when an element has these attributes as well. */
async function are(element: Locator, attributes: string): Promise<void> {
  await seen(element.and(element.page().locator(attributes)), element)
}

/** Resolves when an element is there. @throws {Error} telling the box around it as it is instead. */
async function seen(element: Locator, box: Locator): Promise<void> {
  try {
    await element.waitFor({ state: 'attached' })
  } catch (error) {
    const tell = (element: HTMLElement) => `${JSON.stringify(element.dataset)}\n${element.innerText}`
    const there = await box.evaluate(tell, undefined, { timeout: 1000 }).catch(() => 'nothing that could be read')
    throw new Error(`${(error as Error).message}\nThere is instead: ${there}`)
  }
}
