import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SERVER_MARK } from '../../labs/bench/environment.ts'
import { CHANNELS_PREFIX, removeOrphanFolders } from '../../labs/bench/leftovers.ts'
import type { LiveNetwork } from '../../labs/bench/network/network.ts'
import { PlainNetwork } from '../../labs/bench/network/plain.ts'
import { homePolicy } from '../../labs/bench/network/policy.ts'
import { Tracing } from '../../labs/bench/tracing.ts'
import type { Observation } from '../../labs/events.ts'
import { CallReader } from '../../labs/instruments/calls.ts'
import { readTold } from '../../labs/instruments/told.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { COURSE, startCourse, type TestCourse } from '../helpers/course.ts'
import { seeded } from '../helpers/random.ts'

const policy = { ...homePolicy(COURSE), become: [] }
const of = { program: 'p', run: 1, benchTime: (t: number) => t - 1000, sockets: new Map() }
const socket = { id: 3, protocol: 'tcp', descriptor: 4, local: { address: '127.0.0.1', port: 5 }, remote: null }
const CALL = { kind: 'call', t: 1500, call: 1, name: 'send', deed: 'send', args: "b'x'", bytes: 1, line: 2, socket }

describe('a line of a tracer', () => {
  it('is read: its time by the bench’s clock, and its socket as it was told last', () => {
    const told = readTold(JSON.stringify(CALL), of)
    const { t: _, ...rest } = CALL
    expect(told).toEqual({ t: 500, observation: { ...rest, program: 'p', run: 1, offset: null } })
    const again = readTold(JSON.stringify({ ...CALL, socket: 3 }), of)
    expect(again).toEqual(told)
    const unknown = readTold(JSON.stringify({ ...CALL, socket: 4 }), of)
    expect(unknown).toMatchObject({ observation: { socket: null } })
  })

  it.each([
    ['not JSON', '{'],
    ['no object', '5'],
    ['null', 'null'],
    ['an unknown kind', '{"kind":"exited"}'],
    ['no time', JSON.stringify({ ...CALL, t: undefined })],
    ['a time that is text', JSON.stringify({ ...CALL, t: '5' })],
    ['an unknown deed', JSON.stringify({ ...CALL, deed: 'steal' })],
    ['a deed of the prototype', JSON.stringify({ ...CALL, deed: 'toString' })],
    ['an endless name', JSON.stringify({ ...CALL, name: 'x'.repeat(100) })],
    ['endless arguments', JSON.stringify({ ...CALL, args: 'x'.repeat(2000) })],
    ['negative bytes', JSON.stringify({ ...CALL, bytes: -1 })],
    ['a line that is no number', JSON.stringify({ ...CALL, line: {} })],
    ['a socket of no protocol', JSON.stringify({ ...CALL, socket: { ...socket, protocol: 'sctp' } })],
    ['an address without port', JSON.stringify({ ...CALL, socket: { ...socket, local: { address: 'x' } } })],
    ['a reason that is none', '{"kind":"missing","why":"tired","count":1,"since":1,"until":1}'],
  ])('that is not what tracers write is not believed: %s', (_, line) => {
    expect(readTold(line, of)).toBeNull()
  })
})

describe('the reader of a channel', () => {
  const network = new PlainNetwork(COURSE, policy)
  afterAll(() => network.close())

  it('takes lines in pieces, and passes over what is none', async () => {
    const told: Observation[] = []
    const { descriptor, remove } = await network.openChannel(1)
    const reader = new CallReader(descriptor, { ...of, tell: (observation) => told.push(observation) })
    const line = `${JSON.stringify(CALL)}\n`
    const random = seeded(7)
    const upTo = (most: number) => Math.floor(random() * most)
    for (let turn = 0; turn < 200; turn += 1) {
      const junk = Buffer.from(Array.from({ length: 1 + upTo(60) }, () => upTo(256)).filter((byte) => byte !== 10))
      const cut = upTo(line.length)
      writeSync(descriptor, Buffer.concat([junk, Buffer.from('\n'), Buffer.from(line.slice(0, cut))]))
      reader.drain()
      writeSync(descriptor, line.slice(cut))
      reader.drain()
    }
    writeSync(descriptor, 'x'.repeat(9000))
    reader.drain()
    writeSync(descriptor, `\n${line}`)
    reader.drain()
    expect(told.length).toBe(201)
    expect(told.every(({ kind }) => kind === 'call')).toBe(true)
    reader.close()
    remove()
  })
})

