/** What most tests of pages stand on: one server and one browser for a file, one reader with a page for each test. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startBrowser } from '../helpers/browser.ts'
import { COURSE } from '../helpers/course.ts'
import { endServers, newReader, type Reader, Served } from './course.ts'

let browser: Browser
/** The tests of a group look at one page, one after the other. */
let isShared = false
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
  beforeEach(async () => {
    if (!isShared) await enter(...how)
  })
  afterEach(async () => {
    if (!isShared) await reader.context.close()
    expect(reader.faults).toEqual([])
  })
}

/** Lets one reader open one page for all tests of the calling group, which leave it so that the next one finds its way. */
export function sharePage(open: () => Promise<void>): void {
  beforeAll(async () => {
    await enter()
    isShared = true
    await open()
  })
  afterAll(async () => {
    isShared = false
    await reader.context.close()
  })
}

/** Another reader comes, with a browser of their own. */
export async function enter(...how: ReaderOptions): Promise<void> {
  reader = await newReader(browser, ...how)
  page = await reader.context.newPage()
}

type ReaderOptions = [options?: BrowserContextOptions, habits?: Parameters<typeof newReader>[2]]
