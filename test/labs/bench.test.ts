import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { socketsAreTold } from '../../labs/instruments/sockets.ts'
import { encodeInput, MAX_FRAME, PROTOCOL } from '../../labs/protocol.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { isThere } from '../helpers/processes.ts'

let course: TestCourse
const pages: BenchClient[] = []

beforeAll(async () => {
  course = await startCourse()
  await course.addLab('one', { ready: { file: 'ready.ts' } })
  await course.addLab('three', {
    first: { file: 'binds-on-line.ts' },
    second: { file: 'binds-on-line.ts' },
    third: { file: 'ready.ts', end: 'begins' },
  })
  await course.addLab('beginners', {
    first: { file: 'ready.ts', end: 'begins' },
    second: { file: 'ready.ts', end: 'begins' },
  })
})
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(pages.splice(0).map((page) => page.leave()))
})
afterAll(() => course.close())

async function open(lab: string): Promise<BenchClient> {
  const page = await BenchClient.open(course.port, lab)
  pages.push(page)
  return page
}

const ts = (program: string) => ({ program, language: 'ts' }) as const

describe('a program', () => {
  test('is told with its command, its process and its size, in this order', async () => {
    const page = await open('one')
    page.run({ ...ts('ready'), columns: 100, rows: 30 })
    await page.until(() => page.text('ready').includes('ready'))
    const [starting, started] = page.events
    expect(starting).toMatchObject({
      kind: 'starting',
      program: 'ready',
      run: 1,
      language: 'ts',
      columns: 100,
      rows: 30,
    })
    expect(started).toMatchObject({ kind: 'started', program: 'ready', run: 1, command: ['node', 'ready.ts'] })
    expect(isThere(page.eventsOf('ready', 'started')[0]?.pid ?? 0)).toBe(true)
    expect(page.pieces[0]).toMatchObject({ program: 'ready', run: 1, offset: 0 })
  })

  test('runs again after its end, as another run whose output counts on', async () => {
    const page = await open('one')
    for (const run of [1, 2]) {
      page.run(ts('ready'))
      await page.until(() => page.text('ready').split('ready').length > run)
      page.say({ type: 'stop', programs: ['ready'] })
      expect(await page.exit('ready')).toMatchObject({ run, code: null, signal: 'SIGHUP', stopped: true })
    }
    expect(page.pieces.map(({ run, offset }) => [run, offset])).toEqual([
      [1, 0],
      [2, 'ready\r\n'.length],
    ])
  })

  test('is stopped in two events, the second after the process is gone', async () => {
    const page = await open('one')
    page.run(ts('ready'))
    await page.until(() => page.text('ready').includes('ready'))
    page.say({ type: 'stop', programs: ['ready'] })
    await page.exit('ready')
    expect(page.events.slice(-2).map(({ kind }) => kind)).toEqual(['stopping', 'exited'])
    expect(isThere(page.eventsOf('ready', 'started')[0]?.pid ?? 0)).toBe(false)
  })
})

