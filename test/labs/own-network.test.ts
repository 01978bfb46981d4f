import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LabDefinition } from '../../labs/lab.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { PYTHON, whyNoOwnNetwork } from '../helpers/live-network.ts'
import { TWO } from '../helpers/networks.ts'
import { childrenOf, isThere, until } from '../helpers/processes.ts'

const LISTEN = `
import { createServer } from 'node:net'
createServer((socket) => socket.end('hello')).listen(80, '0.0.0.0', () => console.log('listening'))
  .on('error', (error) => { console.log(error.code); process.exit(1) })
`

const FETCH = `
import { connect } from 'node:net'
process.stdin.setEncoding('utf8').on('data', (line) => {
  const [host, port] = line.trim().split(' ')
  connect(Number(port), host).on('data', (data) => console.log('got', String(data)))
    .on('error', (error) => console.log(error.code))
})
console.log('ready')
`

describe.skipIf(whyNoOwnNetwork)(`a bench with a network of its own (${whyNoOwnNetwork ?? 'there is one'})`, () => {
  let course: TestCourse

  async function addLab(id: string, definition: Omit<LabDefinition, 'number'>): Promise<void> {
    const folder = join(course.folder, 'labs', 'catalog', id)
    await mkdir(folder, { recursive: true })
    for (const { name } of definition.programs ?? []) {
      await writeFile(join(folder, `${name}.ts`), name.startsWith('listen') ? LISTEN : FETCH)
    }
    await writeFile(join(folder, 'lab.ts'), `export default ${JSON.stringify({ number: '0', ...definition })}`)
  }

  beforeAll(async () => {
    course = await startCourse({ rung: 'own', catalog: true, apart: true })
    const listen = { name: 'listen', end: 'waits' } as const
    const may = { ...listen, name: 'listen-may', capability: 'net_bind_service' } as const
    const fetch = { name: 'fetch', end: 'begins' } as const
    await addLab('one-host', { programs: [listen, may, fetch] })
    await addLab('two-hosts', {
      network: { ...TWO, hosts: [{ name: 'a', sysctls: { 'net.ipv4.tcp_syn_retries': 1 } }, { name: 'b' }] },
      programs: [
        { ...may, host: 'b' },
        { ...fetch, host: 'a' },
      ],
    })
  })
  afterAll(() => course.close())

  async function fetched(page: BenchClient, where: string): Promise<string> {
    const before = page.text('fetch').length
    page.type('fetch', `${where}\n`)
    const answer = /(got \w+|E[A-Z]+)/
    await page.until(() => answer.test(page.text('fetch').slice(before)))
    return answer.exec(page.text('fetch').slice(before))?.[0] ?? ''
  }

  async function started(page: BenchClient, program: string, word: string): Promise<void> {
    page.run({ program, language: 'ts' })
    await page.until(() => page.text(program).includes(word))
  }

  test('runs every lab of the catalog that is alone there: two readers bind one port and each talks to its own partner', async () => {
    const pages = await Promise.all([1, 2].map(() => BenchClient.open(course.port, 'udp-aligned')))
    for (const page of pages) {
      expect(page.opened?.network).toBe('own')
      page.run({ program: 'receive', language: 'ts' })
    }
    for (const page of pages) await page.until(() => page.eventsOf('receive', 'ready').length === 1)
    for (const page of pages) page.run({ program: 'send', language: PYTHON ? 'py' : 'ts' })
    for (const page of pages) {
      await Promise.all([page.exit('receive'), page.exit('send')])
      const [port] = /From port \d+/.exec(page.text('send')) ?? []
      expect(page.text('receive')).toContain(`Received 4 bytes: 数据`)
      expect(page.text('receive')).toContain(`port ${port?.split(' ').at(-1)}.`)
      await page.cut()
    }
  })

  test('lets no program bind a port below 1024, but one that was given the right', async () => {
    const page = await BenchClient.open(course.port, 'one-host')
    await started(page, 'listen', 'EACCES')
    expect((await page.exit('listen')).code).toBe(1)
    await started(page, 'listen-may', 'listening')
    await started(page, 'fetch', 'ready')
    expect(await fetched(page, '127.0.0.1 80')).toBe('got hello')
    await page.cut()
  })

  test('has no way to a service of the machine, nor out', async () => {
    const service = createServer((socket) => socket.end('the machine')).listen(0, '127.0.0.1')
    await once(service, 'listening')
    const page = await BenchClient.open(course.port, 'one-host')
    await started(page, 'fetch', 'ready')
    expect(await fetched(page, `127.0.0.1 ${(service.address() as AddressInfo).port}`)).toBe('ECONNREFUSED')
    expect(await fetched(page, '192.0.2.1 80')).toBe('ENETUNREACH')
    await page.cut()
    service.close()
  })

  test('joins two hosts by a wire, which a reader cuts and mends while programs run', async () => {
    const page = await BenchClient.open(course.port, 'two-hosts')
    await started(page, 'listen-may', 'listening')
    await started(page, 'fetch', 'ready')
    expect(await fetched(page, '10.0.0.2 80')).toBe('got hello')
    expect(await fetched(page, '10.0.0.2 81')).toBe('ECONNREFUSED')
    page.say({ type: 'faults', wire: 0, faults: { cut: true, from: 'a' } })
    await page.until(() => page.events.some(({ kind }) => kind === 'faults'))
    expect(await fetched(page, '10.0.0.2 80')).toBe('ETIMEDOUT')
    page.say({ type: 'faults', wire: 0, faults: {} })
    await page.until(() => page.events.filter(({ kind }) => kind === 'faults').length === 2)
    expect(await fetched(page, '10.0.0.2 80')).toBe('got hello')
    page.say({ type: 'faults', wire: 0, faults: { loss: 2 } })
    await page.until(() => page.troubles.length > 0)
    expect(page.troubles[0]).toMatchObject({
      kind: 'unknown-message',
      detail: expect.stringContaining('`loss` is `2`'),
    })
    await page.cut()
  })

  test('has a shell on each host, with the files of the lab and job control', async () => {
    const page = await BenchClient.open(course.port, 'two-hosts')
    page.run({ program: 'shell@a', language: 'sh' })
    page.run({ program: 'shell@b', language: 'sh' })
    const said = (name: string, text: string) => page.until(() => page.text(name).includes(text))
    await Promise.all([said('shell@a', '$ '), said('shell@b', '$ ')])
    page.type('shell@a', 'ls /lab; echo me$((40 + 2))\n')
    await said('shell@a', 'me42')
    expect(page.text('shell@a')).toMatch(/fetch\.ts\s+listen-may\.ts/)
    page.type('shell@b', 'sleep 60\n')
    await said('shell@b', 'sleep 60')
    // The key means something only from the moment at which `sleep` has the terminal.
    const stops = () => {
      page.type('shell@b', '\x1a')
      return page.text('shell@b').includes('Stopped')
    }
    await expect.poll(stops, { timeout: 20_000 }).toBe(true)
    // A plain `kill` reaches a stopped job only where the shell lets it go on, as bash does and dash does not.
    page.type('shell@b', 'kill -9 %1; wait; echo hosts: $(ls /sys/class/net)\n')
    await said('shell@b', 'hosts: eth0 lo')
    page.type('shell@b', 'exit 3\n')
    expect((await page.exit('shell@b')).code).toBe(3)
    await page.cut()
  })

  test('ends with its reason when its holder is killed, and the server lives on', async () => {
    const page = await BenchClient.open(course.port, 'one-host')
    await started(page, 'fetch', 'ready')
    const program = page.eventsOf('fetch', 'started')[0]?.pid ?? 0
    const parents = childrenOf(course.pid)
    const ours = parents.find((parent) => childrenOf(parent).some((holder) => childrenOf(holder).includes(program)))
    process.kill(childrenOf(ours ?? 0)[0] ?? 0, 'SIGKILL')
    await page.until(() => page.closed)
    expect(page.told.at(-1)).toEqual({ type: 'closed', ending: 'network-lost' })
    expect(isThere(program)).toBe(false)
    const next = await BenchClient.open(course.port, 'one-host')
    await started(next, 'fetch', 'ready')
    await next.cut()
  })

  test('is gone with all its processes a second after its server was killed', async () => {
    const other = await startCourse({ rung: 'own', catalog: true, apart: true })
    const page = await BenchClient.open(other.port, 'tcp-both-receive')
    page.run({ program: 'server', language: 'ts' }, { program: 'client', language: 'ts' })
    await page.until(() => page.text('client').includes('Waiting'))
    const programs = ['server', 'client'].map((name) => page.eventsOf(name, 'started')[0]?.pid ?? 0)
    const holders = childrenOf(other.pid).flatMap((pid) => [pid, ...childrenOf(pid)])
    expect([...programs, ...holders].every(isThere)).toBe(true)
    expect(holders.length).toBeGreaterThan(1)
    await other.kill()
    await until(() => ![...programs, ...holders].some(isThere), 'everything of the server is gone', 1)
  })
})
