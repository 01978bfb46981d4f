import { setTimeout as pause } from 'node:timers/promises'
import { isThere } from '../helpers/processes.ts'
import { atMost, exactly, type Finding } from './finding.ts'
import { descendantsOf } from './processes.ts'
import { Stronghold, type Watch } from './stronghold.ts'

/** Kills the server while benches run what does not want to end. */
export async function killServer(benches: number): Promise<Finding[]> {
  const stronghold = await Stronghold.build()
  const pages = await Promise.all(Array.from({ length: benches }, () => stronghold.open()))
  await Promise.all(
    pages.map(async (page) => {
      page.run({ program: 'family', language: 'py' })
      page.run({ program: 'shell@here', language: 'sh' })
      await page.until(() => page.text('family').includes('ready') && page.text('shell@here').includes('$'))
    }),
  )
  const below = descendantsOf(stronghold.pid)
  const began = performance.now()
  await stronghold.course.kill()
  while (below.some(isThere) && performance.now() - began < 5000) await pause(10)
  const took = performance.now() - began
  return [
    {
      what: 'processes before',
      seen: `${below.length}`,
      wanted: `≥ ${benches * 8}`,
      holds: below.length >= benches * 8,
    },
    exactly('processes that are left', below.filter(isThere).length, 0),
    atMost('all gone after', took, 1000, ' ms'),
  ]
}

/** Lets a program end, again and again, that has not read what was typed for it; nobody else may hear any of that. */
export async function dieUnread(stronghold: Stronghold, watch: Watch, times: number): Promise<Finding[]> {
  const page = await stronghold.open()
  const secret = Buffer.alloc(16 * 1024, 'SECRET ')
  let typed = 0
  for (let i = 0; i < times; i += 1) {
    const before = page.received('deaf')
    page.run({ program: 'deaf', language: 'py' })
    await page.until(() => page.received('deaf') > before)
    for (let piece = 0; piece < 8; piece += 1) page.type('deaf', secret)
    typed += 8 * secret.length
    page.say({ type: 'stop', programs: ['deaf'] })
    await page.until(() => page.eventsOf('deaf', 'exited').length === i + 1)
    // Descriptors that have become free are given to whoever comes next.
    if (i % 10 === 9) await watch.echo(3)
  }
  const echo = await watch.echo(10)
  await page.leave()
  return [
    exactly('programs that ended with unread input', page.eventsOf('deaf', 'exited').length, times),
    { what: 'typed for them', seen: `${(typed / 1e6).toFixed(1)} MB`, wanted: '> 0', holds: typed > 0 },
    exactly('bytes of it that another bench heard', watch.foreign.length, 0),
    exactly('bytes that came back', page.text('deaf').replaceAll('ready', '').length, 0),
    atMost('another bench’s echo afterwards, median', echo.median, 50, ' ms'),
  ]
}
