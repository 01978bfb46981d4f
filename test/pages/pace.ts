/** How a page keeps up: with what pace it draws, how long a key takes to be seen, and what it loads. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { childrenOf } from '../helpers/processes.ts'
import { DATAGRAMS, type Served } from './course.ts'
import { LabInPage } from './lab.ts'

/** Ticks of the clock by which the kernel counts processor time, in ms. */
const TICK = 10

/** What was seen of a page while 2,000 datagrams a second were told to it. */
export interface Pace {
  readonly seconds: number
  readonly framesPerSecond: number
  /** Between two frames, at the most, in ms. */
  readonly pause: number
  /** The part of the time in which the page's thread worked. */
  readonly busy: number
  /** From a key's press until what it typed stood in a terminal, the median, in ms. */
  readonly key: number
}

/** Keys that are pressed one after the other while datagrams are told. */
const KEYS = '0123456789'

/** Runs the lab of datagrams of a copied course until all are sent; its wire, its sockets and both terminals are open. */
export async function sprinkle(page: Page, served: Served): Promise<{ lab: LabInPage; pace: Pace }> {
  await page.goto(served.at(`/en/${DATAGRAMS.lesson}/`))
  const lab = new LabInPage(page, DATAGRAMS.lab)
  const sprinkled = lab.program('sprinkle')
  await lab.toggle('sockets').click()
  await lab.runAll.click()
  await sprinkled.shows('sending')
  const before = { page: pageTime(), now: performance.now() }
  await page.evaluate(countFrames)
  const rows = await sprinkled.panel.locator('.xterm-rows').elementHandle()
  // The page looks for itself, once in each frame: to be asked from outside all the time would slow it down.
  const stands = (text: string) =>
    page.evaluate(
      ([rows, text]) =>
        new Promise<boolean>((resolve) => {
          const look = () => {
            const shown = rows?.textContent ?? ''
            if (shown.includes(text) || shown.includes('sent 8000')) resolve(shown.includes(text))
            else requestAnimationFrame(look)
          }
          look()
        }),
      [rows, text] as const,
    )
  const took: number[] = []
  await sprinkled.keyboard.focus()
  for (const [index, key] of [...KEYS].entries()) {
    const pressed = performance.now()
    await page.keyboard.press(key)
    if (!(await stands(KEYS.slice(0, index + 1)))) break
    took.push(performance.now() - pressed)
  }
  await stands('sent 8000')
  const seconds = (performance.now() - before.now) / 1000
  const { frames, pause } = JSON.parse((await page.locator('body').getAttribute('data-pace')) ?? '{}')
  const busy = (pageTime() - before.page) / 1000 / seconds
  const key = took.sort((a, b) => a - b)[Math.floor(took.length / 2)] as number
  return { lab, pace: { seconds, framesPerSecond: frames / seconds, pause, busy, key } }
}

/** In the page: counts its frames and keeps the longest pause between two. */
function countFrames(): void {
  const pace = { frames: 0, pause: 0 }
  let last = performance.now()
  const count = () => {
    const now = performance.now()
    pace.frames += 1
    pace.pause = Math.max(pace.pause, now - last)
    last = now
    document.body.dataset.pace = JSON.stringify(pace)
    requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
}

/** The sizes of all scripts that a page loads when it is opened, compressed with gzip, in bytes. */
export async function scriptsOf(page: Page, address: string): Promise<number[]> {
  const bodies: Promise<Buffer>[] = []
  page.on('response', (answer) => {
    if (/\.js(\?|$)/.test(answer.url())) bodies.push(answer.body())
  })
  await page.goto(address, { waitUntil: 'networkidle' })
  return (await Promise.all(bodies)).map((body) => gzipSync(body, { level: 9 }).length)
}

/** Processor time that the threads have used which run pages of this process's browsers, in ms. */
function pageTime(): number {
  const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)])
  const pages = below(process.pid).filter((pid) => command(pid).includes('--type=renderer'))
  return pages.reduce((sum, pid) => {
    const [, , ...fields] = (readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ')
    return sum + (Number(fields[9]) + Number(fields[10])) * TICK
  }, 0)
}

function command(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
