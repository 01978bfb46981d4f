import { setTimeout as pause } from 'node:timers/promises'
import type { RunLanguage } from '../../labs/events.ts'
import { until } from '../helpers/processes.ts'
import { atMost, exactly, type Finding, says } from './finding.ts'
import { mostMemoryOf, sessionOf } from './processes.ts'
import type { Stronghold, Watch } from './stronghold.ts'

/** A program that means harm, and what its terminal must say of the limit it meets. */
interface Bomb {
  readonly program: string
  readonly language: RunLanguage
  readonly typed?: string
  readonly says: RegExp
  /** It goes on until it is stopped. */
  readonly stays?: boolean
  /** The most processes it may come to. */
  readonly processes?: number
}

export const BOMBS: Record<string, Bomb> = {
  'fork bomb': {
    program: 'fork',
    language: 'py',
    says: /Resource temporarily unavailable/,
    stays: true,
    processes: 256,
  },
  'memory hog': { program: 'memory', language: 'py', says: /MemoryError/ },
  'memory hog in Node': { program: 'memory', language: 'ts', says: /JavaScript heap out of memory/ },
  'hog of buffers in Node': { program: 'buffers', language: 'ts', says: /Array buffer allocation failed/ },
  'disk filler': { program: 'disk', language: 'py', typed: '/lab\n', says: /No space left on device/ },
  'disk filler in Node': { program: 'disk', language: 'ts', typed: '/tmp\n', says: /no space left on device/ },
  'filler of shared memory': { program: 'disk', language: 'py', typed: '/dev/shm\n', says: /No space left on device/ },
  'endless file': { program: 'file', language: 'py', says: /File too large|No space left on device/ },
  'hog of descriptors': { program: 'descriptors', language: 'py', says: /Too many open files/ },
}

/** Lets a program do its worst in one bench while another reader goes on. */
export async function explode(stronghold: Stronghold, watch: Watch, bomb: Bomb): Promise<Finding[]> {
  const { program, language, typed, stays = false } = bomb
  const page = await stronghold.open()
  page.run({ program, language })
  await page.until(() => page.eventsOf(program, 'started').length === 1)
  const leader = page.eventsOf(program, 'started')[0]?.pid ?? 0
  if (typed) page.type(program, typed)
  let most = 0
  const worstIsOver = async () => {
    await page.until(() => bomb.says.test(page.text(program)) || page.eventsOf(program, 'exited').length > 0, 60)
    for (let look = 0; stays && look < 10; look += 1) {
      most = Math.max(most, sessionOf(leader).length)
      await pause(50)
    }
  }
  const echo = await watch.echo(20, worstIsOver())
  if (stays) page.say({ type: 'stop', programs: [program] })
  await page.exit(program)
  const began = performance.now()
  await until(() => sessionOf(leader).length === 0, 'all processes of the bomb are gone', 5)
  const gone = performance.now() - began
  await page.leave()
  return [
    says('its terminal', page.text(program), bomb.says),
    ...(bomb.processes ? [atMost('its processes', most, bomb.processes)] : []),
    atMost('another bench’s echo, median', echo.median, 50, ' ms'),
    atMost('and at its worst', echo.worst, 3000, ' ms'),
    atMost('all of it gone after its end in', gone, 1000, ' ms'),
    exactly('benches disturbed', watch.isWell ? 0 : 1, 0),
  ]
}

/** A program that prints without end, to a page that reads all of it. */
export async function flood(stronghold: Stronghold, watch: Watch, megabytes: number): Promise<Finding[]> {
  const page = await stronghold.open()
  page.keepsOutput = false
  page.run({ program: 'flood', language: 'py' })
  await page.until(() => page.eventsOf('flood', 'started').length === 1)
  const echo = await watch.echo(40)
  await page.until(() => page.eventsOf('flood', 'exited').length === 1, 120)
  const [notice] = page.eventsOf('flood', 'notice')
  await page.leave()
  return [
    says(
      'what its page is told',
      JSON.stringify(notice?.trouble),
      new RegExp(`too-much-output.*"megabytes":${megabytes}`),
    ),
    atMost('printed at its end', page.received('flood') / 1024 ** 2, megabytes * 1.5 + 64, ' MB'),
    atMost('another bench’s echo beside it, median', echo.median, 50, ' ms'),
    atMost('the server’s memory at its most', mostMemoryOf(stronghold.pid) / 1e6, 400, ' MB'),
  ]
}

/** Eight programs that never rest, in one bench. */
export async function spin(stronghold: Stronghold, watch: Watch): Promise<Finding[]> {
  const page = await stronghold.open()
  page.run({ program: 'spin', language: 'py' })
  await page.until(() => page.text('spin').includes('ready'))
  const echo = await watch.echo(60)
  page.say({ type: 'stop', programs: ['spin'] })
  await page.exit('spin')
  await page.leave()
  return [
    atMost('another bench’s echo, median', echo.median, 50, ' ms'),
    atMost('and at its worst', echo.worst, 3000, ' ms'),
  ]
}