describe.runIf(socketsAreTold())('programs that are run together', () => {
  test('start in the order of the lab, each when the one before has its socket', async () => {
    const page = await open('three')
    page.run(ts('third'), ts('second'), ts('first'))
    await page.until(() => page.text('first').includes('ready'))
    expect(page.events.map(({ kind }) => kind)).toEqual(['starting', 'started'])
    page.type('first', 'udp\n')
    await page.until(() => page.text('second').includes('ready'))
    expect(page.eventsOf('third', 'starting')).toEqual([])
    page.type('second', 'tcp\n')
    await page.until(() => page.text('third').includes('ready'))

    const order = page.events.map((event) => `${'program' in event && event.program} ${event.kind}`)
    const steps = (name: string) => [`${name} starting`, `${name} started`, `${name} ready`]
    expect(order).toEqual([...steps('first'), ...steps('second'), 'third starting', 'third started'])
    const times = page.events.map(({ t }) => t)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(page.eventsOf('first', 'ready')[0]?.socket).toMatchObject({ protocol: 'udp', address: '127.0.0.1' })
    expect(page.eventsOf('second', 'ready')[0]?.socket).toMatchObject({ protocol: 'tcp', address: '127.0.0.1' })
    for (const name of ['first', 'second']) {
      const socket = page.eventsOf(name, 'ready')[0]?.socket
      expect(socket?.port).toBeGreaterThan(1023)
    }
  })

  test('are given up, by name, when the one before ends without a socket', async () => {
    const page = await open('three')
    page.run(ts('first'), ts('second'), ts('third'))
    await page.until(() => page.text('first').includes('ready'))
    page.type('first', 'end\n')
    expect(await page.exit('first')).toMatchObject({ code: 3, signal: null, stopped: false })
    await page.until(() => page.eventsOf('third', 'failed').length === 1)
    for (const name of ['second', 'third']) {
      expect(page.eventsOf(name, 'started')).toEqual([])
      expect(page.eventsOf(name, 'failed')).toMatchObject([
        { trouble: { kind: 'ended-before-ready', program: 'first' } },
      ])
    }
  })

  test('are given up when the one before cannot be started', async () => {
    await course.addLab('without-file', { first: {}, second: { file: 'ready.ts' } })
    const page = await open('without-file')
    page.run(ts('first'), ts('second'))
    await page.until(() => page.eventsOf('second', 'failed').length === 1)
    expect(page.eventsOf('first', 'failed')).toMatchObject([{ trouble: { kind: 'file-missing' } }])
    expect(page.eventsOf('second', 'failed')).toMatchObject([{ trouble: { kind: 'ended-before-ready' } }])
  })

  test('are not started any more after a stop', async () => {
    const page = await open('three')
    page.run(ts('first'), ts('second'), ts('third'))
    await page.until(() => page.text('first').includes('ready'))
    page.say({ type: 'stop', programs: ['first'] })
    await page.exit('first')
    // An answer to something later tells that nothing more came.
    page.say({ type: 'stop', programs: ['first'] })
    await page.until(() => page.troubles.length === 1)
    expect(page.eventsOf('second', 'starting')).toEqual([])
    expect(page.eventsOf('third', 'starting')).toEqual([])
  })

  test('leave one alone that the reader has started meanwhile', async () => {
    const page = await open('three')
    page.run(ts('first'), ts('second'))
    await page.until(() => page.text('first').includes('ready'))
    page.run(ts('second'))
    await page.until(() => page.text('second').includes('ready'))
    page.type('first', 'tcp\n')
    await page.until(() => page.eventsOf('first', 'ready').length === 1)
    page.say({ type: 'stop', programs: ['third'] })
    await page.until(() => page.troubles.length === 1)
    expect(page.eventsOf('second', 'starting')).toHaveLength(1)
  })

  test('are given up when the one before takes too long', async () => {
    const page = await open('three')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const hour = 3600
    page.run(ts('first'), ts('second'))
    await page.until(() => page.text('first').includes('ready'), hour)
    await vi.advanceTimersByTimeAsync(19_000)
    expect(page.eventsOf('second', 'starting')).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    await page.until(() => page.eventsOf('second', 'failed').length === 1, hour)
    const trouble = { kind: 'never-ready', program: 'first', seconds: 20 }
    expect(page.eventsOf('second', 'failed')).toMatchObject([{ trouble }])
    page.type('first', 'udp\n')
    await vi.waitFor(() => expect(page.eventsOf('first', 'ready')).toHaveLength(1), { timeout: 10_000 })
    expect(page.eventsOf('second', 'started')).toEqual([])
  })

  test('do not wait for one that begins', async () => {
    const page = await open('beginners')
    page.run(ts('first'), ts('second'))
    await page.until(() => page.text('second').includes('ready'))
    expect(page.eventsOf('first', 'ready')).toEqual([])
  })
})

