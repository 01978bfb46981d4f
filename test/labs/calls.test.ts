import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ControlEvent } from '../../labs/events.ts'
import type { Language } from '../../labs/lab.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'

let course: TestCourse

beforeAll(async () => {
  course = await startCourse({ catalog: true, rung: process.platform === 'linux' ? 'own' : 'plain' })
})

afterAll(() => course?.close())

type Of<Kind extends ControlEvent['kind']> = Extract<ControlEvent, { kind: Kind }>

/** Runs the programs of a lab, in its order; resolves when all have ended, or those that wait were stopped. */
async function run(lab: string, names: readonly string[], language: Language, stopped?: string): Promise<BenchClient> {
  const client = await BenchClient.open(course.port, lab)
  client.run(...names.map((program) => ({ program, language })))
  for (const name of names) {
    if (name === stopped) continue
    await client.until(() => client.eventsOf(name, 'exited').length > 0)
  }
  if (stopped) {
    client.say({ type: 'stop', programs: [stopped] })
    await client.exit(stopped)
  }
  await client.leave()
  return client
}

/** Calls, or events that were heard, each as `line name deed bytes`, in the order of their own times. */
function deeds(client: BenchClient, program: string): string[] {
  const outcomes = new Map(client.eventsOf(program, 'return').map((event) => [event.call, event]))
  const calls = client.eventsOf(program, 'call').map((event) => {
    const { error = 'never came back', bytes } = outcomes.get(event.call) ?? { bytes: null }
    return { t: event.t, text: [event.line, event.name, event.deed, error ?? bytes ?? ''] }
  })
  const heard = client.eventsOf(program, 'heard').map((event) => {
    return { t: event.t, text: [event.line, `'${event.event}'`, event.deed, event.error ?? event.bytes ?? ''] }
  })
  return [...calls, ...heard].sort((a, b) => a.t - b.t).map(({ text }) => text.join(' ').trim())
}

describe('the calls of lab 12b, in Python', () => {
  let client: BenchClient
  beforeAll(async () => {
    client = await run('tcp-client-sends', ['server', 'client'], 'py')
  })

  it('are told with their lines, in order', () => {
    expect(deeds(client, 'server')).toEqual([
      '11 socket socket',
      '13 setsockopt option',
      '14 bind bind',
      '15 listen listen',
      '18 accept accept',
      '23 recv receive 4',
      '19 close close',
      '11 close close',
    ])
    expect(deeds(client, 'client')).toEqual([
      '7 socket socket',
      '8 connect connect',
      '9 getsockname other',
      '13 sendall send 4',
      '7 close close',
    ])
  })

  it('are told with arguments, results and sockets as Python has them', () => {
    const call = (program: string, name: string) => {
      return client.eventsOf(program, 'call').find((event) => event.name === name) as Of<'call'>
    }
    const back = (program: string, name: string) => {
      return client.eventsOf(program, 'return').find((event) => event.call === call(program, name).call) as Of<'return'>
    }
    expect(call('server', 'setsockopt').args).toBe('SOL_SOCKET, SO_REUSEADDR, 1')
    expect(call('server', 'bind')).toMatchObject({ args: "('127.0.0.1', 12824)", socket: { local: null } })
    const local = { address: '127.0.0.1', port: 12824 }
    expect(back('server', 'bind').socket).toEqual({ id: 1, protocol: 'tcp', descriptor: 3, local, remote: null })
    const remote = back('client', 'connect').socket?.local
    expect(remote?.port).toBeGreaterThan(0)
    expect(back('server', 'accept')).toMatchObject({
      value: `('127.0.0.1', ${remote?.port})`,
      peer: remote,
      accepted: { id: 2, protocol: 'tcp', descriptor: 4, local, remote },
    })
    expect(call('client', 'sendall')).toMatchObject({ args: String.raw`b'\xca\xfd\xbe\xdd'`, bytes: 4, offset: 0 })
    expect(back('server', 'recv')).toMatchObject({ value: String.raw`b'\xca\xfd\xbe\xdd'`, bytes: 4, offset: 0 })
    expect(call('client', 'close').offset).toBe(4)
  })

  it('have the times of both ends on one clock: what was sent had been sent before it was received', () => {
    const sent = client.eventsOf('client', 'call').find(({ deed }) => deed === 'send')?.t ?? Number.NaN
    const receipt = client.eventsOf('server', 'call').find(({ deed }) => deed === 'receive')?.call
    const received = client.eventsOf('server', 'return').find(({ call }) => call === receipt)?.t ?? Number.NaN
    expect(sent).toBeLessThan(received)
    for (const [before, after] of [
      ['starting', 'call'],
      ['call', 'exited'],
    ] as const) {
      const one = client.eventsOf('client', before)[0]?.t ?? Number.NaN
      expect(one).toBeLessThan(client.eventsOf('client', after)[0]?.t ?? Number.NaN)
    }
  })

  it('are all told before the program is said to have ended', () => {
    for (const program of ['server', 'client']) {
      const end = client.eventsOf(program, 'exited')[0]?.n ?? 0
      expect(client.eventsOf(program, 'return').every(({ n }) => n < end)).toBe(true)
    }
  })
})

