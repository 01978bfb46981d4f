import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Settling } from '../../labs/bench/settling.ts'
import type { Happening, SocketRow } from '../../labs/events.ts'
import type { UpTo } from '../../labs/instruments/observer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const row = (state: string): SocketRow => ({
  id: '1',
  protocol: 'tcp',
  state,
  local: null,
  remote: null,
  receiveQueue: 0,
  sendQueue: 0,
  owner: null,
})

/** Settling at a bench whose instruments have told everything up to `behind` ms ago. */
function setUp() {
  const told: Happening[] = []
  const bench = { behind: 0, asked: 0 }
  const clock = () => performance.now() * 1e6
  const settling = new Settling({
    clock,
    write: (happening) => told.push(happening),
    ask: async (): Promise<UpTo> => {
      bench.asked += 1
      return { packets: clock() - bench.behind * 1e6, sockets: clock() }
    },
  })
  return { settling, told, bench, settled: () => told.some(({ kind }) => kind === 'settled') }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('when a program has ended and others go on in silence, it is said once that all is told which came before', async () => {
  const { settling, told, settled } = setUp()
  settling.started(1)
  settling.started(2)
  const ended = performance.now() * 1e6
  settling.ended(1)
  await pass(999)
  expect(told).toEqual([])
  await pass(5000)
  expect(told.map((event) => event.kind)).toEqual(['upto', 'upto'])
  expect(told.every((event) => 'upTo' in event && event.upTo >= ended)).toBe(true)
  expect(settled()).toBe(false)
})

describe('a run settles', () => {
  test('100 ms after its last program has ended, when it is known up to when everything has been told', async () => {
    const { settling, told, bench } = setUp()
    settling.started(1)
    await pass(5000)
    expect(told).toEqual([])
    settling.ended(1)
    await pass(99)
    expect(bench.asked).toBe(0)
    await pass(1)
    expect(told.map((event) => [event.kind, 'instrument' in event && event.instrument])).toEqual([
      ['upto', 'packets'],
      ['upto', 'sockets'],
      ['settled', false],
    ])
    await pass(5000)
    expect(told).toHaveLength(3)
  })

  test('100 ms after the last frame', async () => {
    const { settling, settled } = setUp()
    settling.started(1)
    settling.ended(1)
    for (let i = 0; i < 5; i += 1) {
      await pass(90)
      settling.heardFrames()
    }
    await pass(99)
    expect(settled()).toBe(false)
    await pass(1)
    expect(settled()).toBe(true)
  })

  test('within a second where there is never silence', async () => {
    const { settling, settled } = setUp()
    settling.started(1)
    settling.ended(1)
    const noise = setInterval(() => settling.heardFrames(), 10)
    await pass(990)
    expect(settled()).toBe(false)
    await pass(10)
    expect(settled()).toBe(true)
    clearInterval(noise)
  })

  test('not while frames are under way, but within two seconds', async () => {
    const { settling, bench, settled } = setUp()
    bench.behind = 300
    settling.started(1)
    settling.ended(1)
    await pass(700)
    expect(settled()).toBe(false)
    bench.behind = 0
    await pass(100)
    expect(settled()).toBe(true)
    const other = setUp()
    other.bench.behind = 300
    other.settling.started(1)
    other.settling.ended(1)
    await pass(1900)
    expect(other.settled()).toBe(false)
    await pass(200)
    expect(other.settled()).toBe(true)
  })

  test('not while a kernel waits for an acknowledgement', async () => {
    const { settling, settled } = setUp()
    settling.started(1)
    settling.heard({ kind: 'sockets', host: 'a', rows: [row('LAST-ACK')], gone: [] })
    settling.ended(1)
    await pass(700)
    expect(settled()).toBe(false)
    settling.heard({ kind: 'sockets', host: 'a', rows: [], gone: ['1'] })
    await pass(200)
    expect(settled()).toBe(true)
  })

  test.each([50, 150, 1500])(
    'not when a program starts %i ms after the last has ended and before it has',
    async (ms) => {
      const { settling, bench, settled } = setUp()
      bench.behind = 300
      settling.started(1)
      settling.ended(1)
      await pass(ms)
      settling.started(2)
      bench.behind = 0
      await pass(5000)
      expect(settled()).toBe(false)
      settling.ended(2)
      await pass(100)
      expect(settled()).toBe(true)
    },
  )

  test('never when its bench is closed', async () => {
    const { settling, told } = setUp()
    settling.started(1)
    settling.heardFrames()
    settling.ended(1)
    settling.close()
    settling.heardFrames()
    await pass(5000)
    expect(told).toEqual([])
  })
})

test('while something is told, it is said once a second up to when everything has been; and else never', async () => {
  const { settling, told, bench } = setUp()
  settling.started(1)
  await pass(5000)
  expect(told).toEqual([])
  for (let i = 0; i < 250; i += 1) {
    settling.heardFrames()
    await pass(10)
  }
  expect(bench.asked).toBe(2)
  expect(told.map(({ kind }) => kind)).toEqual(Array(4).fill('upto'))
  await pass(10_000)
  expect(bench.asked).toBe(3)
})
