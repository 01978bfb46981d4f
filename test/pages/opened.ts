/** What most tests of pages stand on: one server and one browser for a file, one reader with a page for each test. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { endServers, newReader, type Reader, Served } from './course.ts'

let browser: Browser
export let served: Served
/** The reader of the running test, and their page. */
export let reader: Reader
export let page: Page

/** Opens the course before the tests of the calling file. After each of them nothing may have gone wrong in a page. */
export function openCourse(...how: ReaderOptions): void {
  beforeAll(async () => {
    served = await Served.start(COURSE)
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await endServers()
  })
  beforeEach(() => enter(...how))
  afterEach(async () => {
    await reader.context.close()
    expect(reader.faults).toEqual([])
  })
}

/** Another reader comes, with a browser of their own. */
export async function enter(...how: ReaderOptions): Promise<void> {
  reader = await newReader(browser, ...how)
  page = await reader.context.newPage()
}

type ReaderOptions = [options?: BrowserContextOptions, habits?: Parameters<typeof newReader>[2]]