describe('a trouble is named, and everything else goes on:', () => {
  /** The page's bench answers: a program can be run at it. */
  async function stillServes(page: BenchClient) {
    page.run(ts('ready'))
    await page.until(() => page.text('ready').includes('ready'))
  }

  test('an unknown message', async () => {
    const page = await open('one')
    page.sayRaw('{"type":"dance"}')
    page.sayRaw('not JSON')
    page.sayRaw(new Uint8Array([9, 9, 9]))
    page.sayRaw(encodeInput(1, 1, new Uint8Array(17_000)))
    await page.until(() => page.troubles.length === 4)
    expect(page.troubles.map(({ kind }) => kind)).toEqual(Array(4).fill('unknown-message'))
    await stillServes(page)
  })

  test('an unknown lab', async () => {
    const page = await BenchClient.connect(course.port)
    page.say({ type: 'open', protocol: PROTOCOL, lab: '../one' })
    await page.until(() => page.closed)
    expect(page.told).toEqual([{ type: 'trouble', trouble: { kind: 'unknown-lab', lab: '../one' } }])
    await stillServes(await open('one'))
  })

  test.each([
    ['no-default', `export const lab = 1`, /export a lab as default/],
    ['no-program', `export default { number: '1', programs: [] }`, /at least one program/],
    ['wrong-end', `export default { number: '1', programs: [{ name: 'a', end: 'sits' }] }`, /`end` of `a` is `sits`/],
    ['no-script', `export default {`, /./],
    ['throws', `throw new Error('so it is')`, /so it is/],
  ])('a broken lab: %s', async (lab, text, detail) => {
    await course.addLab(lab, {})
    await writeFile(join(course.folder, 'labs', 'catalog', lab, 'lab.ts'), text)
    const page = await BenchClient.connect(course.port)
    page.say({ type: 'open', protocol: PROTOCOL, lab })
    await page.until(() => page.closed)
    expect(page.troubles).toMatchObject([{ kind: 'broken-lab', lab, detail: expect.stringMatching(detail) }])
  })

  test('a lab without its definition, which is found when it is there', async () => {
    await course.addLab('mended', { ready: { file: 'ready.ts' } })
    const file = join(course.folder, 'labs', 'catalog', 'mended', 'lab.ts')
    await rm(file)
    const page = await BenchClient.connect(course.port)
    page.say({ type: 'open', protocol: PROTOCOL, lab: 'mended' })
    await page.until(() => page.closed)
    expect(page.troubles).toMatchObject([{ kind: 'broken-lab', lab: 'mended' }])
    await course.addLab('mended', { ready: { file: 'ready.ts' } })
    await stillServes(await open('mended'))
  })

  test('another version', async () => {
    const page = await BenchClient.connect(course.port)
    page.say({ type: 'open', protocol: PROTOCOL + 1, lab: 'one' })
    await page.until(() => page.closed)
    const trouble = { kind: 'other-version', server: PROTOCOL, page: PROTOCOL + 1 }
    expect(page.told).toEqual([{ type: 'trouble', trouble }])
  })

  test('a message before the bench is opened', async () => {
    const page = await BenchClient.connect(course.port)
    pages.push(page)
    page.run(ts('ready'))
    page.sayRaw(encodeInput(1, 1, new Uint8Array(1)))
    await page.until(() => page.troubles.length === 2)
    expect(page.troubles).toEqual([{ kind: 'not-opened' }, { kind: 'not-opened' }])
    page.say({ type: 'open', protocol: PROTOCOL, lab: 'one' })
    await page.until(() => page.opened !== undefined)
    await stillServes(page)
  })

  test('a bench that is opened twice, also before the first is done', async () => {
    const page = await BenchClient.connect(course.port)
    pages.push(page)
    page.say({ type: 'open', protocol: PROTOCOL, lab: 'one' })
    page.say({ type: 'open', protocol: PROTOCOL, lab: 'one' })
    page.run(ts('ready'))
    await page.until(() => page.text('ready').includes('ready'))
    expect(page.troubles).toEqual([{ kind: 'already-opened' }])
    expect(page.told.filter(({ type }) => type === 'opened')).toHaveLength(1)
  })

  test('an unknown program', async () => {
    const page = await open('one')
    const away = 'toString'
    page.run(ts(away))
    page.run(ts('ready'), ts(away))
    page.say({ type: 'stop', programs: [away] })
    page.say({ type: 'resize', program: away, columns: 1, rows: 1 })
    page.say({ type: 'ack', program: away, offset: 1 })
    await page.until(() => page.troubles.length === 5)
    expect(page.troubles).toEqual(Array(5).fill({ kind: 'unknown-program', program: away }))
    expect(page.events).toEqual([])
    await stillServes(page)
  })

  test('a program that runs already, or does not run', async () => {
    const page = await open('one')
    page.say({ type: 'stop', programs: ['ready'] })
    await stillServes(page)
    page.run(ts('ready'))
    await page.until(() => page.troubles.length === 2)
    expect(page.troubles).toEqual([
      { kind: 'not-running', program: 'ready' },
      { kind: 'already-running', program: 'ready' },
    ])
  })

  test('a program whose file is gone, and comes back', async () => {
    await course.addLab('moved', { ready: { file: 'ready.ts' } })
    await rm(join(course.folder, 'labs', 'catalog', 'moved', 'ready.ts'))
    const page = await open('moved')
    page.run(ts('ready'))
    await page.until(() => page.eventsOf('ready', 'failed').length === 1)
    const trouble = { kind: 'file-missing', file: 'labs/catalog/moved/ready.ts' }
    expect(page.eventsOf('ready', 'failed')).toMatchObject([{ run: 1, trouble }])
    await course.addLab('moved', { ready: { file: 'ready.ts' } })
    await stillServes(page)
    expect(page.runOf('ready')).toBe(2)
  })

  test('a language that cannot run here', async () => {
    const bare = await startCourse({ python: false })
    await bare.addLab('one', { ready: { file: 'ready.ts', py: `print('ready')` } })
    const page = await BenchClient.open(bare.port, 'one')
    expect(page.opened?.interpreters).toMatchObject({ py: null, ts: process.versions.node })
    page.run({ program: 'ready', language: 'py' })
    await page.until(() => page.eventsOf('ready', 'failed').length === 1)
    const trouble = { kind: 'no-interpreter', language: 'py' }
    expect(page.eventsOf('ready', 'failed')).toMatchObject([{ trouble }])
    await stillServes(page)
    await bare.close()
  })

  test('input for a run that has ended, or never was', async () => {
    const page = await open('one')
    await stillServes(page)
    page.say({ type: 'stop', programs: ['ready'] })
    await page.exit('ready')
    page.type('ready', 'too late')
    page.sayRaw(encodeInput(99, 1, Buffer.from('nowhere')))
    page.sayRaw(encodeInput(0, 1, Buffer.from('nowhere')))
    await page.until(() => page.troubles.length === 3)
    expect(page.troubles).toMatchObject([
      { kind: 'not-running', program: 'ready' },
      { kind: 'unknown-message', detail: expect.stringContaining('99') },
      { kind: 'unknown-message' },
    ])
    await page.until(() => page.taken('ready') === 1)
  })

  test('a frame that is too large, which closes the connection with 1009', async () => {
    const page = await open('one')
    page.sayRaw(' '.repeat(MAX_FRAME))
    await page.until(() => page.troubles.length === 1)
    page.sayRaw(' '.repeat(MAX_FRAME + 1))
    await page.until(() => page.closed)
    expect(page.closeCode).toBe(1009)
    await stillServes(await open('one'))
  })

  test('more benches than there may be', async () => {
    const crowd = await startCourse()
    await crowd.addLab('one', { ready: { file: 'ready.ts' } })
    const all = await Promise.all(Array.from({ length: 64 }, () => BenchClient.open(crowd.port, 'one')))
    const page = await BenchClient.connect(crowd.port)
    page.say({ type: 'open', protocol: PROTOCOL, lab: 'one' })
    await page.until(() => page.closed)
    expect(page.troubles).toEqual([{ kind: 'too-many-benches', limit: 64 }])
    expect(new Set(all.map(({ opened }) => opened?.bench)).size).toBe(64)
    await crowd.close()
  })
})
