/** The search in a page, as a reader handles it. */
import type { Locator, Page } from 'playwright-core'

export class SearchInPage {
  readonly dialog: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
    this.dialog = page.locator('dialog[data-search]')
  }

  /** Opens it by its key, from wherever the page has its focus. */
  async open(): Promise<void> {
    await this.#page.keyboard.press('/')
    await this.dialog.waitFor()
  }

  /** Types words in place of those that stand there. Resolves when they are answered. */
  async type(words: string): Promise<void> {
    await this.dialog.getByRole('searchbox').fill(words)
    await this.#page.locator(`dialog[data-answered=${JSON.stringify(words)}]`).waitFor()
  }

  /** Resolves when it says something like this. */
  async says(text: string | RegExp): Promise<void> {
    await this.dialog.getByRole('status').filter({ hasText: text }).waitFor()
  }

  /** The addresses of everything that is shown as found. */
  async found(): Promise<string[]> {
    return this.dialog.locator('li a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname))
  }

  /** The link to a page, an entry or a heading that was found. */
  link(name: string | RegExp): Locator {
    return this.dialog.getByRole('link', { name }).first()
  }
}
