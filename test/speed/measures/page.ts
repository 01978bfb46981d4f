import { startBrowser } from '../../helpers/browser.ts'
import { copyCourse, DATAGRAMS, newReader, removeCourse, Served } from '../../pages/course.ts'
import { scriptsOf, sprinkle } from '../../pages/pace.ts'
import type { Figure } from '../figures.ts'
import type { Measure } from './measure.ts'

const LESSON = '/en/tcp/three-packets-and-a-queue/'

const SCRIPT: Figure = {
  title: 'Script of a lesson before a lab is started, gzip',
  unit: 'KB',
  goal: { at: 'most', value: 20 },
}
const FRAMES: Figure = {
  title: 'Page told of 2,000 packets a second: frames drawn',
  unit: 'a second',
  goal: { at: 'least', value: 30 },
}
const PAUSE: Figure = { title: 'Page told of 2,000 packets a second: longest pause between frames', unit: 'ms' }
const KEY: Figure = { title: 'Page told of 2,000 packets a second: from a key to its letter', unit: 'ms' }
const BUSY: Figure = { title: 'Page told of 2,000 packets a second: its thread is busy for', unit: '%' }

/** A lesson in a real browser, and a lab in it whose packets are drawn while they come. */
export const page: Measure = async ({ ground, note }) => {
  if (ground === null) return
  const folder = await copyCourse(DATAGRAMS)
  const served = await Served.start(folder)
  const browser = await startBrowser()
  try {
    const { context } = await newReader(browser)
    context.setDefaultTimeout(60_000)
    const sizes = await scriptsOf(await context.newPage(), served.at(LESSON))
    note(SCRIPT, 'own', sizes.reduce((sum, size) => sum + size, 0) / 1024)
    const { pace } = await sprinkle(await context.newPage(), served)
    note(FRAMES, 'own', pace.framesPerSecond)
    note(PAUSE, 'own', pace.pause)
    note(KEY, 'own', pace.key)
    note(BUSY, 'own', pace.busy * 100)
  } finally {
    await browser.close()
    await served.end()
    await removeCourse(folder)
  }
}