describe('the calls of lab 12b, in TypeScript', () => {
  let client: BenchClient
  beforeAll(async () => {
    client = await run('tcp-client-sends', ['server', 'client'], 'ts')
  })

  it('are told with their lines, and so are the events that the program waits for', () => {
    expect(deeds(client, 'server')).toEqual([
      '6 createServer socket',
      '7 listen listen',
      "8 'listening' listen",
      "11 'connection' accept",
      "15 'readable' other",
      '16 read receive 4',
      '20 destroy close',
      '21 close close',
    ])
    expect(deeds(client, 'client')).toEqual([
      '6 connect connect',
      "7 'connect' connect",
      '12 end shutdown 4',
      "13 'finish' other",
      '15 destroy close',
    ])
  })

  it('tell for which event a line waits', () => {
    const armed = client.eventsOf('server', 'armed').map(({ line, event, awaited }) => ({ line, event, awaited }))
    expect(armed).toEqual([
      { line: 8, event: 'listening', awaited: true },
      { line: 11, event: 'connection', awaited: true },
      { line: 15, event: 'readable', awaited: true },
    ])
  })

  it('are told with arguments, results and sockets as Node has them', () => {
    expect(client.eventsOf('server', 'call')[1]).toMatchObject({ name: 'listen', args: "12824, '127.0.0.1', 128" })
    const local = { address: '127.0.0.1', port: 12824 }
    const connected = client.eventsOf('client', 'heard')[0]?.socket
    expect(connected).toMatchObject({ id: 1, protocol: 'tcp', remote: local })
    const accepted = client.eventsOf('server', 'heard').find(({ event }) => event === 'connection')
    expect(accepted).toMatchObject({ peer: connected?.local, accepted: { id: 2, local, remote: connected?.local } })
    expect(accepted?.accepted?.descriptor).toBeGreaterThan(2)
    const ending = client.eventsOf('client', 'call').find(({ name }) => name === 'end')
    expect(ending).toMatchObject({ args: '<Buffer ca fd be dd>', bytes: 4, offset: 0 })
    const reading = client.eventsOf('server', 'call').find(({ name }) => name === 'read')?.call
    const read = client.eventsOf('server', 'return').find(({ call }) => call === reading)
    expect(read).toMatchObject({ value: '<Buffer ca fd be dd>', bytes: 4, offset: 0 })
  })
})

describe('the calls of lab 8a', () => {
  it('are told in Python', async () => {
    const client = await run('udp-as-found', ['receive', 'send'], 'py', 'receive')
    expect(deeds(client, 'send')).toEqual([
      '5 socket socket',
      '7 sendto send 4',
      '8 getsockname other',
      '5 close close',
    ])
    expect(deeds(client, 'receive')).toEqual([
      '10 socket socket',
      '11 bind bind',
      '15 recvfrom receive never came back',
    ])
    const sent = client.eventsOf('send', 'return').find(({ peer }) => peer !== null)
    expect(sent).toMatchObject({ value: '4', peer: { address: '127.0.0.1', port: 12821 }, offset: null })
    expect(sent?.socket).toMatchObject({ protocol: 'udp', descriptor: 3 })
    expect(sent?.socket?.local?.port).toBeGreaterThan(0)
  })

  it('are told in TypeScript', async () => {
    const client = await run('udp-as-found', ['receive', 'send'], 'ts', 'receive')
    expect(deeds(client, 'send')).toEqual([
      '5 createSocket socket',
      '7 send send 4',
      "7 'sent' other",
      '9 address other',
      '12 close close',
    ])
    expect(deeds(client, 'receive')).toEqual(['6 createSocket socket', '7 bind bind', "8 'listening' bind"])
    expect(client.eventsOf('receive', 'armed').at(-1)).toMatchObject({ event: 'message', line: 11, awaited: true })
    const sent = client.eventsOf('send', 'return').find(({ peer }) => peer !== null)
    expect(sent).toMatchObject({ bytes: 4, peer: { address: '127.0.0.1', port: 12821 }, offset: null })
    expect(client.eventsOf('send', 'heard')[0]?.socket?.local?.port).toBeGreaterThan(0)
  })
})
