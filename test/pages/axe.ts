/** What axe finds in a page: everything that can be found by a program in how accessible it is. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** The one rule of axe whose answer changes with the colours of a theme. */
export const COLOURS = ['color-contrast']

/**
 * What axe finds in the page, or in those parts of it that the selectors name, one line for each element; empty when all is well.
 * axe is kept from describing what it has found to be right, which takes it longer than the finding.
 */
export async function axeFinds(
  page: Page,
  within: readonly string[] = [],
  rules?: readonly string[],
): Promise<string[]> {
  // The pages have no frames of other origins, for which another page would be opened.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  axe.options({ resultTypes: ['violations'], ...(rules && { runOnly: [...rules] }) })
  for (const selector of within) axe.include(selector)
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id} ${target}: ${html}`))
}

/** The same in the light theme and, for what depends on colours, in the dark one. Leaves the page dark. */
export async function axeFindsInBothThemes(page: Page, within: readonly string[] = []): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await axeFinds(page, within)
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await axeFinds(page, within, COLOURS)
  return [...light, ...dark.map((line) => `dark: ${line}`)]
}
