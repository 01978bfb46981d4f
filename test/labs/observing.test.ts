import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { FrameEvent } from '../../labs/events.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { COURSE, startCourse, type TestCourse } from '../helpers/course.ts'
import { look } from '../helpers/frame.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { HOSTS, WIRE } from '../helpers/networks.ts'
import { counterOf, missing, order, tableOf, watcherBeside } from '../helpers/observing.ts'
import { until } from '../helpers/processes.ts'

const fixture = (name: string) => readFile(join(COURSE, 'test', 'fixtures', 'observed', name), 'utf8')
const text = (frame: FrameEvent) => Buffer.from(look(frame.bytes).payload).toString()

describe.skipIf(whyNoOwnNetwork)(`a bench is observed (${whyNoOwnNetwork ?? 'it has a network of its own'})`, () => {
  let course: TestCourse
  const pages: BenchClient[] = []

  beforeAll(async () => {
    course = await startCourse({ rung: 'own' })
    const datagrams = { py: await fixture('datagrams.py'), end: 'begins' } as const
    const ends = { py: await fixture('ends.py'), end: 'begins' } as const
    const waiting = { ts: 'setInterval(() => {}, 1e9)', end: 'begins' } as const
    await course.addLab('alone', { datagrams, one: ends, other: ends, waiting })
    await course.addLab('first', { datagrams }, { frames: { first: 30 } })
    await course.addLab('heads', { datagrams }, { frames: { bytes: 42 } })
    await course.addLab('counted', { datagrams }, { frames: 'counters' })
    const lossy = { hosts: HOSTS, wires: [{ ...WIRE, faults: [{ from: 'a', loss: 0.3 }] }], seed: 5 }
    const slow = { hosts: HOSTS, wires: [{ ...WIRE, faults: [{ delay: 600 }] }] }
    const both = { one: { ...ends, host: 'a' }, other: { ...ends, host: 'b' } }
    await course.addLab('lossy', both, { network: lossy })
    await course.addLab('slow', both, { network: slow })
  })
  afterEach(() => Promise.all(pages.splice(0).map((page) => page.leave())))
  afterAll(() => course.close())

  async function open(lab: string): Promise<BenchClient> {
    const page = await BenchClient.open(course.port, lab)
    pages.push(page)
    return page
  }

  async function start(page: BenchClient, ...programs: string[]): Promise<void> {
    for (const program of programs) {
      const before = page.text(program).length
      page.run({ program, language: 'py' })
      if (program !== 'datagrams') await page.until(() => page.text(program).slice(before).includes('ready'))
    }
  }

  async function sendDatagrams(lab: string, count: number, size: number): Promise<BenchClient> {
    const page = await open(lab)
    page.run({ program: 'datagrams', language: 'py' })
    await page.until(() => page.eventsOf('datagrams', 'started').length > 0)
    page.type('datagrams', `${count} ${size}\n`)
    await settled(page)
    return page
  }

  const settled = (page: BenchClient, times = 1) => page.until(() => page.observedOf('settled').length === times)

  describe('frames on loopback', () => {
    test('are told once each, whole, in the order of their times, and these are the kernel’s', async () => {
      const page = await sendDatagrams('alone', 200, 100)
      expect(page.frames.map(text)).toEqual(
        Array.from({ length: 200 }, (_, i) => String(i).padStart(6, '0').padEnd(100, '.')),
      )
      expect(page.frames.every(({ bytes, length }) => bytes.length === length && length === 142)).toBe(true)
      expect(page.frames.every(({ wire, from, fate }) => wire === null && from === 0 && fate === 'delivered')).toBe(
        true,
      )
      expect(counterOf(page, 'lo.frames')).toBe(200)
      expect(missing(page)).toBe(0)
      const times = page.frames.map(({ t }) => t)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      // One zero of the bench's clock fits all: each frame came between what its sender read before and after.
      const stamps = [...page.text('datagrams').matchAll(/^(\d{6,}) (\d+)\r$/gm)]
      expect(stamps).toHaveLength(200)
      const earliest = Math.max(...stamps.map(([, before], i) => Number(before) - (times[i] ?? 0)))
      const latest = Math.min(...stamps.map(([, , after], i) => Number(after) - (times[i] ?? 0)))
      expect(earliest).toBeLessThanOrEqual(latest)
    })

    test('are counted alone where the lab says so, and the packets are told to be unseen', async () => {
      const page = await sendDatagrams('counted', 50, 10)
      expect(page.frames).toEqual([])
      expect(page.observedOf('blind')).toMatchObject([{ instrument: 'packets' }])
      expect(counterOf(page, 'lo.frames')).toBe(50)
      expect(counterOf(page, 'lo.bytes')).toBe(50 * (20 + 8 + 10))
    })

    test('are cut to what the lab keeps, with their whole length', async () => {
      const page = await sendDatagrams('heads', 20, 500)
      expect(page.frames.map(({ bytes, length }) => [bytes.length, length])).toEqual(Array(20).fill([42, 542]))
    })

    test('are told as far as the lab keeps them, in each run anew; the others are counted', async () => {
      const page = await sendDatagrams('first', 100, 10)
      expect(page.frames).toHaveLength(30)
      expect(missing(page, 'let-go')).toBe(70)
      page.run({ program: 'datagrams', language: 'py' })
      await page.until(() => page.eventsOf('datagrams', 'started').length === 2)
      page.type('datagrams', '10 10\n')
      await settled(page, 2)
      expect(page.frames).toHaveLength(40)
      expect(missing(page)).toBe(70)
    })

    test('of a flood are told up to a limit; with those that are missing they are all', async () => {
      const flooded = await startCourse({ rung: 'own', limits: { frames: { perSecond: 500, perRun: 800 } } })
      await flooded.addLab('alone', { datagrams: { py: await fixture('datagrams.py'), end: 'begins' } })
      const page = await BenchClient.open(flooded.port, 'alone')
      page.run({ program: 'datagrams', language: 'py' })
      await page.until(() => page.eventsOf('datagrams', 'started').length > 0)
      page.type('datagrams', '5000 10\n')
      await settled(page)
      expect(page.frames.length).toBeGreaterThanOrEqual(500)
      expect(page.frames.length).toBeLessThanOrEqual(800)
      expect(page.frames.length + missing(page)).toBe(5000)
      expect(counterOf(page, 'lo.frames')).toBe(5000)
      await flooded.close()
    })
  })

  test('frames that the kernel has no room for are counted too', async () => {
    const most = 1_000_000
    const flooded = await startCourse({ rung: 'own', limits: { frames: { perSecond: most, perRun: most } } })
    await flooded.addLab('alone', { datagrams: { py: await fixture('datagrams.py'), end: 'begins' } })
    const page = await BenchClient.open(flooded.port, 'alone')
    page.run({ program: 'datagrams', language: 'py' })
    await page.until(() => page.eventsOf('datagrams', 'started').length > 0)
    // Nobody empties the ring meanwhile, however fast the machine is.
    const watcher = watcherBeside(page.eventsOf('datagrams', 'started')[0]?.pid ?? 0)
    process.kill(watcher, 'SIGSTOP')
    page.type('datagrams', '30000 10 flood\n')
    await page.exit('datagrams')
    process.kill(watcher, 'SIGCONT')
    await settled(page)
    expect(page.frames.length).toBeGreaterThan(1000)
    expect(missing(page, 'not-seen')).toBeGreaterThan(0)
    expect(page.frames.length + missing(page)).toBe(30_000)
    await flooded.close()
  })

  describe('frames between hosts', () => {
    test('are told with their fate, and the receiver has those that were delivered', async () => {
      const page = await open('lossy')
      await start(page, 'other', 'one')
      for (const line of ['a udp', 'a bind 10.0.0.2 7000']) await order(page, 'other', line)
      await order(page, 'one', 'b udp')
      for (let i = 0; i < 40; i += 1) await order(page, 'one', `b sendto 10.0.0.2 7000 number-${i}`)
      await page.until(() => page.frames.length === 40)
      const delivered = page.frames.filter(({ fate }) => fate === 'delivered')
      for (const _ of delivered) await order(page, 'other', 'a receive')
      page.type('one', '\x04')
      page.type('other', '\x04')
      await settled(page)
      const fates = page.frames.map(({ fate }) => fate)
      const inOrder = page.frames.toSorted((x, y) => x.t - y.t)
      expect(inOrder.map(text)).toEqual(Array.from({ length: 40 }, (_, i) => `number-${i}`))
      expect(new Set(fates)).toEqual(new Set(['delivered', 'lost']))
      expect(page.frames.every(({ fate, handedOn }) => (fate === 'lost') === (handedOn === null))).toBe(true)
      expect(page.frames.every(({ wire, from }) => wire === 0 && from === 0)).toBe(true)
      const lost = fates.filter((fate) => fate === 'lost').length
      const received = [...page.text('other').matchAll(/received (\d+)/g)].map(([, length]) => Number(length))
      expect(received).toEqual(delivered.map((frame) => text(frame).length))
      expect(counterOf(page, 'wire0.lost', 'a')).toBe(lost)
      expect(counterOf(page, 'wire0.frames', 'a')).toBe(40)
    })
  })

  describe('sockets', () => {
    test('are told from the first to the last, each with its owner', async () => {
      const page = await open('alone')
      await start(page, 'one', 'other')
      const row = (id: string) => tableOf(page).find((one) => one.id === id)
      const seen = (wanted: object) => {
        const matches = (one: object) =>
          Object.entries(wanted).every(([k, v]) => JSON.stringify(one[k as never]) === JSON.stringify(v))
        return tableOf(page).find(matches)
      }
      const see = async (wanted: object) => {
        await page.until(() => seen(wanted) !== undefined)
        return seen(wanted) as NonNullable<ReturnType<typeof seen>>
      }
      const [one, other] = ['one', 'other'].map((program) => ({ program, run: page.runOf(program), descriptor: 3 }))
      const here = { address: '127.0.0.1', port: 7000 }

      await order(page, 'one', 'a tcp')
      const fresh = await see({ protocol: 'tcp', state: 'CLOSED', local: null, remote: null, owner: one })
      await order(page, 'one', 'a bind 127.0.0.1 7000')
      await page.until(() => row(fresh.id)?.local !== null)
      expect(row(fresh.id)).toMatchObject({ state: 'CLOSED', local: here, owner: one })
      await order(page, 'one', 'a listen 5')
      await page.until(() => row(fresh.id)?.state === 'LISTEN')
      expect(row(fresh.id)).toMatchObject({ local: here, remote: null, receiveQueue: 0, sendQueue: 5, owner: one })

      await order(page, 'other', 'b tcp')
      const client = await see({ state: 'CLOSED', local: null, owner: other })
      await order(page, 'other', 'b connect 127.0.0.1 7000')
      const waiting = await see({ state: 'ESTABLISHED', local: here, owner: null })
      await page.until(() => row(fresh.id)?.receiveQueue === 1)
      expect(row(client.id)).toMatchObject({ state: 'ESTABLISHED', remote: here, owner: other })
      expect(waiting.remote).toEqual(row(client.id)?.local)
      await order(page, 'other', 'b send 1000')
      await page.until(() => row(waiting.id)?.receiveQueue === 1000)
      await order(page, 'one', 'a accept c')
      await page.until(() => row(waiting.id)?.owner?.program === 'one')
      expect(row(waiting.id)?.owner).toEqual({ ...one, descriptor: 4 })
      expect(row(fresh.id)?.receiveQueue).toBe(0)

      await order(page, 'other', 'b close')
      await page.until(() => row(waiting.id)?.state === 'CLOSE-WAIT')
      // The acknowledgement of the FIN may be delayed.
      await page.until(() => row(client.id)?.state === 'FIN-WAIT-2')
      expect(row(client.id)?.owner).toBeNull()
      await order(page, 'one', 'c receive')
      await order(page, 'one', 'c close')
      await page.until(() => row(client.id)?.state === 'TIME-WAIT')
      expect(row(waiting.id)).toBeUndefined()

      for (const kind of ['udp', 'udp6', 'tcp6']) await order(page, 'other', `${kind} ${kind}`)
      await see({ protocol: 'udp', state: 'UNCONN', local: null, owner: other })
      await order(page, 'other', 'udp bind 127.0.0.1 7000')
      const bound = await see({ protocol: 'udp', state: 'UNCONN', local: here, remote: null, owner: other })
      await order(page, 'other', 'udp connect 127.0.0.1 7001')
      await page.until(() => row(bound.id)?.state === 'ESTABLISHED')
      expect(row(bound.id)?.remote).toEqual({ address: '127.0.0.1', port: 7001 })
      await order(page, 'other', 'udp6 bind ::1 7002')
      await see({ protocol: 'udp', local: { address: '::1', port: 7002 } })
      page.type('one', '\x04')
      page.type('other', '\x04')
      await settled(page)
      expect(tableOf(page).map(({ id, state }) => [id, state])).toEqual([[client.id, 'TIME-WAIT']])
    })

    test('of what a shell has started belong to the shell', async () => {
      const page = await open('alone')
      page.run({ program: 'shell@here', language: 'sh' })
      await page.until(() => page.text('shell@here').includes('$'))
      page.type(
        'shell@here',
        `python3 -c 'import socket as s; a = s.socket(); a.bind(("", 7000)); a.listen(); a.accept()'\n`,
      )
      await page.until(() => tableOf(page).some(({ state }) => state === 'LISTEN'))
      expect(tableOf(page)).toMatchObject([
        { local: { address: '0.0.0.0', port: 7000 }, owner: { program: 'shell@here' } },
      ])
      page.type('shell@here', '\x03')
      await page.until(() => tableOf(page).length === 0)
      expect(page.observedOf('waits')).toEqual([])
    })
  })

  test('what a program waits in is the kernel’s word, told when it is another', async () => {
    const page = await open('alone')
    await start(page, 'one')
    const waits = () => page.observedOf('waits').at(-1)?.syscall
    await page.until(() => waits() === 'read')
    for (const line of ['a tcp', 'a bind 127.0.0.1 7000', 'a listen 1', 'u udp', 'u bind 127.0.0.1 7000']) {
      await order(page, 'one', line)
    }
    page.type('one', 'a accept c\n')
    await page.until(() => waits() === 'accept4')
    await start(page, 'other')
    await order(page, 'other', 'b tcp')
    await order(page, 'other', 'b connect 127.0.0.1 7000')
    page.type('one', 'u receive\n')
    await page.until(() =>
      page.observedOf('waits').some(({ program, syscall }) => program === 'one' && syscall === 'recvfrom'),
    )
    await order(page, 'other', 'v udp')
    await order(page, 'other', 'v sendto 127.0.0.1 7000 hello')
    page.run({ program: 'waiting', language: 'ts' })
    await page.until(() => page.observedOf('waits').some((told) => /^epoll_p?wait$/.test(told.syscall ?? '')))
    page.type('one', 'u compute 60\n')
    const last = () => page.observedOf('waits').findLast(({ program }) => program === 'one')?.syscall
    await page.until(() => last() === null)
    expect(page.observedOf('waits').every(({ run, program }) => run === page.runOf(program))).toBe(true)
  })

  test('a run has settled after the last frame of its kernel, when every instrument has told all', async () => {
    const page = await open('slow')
    await start(page, 'other', 'one')
    for (const line of ['a tcp', 'a bind 10.0.0.2 7000', 'a listen 1']) await order(page, 'other', line)
    await order(page, 'one', 'b tcp')
    await order(page, 'one', 'b connect 10.0.0.2 7000')
    page.type('one', '\x04')
    page.type('other', '\x04')
    await settled(page)
    const [end] = page.observedOf('settled')
    const exits = page.events.filter(({ kind }) => kind === 'exited').map(({ t }) => t)
    // The programs have ended long before the FIN arrives that ends their connection.
    expect(page.frames.some(({ handedOn }) => (handedOn ?? 0) > Math.max(...exits))).toBe(true)
    const isBefore = ({ n, handedOn }: FrameEvent) => n < (end?.n ?? 0) && (handedOn ?? Infinity) < (end?.t ?? 0)
    expect(page.frames.every(isBefore)).toBe(true)
    for (const instrument of ['packets', 'sockets']) {
      const upTo = page.observedOf('upto').findLast((told) => told.instrument === instrument)
      expect(upTo?.upTo).toBeGreaterThan(Math.max(...exits))
      expect(upTo?.n).toBeLessThan(end?.n ?? 0)
    }
    expect(page.observed.at(-1)?.kind).toBe('settled')
  })

  test('a program that is started before a run has settled belongs to it', async () => {
    const page = await open('alone')
    await start(page, 'one')
    page.type('one', '\x04')
    await page.exit('one')
    page.run({ program: 'other', language: 'py' })
    await page.until(() => page.text('other').includes('ready'))
    page.type('other', '\x04')
    await settled(page)
    expect(page.observedOf('settled')[0]?.n).toBeGreaterThan(page.eventsOf('other', 'exited')[0]?.n ?? Number.NaN)
  })

  test('a page that was away gets what it missed, frame by frame', async () => {
    const page = await open('alone')
    page.run({ program: 'datagrams', language: 'py' })
    await page.until(() => page.eventsOf('datagrams', 'started').length > 0)
    page.type('datagrams', '300 10\n')
    await page.until(() => page.frames.length > 0)
    await page.cut()
    const back = await BenchClient.open(course.port, 'alone', { from: page, after: page.last })
    pages.push(back)
    await settled(back)
    const frames = [...page.frames, ...back.frames]
    expect(frames.map(text)).toEqual(Array.from({ length: 300 }, (_, i) => String(i).padStart(6, '0').padEnd(10, '.')))
    const numbers = [...page.numbers, ...back.numbers]
    expect(numbers).toEqual(numbers.map((_, i) => i + 1))
  })

  test('an instrument that ends is told to be blind, and the bench goes on', async () => {
    const page = await open('alone')
    await start(page, 'one')
    process.kill(watcherBeside(page.eventsOf('one', 'started')[0]?.pid ?? 0), 'SIGKILL')
    await page.until(() => page.observedOf('blind').length === 2)
    expect(page.observedOf('blind').map(({ instrument }) => instrument)).toEqual(['packets', 'sockets'])
    await order(page, 'one', 'a tcp')
    await start(page, 'other')
    for (const program of ['one', 'other']) page.type(program, '\x04')
    await settled(page)
    expect(page.closed).toBe(false)
    const later = page.observedOf('upto').filter(({ n }) => n > (page.observedOf('blind')[0]?.n ?? 0))
    expect(later.filter(({ instrument }) => instrument !== 'calls')).toEqual([])
  })

  test('where nothing runs, nothing is told and nothing is looked at', async () => {
    const page = await sendDatagrams('alone', 10, 10)
    await until(() => tableOf(page).length === 0, 'all sockets are gone')
    const before = page.numbers.length
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(page.numbers.length).toBe(before)
  })
})
