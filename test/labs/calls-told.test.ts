import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CALLS, closeChannels, kindOf, type Ran, runProgram, type Told } from '../helpers/traced.ts'

afterAll(closeChannels)

/** The number of the line of a program in which this stands. */
function lineWith(file: string, text: string): number {
  return (
    readFileSync(join(CALLS, file), 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  )
}

const traced = (file: string) => runProgram(file, { traced: true })

/** The ranges of a stream that calls handed over or received, in their order; the name says which calls. */
function ranges({ told }: Ran, wanted: (call: Told<'call'>) => boolean): [number, number][] {
  const returns = new Map(kindOf(told, 'return').map((one) => [one.call, one]))
  return kindOf(told, 'call').flatMap((call) => {
    const { bytes = null, offset = null } = returns.get(call.call) ?? {}
    return wanted(call) && bytes !== null && offset !== null ? [[offset, offset + bytes] as [number, number]] : []
  })
}

/** Whether ranges follow each other without a gap, from 0. */
const areWhole = (all: readonly [number, number][]) => all.every(([from], i) => from === (all[i - 1]?.[1] ?? 0))

/** For each call that came back with an error, its name and the error's. */
function errors({ told }: Ran): string[] {
  const calls = new Map(kindOf(told, 'call').map((one) => [one.call, one]))
  return kindOf(told, 'return').flatMap(({ call, error }) => (error ? [`${calls.get(call)?.name} ${error}`] : []))
}

describe('bytes of a stream', () => {
  it('are counted right when a call takes a part only, in Python', async () => {
    const ran = await traced('partial.py')
    const sent = ranges(ran, ({ deed }) => deed === 'send')
    const received = ranges(ran, ({ deed }) => deed === 'receive')
    expect(sent.length).toBeGreaterThan(1)
    expect([areWhole(sent), sent.at(-1)?.[1]]).toEqual([true, 10_000_000])
    expect([areWhole(received), received.at(-1)?.[1]]).toEqual([true, 10_000_000])
    expect(errors(ran).every((error) => error === 'send EAGAIN')).toBe(true)
  })

  it('are counted right for one call that hands over everything, in Python', async () => {
    const ran = await traced('big.py')
    expect(ranges(ran, ({ name }) => name === 'sendall')).toEqual([[0, 10_000_000]])
    const received = ranges(ran, ({ name }) => name === 'recv')
    expect([areWhole(received), received.at(-1)]).toEqual([true, [10_000_000, 10_000_000]])
    const [end] = kindOf(ran.told, 'return').filter(({ bytes }) => bytes === 0)
    expect(end).toMatchObject({ value: "b''", offset: 10_000_000 })
  })

  it('are counted right in Node, for what is written and for what events bring', async () => {
    const ran = await traced('stream.ts')
    const sent = ranges(ran, ({ name }) => name === 'write')
    expect([areWhole(sent), sent.at(-1)?.[1]]).toEqual([true, 20_000_000])
    const heard = kindOf(ran.told, 'heard').filter(({ event }) => event === 'data')
    const received = heard.map(({ offset, bytes }) => [offset, (offset ?? 0) + (bytes ?? 0)] as [number, number])
    expect([areWhole(received), received.at(-1)?.[1]]).toEqual([true, 20_000_000])
    const [end] = kindOf(ran.told, 'heard').filter(({ event }) => event === 'end')
    expect(end).toMatchObject({ deed: 'receive', bytes: 0, offset: 20_000_000 })
  })

  it('are not counted twice when they are only looked at, in Python', async () => {
    const ran = await traced('files.py')
    const peek = kindOf(ran.told, 'call').find(({ args }) => args.includes('MSG_PEEK'))
    expect(peek).toMatchObject({ name: 'recv', deed: 'other', offset: null })
    const ofTwo = ({ socket, deed }: Told<'call'>) => socket?.id === 3 && deed === 'receive'
    const received = ranges(ran, ofTwo)
    expect([areWhole(received), received.length > 8]).toEqual([true, true])
    const sent = ranges(ran, ({ socket, deed }) => [2, 4].includes(socket?.id ?? 0) && deed === 'send')
    expect([areWhole(sent), sent.at(-1)?.[1]]).toEqual([true, received.at(-1)?.[1]])
  })
})

describe('what is told', () => {
  it('names errors as their kernel does, or the exception where it has no name, in Python', async () => {
    const found = errors(await traced('errors.py'))
    for (const error of ['connect ECONNREFUSED', 'connect TypeError', 'connect OverflowError', 'accept EAGAIN']) {
      expect(found).toContain(error)
    }
    for (const error of ['bind EADDRINUSE', 'accept TimeoutError', 'recv ECONNRESET', 'getpeername ENOTCONN']) {
      expect(found).toContain(error)
    }
    expect(found).toContain('socket EBADF')
  })

  it('names the error that ends a program which did not ask for it, in Node', async () => {
    const ran = await traced('unhandled-refused.ts')
    expect(kindOf(ran.told, 'heard').at(-1)).toMatchObject({
      event: 'error',
      deed: 'connect',
      error: 'ECONNREFUSED',
      line: null,
    })
  })

  it('says what Node reads and writes on behalf of a line', async () => {
    const { told } = await traced('waiting.ts')
    const heard = kindOf(told, 'heard').map(({ event, line, bytes }) => `${line} ${event} ${bytes}`)
    // `for await` reads from its own line; `on` from the line that asked.
    const [loop, asking, piping] = ['of client', 'on(receiver', '= pipeline('].map((text) =>
      lineWith('waiting.ts', text),
    )
    const at = (line = 0) => heard.filter((one) => one.startsWith(`${line} `))
    expect(at(loop)).toEqual([`${loop} data 3`, `${loop} data 3`, `${loop} end 0`])
    expect(at(asking)).toEqual([`${asking} message 1`, `${asking} message 2`])
    const echoed = kindOf(told, 'call').filter(({ line }) => line === piping)
    expect(echoed.map(({ name, bytes }) => `${name} ${bytes}`)).toEqual(['write 4', 'end null'])
    expect(kindOf(told, 'armed').filter(({ line }) => line === loop).length).toBe(3)
    expect(kindOf(told, 'call').some(({ name }) => name === '[Symbol.asyncDispose]')).toBe(true)
  })

  it('keeps to the program’s own lines, also where its library or its threads call', async () => {
    const { told } = await traced('threads.py')
    const lines = new Set(kindOf(told, 'call').map(({ line }) => line))
    // 8 and 9: the handler; 18 to 21: who talks; 24: the server; null: a thread of the library's own.
    expect([...lines].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([null, 8, 9, 18, 20, 21, 24])
    const loop = await traced('asyncio_echo.py')
    expect(new Set(kindOf(loop.told, 'call').map(({ line }) => line))).toContain(23)
  })

  it('counts sockets in the order in which the program got them, each with its own descriptor', async () => {
    const { told } = await traced('waiting.ts')
    const ids = [...new Set(told.flatMap((one) => ('socket' in one && one.socket ? [one.socket.id] : [])))]
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(ids.length).toBe(10)
  })
})

const firstNumbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('a flood', () => {
  const line = async (child: ChildProcess) => {
    if (child.stdout) await once(child.stdout, 'data')
  }
  const go = async (child: ChildProcess) => {
    await line(child)
    child.stdin?.end('go\n')
  }
  /** All that there was: what was told whole, and what was said to be missing. */
  const accounted = ({ told }: Ran) => {
    const back = new Set(kindOf(told, 'return').map(({ call }) => call))
    const whole = kindOf(told, 'call').filter(({ call }) => back.has(call)).length
    const events = kindOf(told, 'armed').length + kindOf(told, 'heard').length
    return whole + events + kindOf(told, 'missing').reduce((sum, { count }) => sum + count, 0)
  }

  it.each([
    ['waits-flood.py', 30_006],
    ['waits-flood.ts', 30_011],
  ])('is told in full at first, then in part, and what is left out is counted: %s', async (file, all) => {
    const ran = await runProgram(file, { traced: true, args: ['20000', '10000', '1'], meddle: go })
    const calls = kindOf(ran.told, 'call')
    expect(accounted(ran)).toBe(all)
    expect(calls.length).toBeLessThan(6000)
    expect(kindOf(ran.told, 'missing').map(({ what, why }) => `${what} ${why}`)).toContain('calls let-go')
    // Python makes room for all that is told in full; Node cannot, and has what the system gives.
    if (file.endsWith('.py')) expect(calls.slice(0, 2000).map(({ call }) => call)).toEqual(firstNumbers(2000))
    // Another deed is told, whatever floods.
    expect(calls.slice(-2).map(({ deed }) => deed)).toEqual(['close', 'close'])
  })

  it.each([
    ['waits-flood.py', 1916],
    ['waits-flood.ts', 1921],
  ])('that nobody reads is counted and does not hold the program: %s', async (file, all) => {
    const ran = await runProgram(file, {
      traced: true,
      args: ['1900', '10', '8'],
      late: true,
      meddle: async (child, read) => {
        await line(child)
        read()
        child.stdin?.end('go\n')
      },
    })
    const missing = kindOf(ran.told, 'missing')
    expect(missing.map(({ why }) => why)).toContain('not-read')
    expect(accounted(ran)).toBe(all)
    for (const { since, until, t } of missing) expect([since <= until, t === until]).toEqual([true, true])
  })
})
