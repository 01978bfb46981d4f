import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { PROTOCOL } from '../../labs/protocol.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { COURSE } from '../helpers/course.ts'
import { isThere, until } from '../helpers/processes.ts'
import { knowKey } from '../helpers/readers.ts'

const MAIN = join(COURSE, 'labs', 'server', 'main.ts')

/** The course as `npm start` starts it, but without pages of its own, which would have to be built. */
class Course {
  printed = ''
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown[]>

  constructor(...options: string[]) {
    this.#process = spawn(process.execPath, [MAIN, '--no-open', ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process.stdout?.on('data', (text) => {
      this.printed += text
    })
    this.#process.stderr?.on('data', (text) => {
      this.printed += text
    })
    this.#exit = once(this.#process, 'close')
    all.push(this)
  }

  /** The port of the link that it has printed. */
  async port(): Promise<number> {
    const link = () => /http:\/\/127\.0\.0\.1:(\d+)\/\?key=(\S+)/.exec(this.printed)
    await until(() => link() !== null || this.#process.exitCode !== null, 'the link is printed')
    const [, port, key = ''] = link() ?? []
    knowKey(Number(port), key)
    return Number(port)
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  /** Its exit code, or the name of the signal that killed it. */
  async exit(): Promise<unknown> {
    const [code, signal] = await this.#exit
    return code ?? signal
  }
}

const all: Course[] = []
const WITHOUT_PAGES = ['--pages', 'http://127.0.0.1:1/']

afterEach(async () => {
  for (const course of all.splice(0)) {
    course.signal('SIGKILL')
    await course.exit()
  }
})

/** A page with a program of a real lab that waits. */
async function waitingPage(port: number) {
  const page = await BenchClient.open(port, 'udp-as-found')
  page.run({ program: 'receive', language: 'ts' })
  await page.until(() => page.eventsOf('receive', 'ready').length === 1)
  return { page, pid: page.eventsOf('receive', 'started')[0]?.pid ?? 0 }
}

describe('the course', () => {
  test('prints one link and what programs run with', async () => {
    const course = new Course('--port', '0', ...WITHOUT_PAGES)
    const port = await course.port()
    expect(course.printed.match(/http:/g)).toHaveLength(1)
    expect(course.printed).toContain(`Programs run with Node ${process.versions.node} and `)
    expect(course.printed).not.toContain('is taken')
    const health = await fetch(`http://127.0.0.1:${port}/health`)
    expect(await health.json()).toMatchObject({ protocol: PROTOCOL })
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends in order on %s: programs gone, pages told',
    async (signal) => {
      const course = new Course('--port', '0', ...WITHOUT_PAGES)
      const { page, pid } = await waitingPage(await course.port())
      course.signal(signal)
      expect(await course.exit()).toBe(0)
      expect(isThere(pid)).toBe(false)
      await page.until(() => page.closed)
      expect(page.told.at(-1)).toEqual({ type: 'closed', ending: 'server-stopping' })
      expect(course.printed).toContain('Ending the course')
    },
  )

  test('says plainly that its port is taken, and uses another', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port: taken } = holder.address() as AddressInfo
    const course = new Course('--port', String(taken), ...WITHOUT_PAGES)
    const port = await course.port()
    expect(port).not.toBe(taken)
    expect(course.printed).toContain(`Port ${taken} is taken by another program, so the course uses ${port}.`)
    holder.close()
  })

  test('ends with 2 and shows how it is used when an option is wrong', async () => {
    const course = new Course('--prot', '80')
    expect(await course.exit()).toBe(2)
    expect(course.printed).toMatch(/--prot/)
    expect(course.printed).toMatch(/npm start -- \[--port N\] .*\[--no-open\]/)
    expect(course.printed).not.toMatch(/ {4}at /)
  })
})