describe('tracing', () => {
  const tracing = (network: Partial<LiveNetwork>, how = policy) => {
    const told: Observation[] = []
    const interpreters = { ts: null, py: null }
    const bench = { network: network as LiveNetwork, policy: how, interpreters, zero: 0n }
    return { told, tracing: new Tracing({ ...bench, tell: (observation) => told.push(observation) }) }
  }
  const env = { NODE_OPTIONS: '--max-old-space-size=512' }

  it('that is not possible lets the program run as it is, and says why once', async () => {
    const openChannel = () => Promise.reject(new Error('spawn mkfifo ENOENT'))
    const { told, tracing: one } = tracing({ openChannel })
    for (const run of [1, 2]) {
      const trace = await one.begin('server', run, 'py', env, () => {})
      expect(trace.env).toBe(env)
      trace.ended(true)
    }
    expect(told).toEqual([{ kind: 'blind', instrument: 'calls', detail: 'spawn mkfifo ENOENT' }])
  })

  it('that never began is said to be blind, but not when the program was made to end', async () => {
    const network = new PlainNetwork(COURSE, policy)
    const { told, tracing: one } = tracing(network)
    const stopped = await one.begin('server', 1, 'ts', env, () => {})
    stopped.ended(false)
    expect(told).toEqual([])
    const trace = await one.begin('server', 2, 'ts', env, () => {})
    expect(trace.env.NODE_OPTIONS).toMatch(/^--max-old-space-size=512 --require "\/.*begin\.ts"$/)
    trace.ended(true)
    expect(told).toEqual([{ kind: 'blind', instrument: 'calls', detail: 'The tracer of server did not start.' }])
    await network.close()
  })

  it('is not for shells, and not where it is switched off', async () => {
    const openChannel = () => Promise.reject(new Error('nobody may ask'))
    const on = tracing({ openChannel })
    expect((await on.tracing.begin('shell@here', 1, 'sh', env, () => {})).env).toBe(env)
    const off = tracing({ openChannel }, { ...policy, calls: false })
    expect((await off.tracing.begin('server', 2, 'py', env, () => {})).env).toBe(env)
    expect([...on.told, ...off.told]).toEqual([])
  })
})

describe('channels on the plain machine', () => {
  const mine = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`${CHANNELS_PREFIX}${SERVER_MARK}-`))
  let course: TestCourse
  beforeAll(async () => {
    course = await startCourse({ rung: 'plain' })
    await course.addLab('one', { asks: { py: 'import socket\nsocket.socket().close()\ninput()\n' } })
  })
  afterAll(() => course?.close())

  it('are there for as long as the run, their folder for as long as the bench', async () => {
    const before = mine()
    const client = await BenchClient.open(course.port, 'one')
    client.run({ program: 'asks', language: 'py' })
    await client.until(() => client.eventsOf('asks', 'return').length === 2)
    const [folder = ''] = mine().filter((name) => !before.includes(name))
    expect(readdirSync(join(tmpdir(), folder))).toEqual(['1', '1.go'])
    client.type('asks', '\n')
    await client.exit('asks')
    expect(readdirSync(join(tmpdir(), folder))).toEqual([])
    await client.leave()
    await course.close()
    expect(mine()).toEqual(before)
  })

  it('of a killed server are removed by the next, and no others', () => {
    const [, namespace] = SERVER_MARK.split('@')
    const made = [`${CHANNELS_PREFIX}4194400@${namespace}-dead`, `${CHANNELS_PREFIX}4194400@1-elsewhere`]
    const [dead = '', elsewhere = ''] = made.map((name) => join(tmpdir(), name))
    const alive = join(tmpdir(), `${CHANNELS_PREFIX}${SERVER_MARK}-alive`)
    for (const folder of [dead, elsewhere, alive]) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, '1'), '')
    }
    removeOrphanFolders()
    expect([dead, elsewhere, alive].map((folder) => existsSync(folder))).toEqual([false, true, true])
    for (const folder of [elsewhere, alive]) rmSync(folder, { recursive: true })
  })
})
