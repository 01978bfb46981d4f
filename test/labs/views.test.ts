import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startClock } from '../../labs/bench/clock.ts'
import { BENCH_MARK } from '../../labs/bench/environment.ts'
import { Outbox } from '../../labs/bench/outbox.ts'
import type { Runnable } from '../../labs/bench/runnable.ts'
import { Seat } from '../../labs/bench/seat.ts'
import { Settling } from '../../labs/bench/settling.ts'
import { Tokens } from '../../labs/bench/token.ts'
import { Tracing } from '../../labs/bench/tracing.ts'
import { viewRunnable } from '../../labs/bench/view.ts'
import type { BenchEvent } from '../../labs/events.ts'
import { readLab } from '../../labs/lab.ts'
import { HOME_LIMITS } from '../../labs/limits.ts'
import { decodeOutput, type FromBench, PROTOCOL, type Rung } from '../../labs/protocol.ts'
import { commandOf, isView, systemsOf, VIEWS } from '../../labs/views.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { PLAIN, POLICY, whyNoOwnNetwork } from '../helpers/live-network.ts'
import { TWO } from '../helpers/networks.ts'
import { isThere, until } from '../helpers/processes.ts'
import { seeded } from '../helpers/random.ts'

const VIEW = { view: 'addresses', on: 'machine' } as const
const LINUX = process.platform === 'linux'

describe('a lab', () => {
  const read = (definition: object) => readLab('own', { number: '2a', ...definition })

  test('may have a view of the machine in place of programs, or beside them', () => {
    expect(read({ views: [VIEW] })).toMatchObject({ programs: [], views: [{ name: 'addresses', on: 'machine' }] })
    expect(read({ programs: [{ name: 'send', end: 'begins' }], views: [VIEW] }).programs).toHaveLength(1)
    expect(read({ programs: [{ name: 'send', end: 'begins' }] }).views).toEqual([])
  })

  test.each([
    [{ views: [] }, '`programs` must list at least one program, or `views` a view'],
    [{ views: VIEW }, '`views` must be a list'],
    [{ views: ['addresses'] }, 'each view is `{ view:'],
    [{ views: [{ view: 'routes', on: 'machine' }] }, 'there is no view `routes`; a lab may have `addresses`, `ipv6`'],
    [{ views: [{ view: 'toString', on: 'machine' }] }, 'there is no view `toString`'],
    [{ views: [{ view: 'addresses' }] }, "`on` of the view `addresses` is `undefined`; it must be 'machine'"],
    [{ views: [{ view: 'addresses', on: 'a' }] }, "`on` of the view `addresses` is `a`; it must be 'machine'"],
    [{ views: [VIEW, VIEW] }, 'the view `addresses` is there twice'],
    [{ views: [{ ...VIEW, from: 'tcp' }] }, 'cannot have `from`: it is one fixed command and has no files'],
    [{ views: [{ ...VIEW, end: 'waits' }] }, 'cannot have `end`: it talks to nobody'],
    [{ views: [{ ...VIEW, host: 'here' }] }, 'cannot have `host`: it shows the machine itself'],
    [{ views: [{ ...VIEW, capability: 'net_raw' }] }, 'cannot have `capability`: it only reads'],
    [{ views: [{ ...VIEW, name: 'mine' }] }, 'cannot have `name`: it goes by its own name'],
    [{ views: [{ ...VIEW, argv: ['ip', 'link'] }] }, 'cannot have `argv`: it has `view` and `on` alone'],
    [{ views: [VIEW], programs: [{ name: 'addresses', end: 'waits' }] }, 'a program and a view are both named'],
    [{ programs: [{ name: 'send', end: 'begins', on: 'machine' }] }, '`send` stands in `programs` and is `on` the'],
    [{ programs: [VIEW] }, "what looks at the machine is a view: `views: [{ view: 'addresses', on: 'machine' }]`"],
  ])('that says %j is refused with its file and a sentence', (definition, sentence) => {
    expect(() => read(definition)).toThrow('labs/catalog/own/lab.ts: ')
    expect(() => read(definition)).toThrow(sentence)
  })
})

describe('a view', () => {
  test('has one command on each system, which only looks', () => {
    expect(VIEWS).toEqual(['addresses', 'ipv6'])
    expect(systemsOf('addresses').map((system) => [system, commandOf('addresses', system)?.join(' ')])).toEqual([
      ['linux', 'ip addr'],
      ['darwin', 'ifconfig'],
      ['win32', 'ipconfig'],
    ])
    for (const system of systemsOf('ipv6')) {
      expect(commandOf('ipv6', system)?.join(' ')).toBe('node labs/bench/ipv6.ts')
    }
    expect(commandOf('addresses', 'freebsd')).toBe(null)
    expect(commandOf('addresses', 'toString')).toBe(null)
    expect(isView('constructor')).toBe(false)
  })

  test.runIf(LINUX)('is the file where hosts.py looks for it, and nothing that PATH puts before it', async () => {
    const { argv, command } = await viewRunnable({ name: 'addresses', on: 'machine' }).prepare('sh', PLAIN)
    const hosts = readFileSync(join(import.meta.dirname, '../../labs/bench/network/hosts.py'), 'utf8')
    const folders = [...(/IP_FOLDERS = \(([^)]*)\)/.exec(hosts)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(
      ([, one]) => one,
    )
    expect(folders.length).toBeGreaterThan(3)
    expect(folders.map((folder) => `${folder}/ip`)).toContain(argv[0])
    expect([argv.slice(1), command]).toEqual([['addr'], ['ip', 'addr']])
  })

  test('of the course is its own file, run by its own Node in its own folder', async () => {
    const { argv, folder, host } = await viewRunnable({ name: 'ipv6', on: 'machine' }).prepare('sh', PLAIN)
    expect(argv).toEqual([process.execPath, 'labs/bench/ipv6.ts'])
    expect(existsSync(join(folder, 'labs/bench/ipv6.ts'))).toBe(true)
    expect(host).toBe(null)
  })

  test('that its system has no command for says so', async () => {
    const view = { name: 'addresses', on: 'machine' } as const
    await expect(viewRunnable(view, 'freebsd').prepare('sh', PLAIN)).rejects.toThrow('no command for it on freebsd')
    await expect(viewRunnable(view, 'win32').prepare('sh', PLAIN)).rejects.toThrow('`ipconfig` was not found')
    await expect(viewRunnable(view).prepare('py', PLAIN)).rejects.toThrow('in no language of the course')
  })
})

/** What the system's own command says here, but for times that run. */
const ownAddresses = () => still(execFileSync('ip', ['addr'], { encoding: 'utf8' }))
const still = (text: string) => text.replaceAll('\r\n', '\n').replaceAll(/\d+sec/g, 'sec')

const rungs: Rung[] = whyNoOwnNetwork === null ? ['own', 'plain'] : ['plain']

describe.runIf(LINUX).each(rungs)('at a bench on the rung %s, a view of the addresses', (rung) => {
  let course: TestCourse
  let page: BenchClient

  beforeAll(async () => {
    course = await startCourse({ rung, catalog: true })
    const folder = join(course.folder, 'labs', 'catalog', 'beside')
    await mkdir(folder)
    const network = rung === 'own' ? TWO : undefined
    const send = { name: 'send', end: 'begins', ...(network && { host: 'a' }) }
    await writeFile(join(folder, 'send.ts'), "console.log('sent')\n")
    const lab = { number: '0', network, programs: [send], views: [VIEW] }
    await writeFile(join(folder, 'lab.ts'), `export default ${JSON.stringify(lab)}`)
  })
  afterEach(() => page?.leave())
  afterAll(() => course.close())

  test("shows the machine's own interfaces and addresses, and ends", async () => {
    page = await BenchClient.open(course.port, 'own-addresses')
    page.run({ program: 'addresses', language: 'sh' })
    expect(await page.exit('addresses')).toMatchObject({ code: 0, signal: null })
    expect(still(page.text('addresses'))).toBe(ownAddresses())
    const names = [...page.text('addresses').matchAll(/^\d+: ([^:@]+)/gm)].map(([, name]) => name)
    const devices = readFileSync('/proc/net/dev', 'utf8').matchAll(/^ *(\S+?):/gm)
    expect(names.sort()).toEqual([...devices].map(([, name]) => name).sort())
    expect(page.eventsOf('addresses', 'started')[0]?.command).toEqual(['ip', 'addr'])
  })

  test('leaves no process behind', async () => {
    page = await BenchClient.open(course.port, 'own-addresses')
    page.run({ program: 'addresses', language: 'sh' })
    await page.exit('addresses')
    const pid = page.eventsOf('addresses', 'started')[0]?.pid ?? 0
    expect(pid).toBeGreaterThan(1)
    await until(() => !isThere(pid), 'its process is gone')
    const { bench = '' } = page.opened ?? {}
    const marked = () => marks().filter((mark) => mark.includes(bench) && mark.endsWith('.1.'))
    await until(() => marked().length === 0, 'nothing of its run is left')
  })

  test('shows nothing of the hosts of its own lab', async () => {
    page = await BenchClient.open(course.port, 'beside')
    page.run({ program: 'send', language: 'ts' }, { program: 'addresses', language: 'sh' })
    await Promise.all([page.exit('send'), page.exit('addresses')])
    expect(page.text('send')).toContain('sent')
    expect(still(page.text('addresses'))).toBe(ownAddresses())
  })

  test('takes no word from a request to run it: whatever else is asked for, it is the same command', async () => {
    page = await BenchClient.open(course.port, 'own-addresses')
    const random = seeded(rung.length)
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
    const extras = {
      argv: ['ip', 'link'],
      args: ['-d'],
      command: 'id',
      env: { PATH: '/tmp' },
      host: 'a',
      folder: '/tmp',
    }
    const names = [
      'addresses ',
      'addresses -d',
      'addresses;id',
      '../addresses',
      'ip',
      'machine',
      '__proto__',
      'toString',
    ]
    let asked = 0
    for (let round = 0; round < 60; round += 1) {
      const program = random() < 0.5 ? 'addresses' : pick(names)
      const language = random() < 0.7 ? 'sh' : pick(['ts', 'py'])
      const key = pick(Object.keys(extras)) as keyof typeof extras
      const request = { program, language, columns: 80, rows: 24, [key]: extras[key] }
      const before = page.told.length
      page.sayRaw(JSON.stringify({ type: 'run', programs: [request], [key]: extras[key] }))
      if (program === 'addresses') asked += 1
      const answered = () => page.told.slice(before).flatMap(answersIn)
      await page.until(() => answered().length > 0)
      const [answer] = answered()
      if (program !== 'addresses') expect(answer).toMatchObject({ trouble: { kind: 'unknown-program', program } })
      else if (language === 'sh') expect(answer).toMatchObject({ kind: 'exited', code: 0 })
      else expect(answer).toMatchObject({ kind: 'failed', trouble: { kind: 'cannot-start' } })
    }
    expect(asked).toBeGreaterThan(10)
    const started = page.eventsOf('addresses', 'started')
    expect(started.length).toBeGreaterThan(10)
    for (const { command } of started) expect(command).toEqual(['ip', 'addr'])
    expect(still(page.text('addresses'))).toBe(ownAddresses().repeat(started.length))
  })

  test('answers what is typed for it by letting it go', async () => {
    page = await BenchClient.open(course.port, 'own-addresses')
    page.run({ program: 'addresses', language: 'sh' })
    await page.until(() => page.eventsOf('addresses', 'starting').length === 1)
    for (const typed of ['x', '\x03', '\n', 'id\n', '\x1a']) page.type('addresses', typed)
    await page.until(() => page.taken('addresses') === 5)
    expect(await page.exit('addresses')).toMatchObject({ code: 0, signal: null })
    expect(still(page.text('addresses'))).toBe(ownAddresses())
    expect(page.troubles).toEqual([])
  })

  /** The marks of all processes that carry one. */
  function marks(): string[] {
    return readdirSync('/proc').flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
        return environment.filter((line) => line.startsWith(`${BENCH_MARK}=`))
      } catch {
        return []
      }
    })
  }
})

describe.runIf(LINUX).each(rungs)('at a bench on the rung %s, a view of IPv6', (rung) => {
  test('tries it on the machine and not on a host of the lab, and says what came of it', async () => {
    const course = await startCourse({ rung, catalog: true })
    const page = await BenchClient.open(course.port, 'own-ipv6')
    page.run({ program: 'ipv6', language: 'sh' })
    expect(await page.exit('ipv6')).toMatchObject({ code: 0, signal: null })
    expect(page.text('ipv6').replaceAll('\r\n', '\n')).toBe(tried())
    expect(page.text('ipv6')).toMatch(/^IPv6 (works|does not work)/m)
    await page.leave()
    await course.close()
  })
})

describe.runIf(LINUX && canUnshare())('the try of IPv6', () => {
  const ON = 'ip link set lo up'
  const CARD = 'ip link add card type veth peer name other; ip link set card up; ip link set other up'
  const ADDRESS = 'ip -6 addr add 2001:db8:5::7/64 dev card nodad'
  const ROAD = 'ip -6 route add default via 2001:db8:5::1 dev card'

  test.each([
    ['loopback alone', [ON], '::1: a word was sent by TCP, and came back.', 'IPv6 works inside this machine'],
    [
      'a road',
      [ON, CARD, ADDRESS, ROAD],
      'this machine would speak from 2001:db8:5::7.',
      'IPv6 works here, and leads out.',
    ],
    ['nothing', [], '::1: nothing can be sent, EADDRNOTAVAIL.', 'IPv6 does not work on this machine.'],
  ])('says of a machine that has %s what works', (_, setUp, line, verdict) => {
    const text = tried(['unshare', '--net', 'sh', '-c', [...setUp, 'exec "$0" "$1"'].join('; ')])
    expect(text).toContain(line)
    expect(text).toContain(verdict)
  })
})

/** What the course's own try says here, or where this command leads it. */
function tried([file, ...before]: readonly string[] = []): string {
  const argv = [...before, process.execPath, 'labs/bench/ipv6.ts']
  const [command = '', ...args] = file === undefined ? argv : [file, ...argv]
  return execFileSync(command, args, { encoding: 'utf8', cwd: join(import.meta.dirname, '../..') })
}

/** Networks can be made by hand by root alone. */
function canUnshare(): boolean {
  return process.getuid?.() === 0
}

test('where nothing runs, no view runs either', async () => {
  const course = await startCourse({ rung: 'none', catalog: true })
  const page = await BenchClient.connect(course.port)
  page.say({ type: 'open', protocol: PROTOCOL, lab: 'own-addresses' })
  await page.until(() => page.troubles.length > 0)
  expect(page.troubles).toEqual([{ kind: 'nothing-runs' }])
  await page.cut()
  await course.close()
})

describe.runIf(LINUX)('the seat of what hears nothing and may not last', () => {
  const told: FromBench[] = []
  const events: BenchEvent[] = []
  let printed = ''

  /** A seat on the machine for a command that would hear and last for ever. */
  function seatOf(argv: [string, ...string[]], within: number | null): Seat {
    const outbox = new Outbox(startClock(), HOME_LIMITS.observations)
    outbox.attach(
      {
        waiting: 0,
        tell(message) {
          if (message.type === 'events') events.push(...message.events)
        },
        output(frame) {
          printed += Buffer.from(decodeOutput(frame, () => 'view')?.bytes ?? []).toString()
        },
      },
      0,
    )
    const prepared = { argv, command: argv, folder: '/', host: null, capability: null, env: {} }
    const runnable: Runnable = {
      name: 'view',
      isProgram: false,
      waits: false,
      hears: false,
      within,
      prepare: async () => prepared,
    }
    return new Seat(runnable, {
      network: PLAIN,
      tokens: new Tokens(),
      machine: PLAIN,
      policy: POLICY,
      // Nothing of a view is traced.
      tracing: new Tracing({
        network: PLAIN,
        interpreters: { ts: null, py: null },
        policy: POLICY,
        zero: 0n,
        tell: () => {},
      }),
      settling: new Settling({ clock: () => 0, write: () => {}, ask: async () => ({}) }),
      limits: HOME_LIMITS,
      outbox,
      mark: 'test.views.',
      countRun: () => 1,
      tell: (message) => void told.push(message),
      stirred: () => {},
      whyFailed: async () => null,
    })
  }
  afterEach(() => {
    told.length = 0
    events.length = 0
    printed = ''
  })
  const request = { program: 'view', language: 'sh', columns: 80, rows: 24 } as const
  const ended = () => events.find((event) => event.kind === 'exited')

  test('lets no typed byte reach the program, not even Ctrl-C', async () => {
    const seat = seatOf(['/bin/sh', '-c', 'echo ready; cat'], null)
    await seat.start(request)
    await until(() => printed.includes('ready'), 'it waits for input')
    for (const [index, text] of ['hello\n', '\x03', '\x04', '\x1c'].entries()) {
      seat.input({ type: 'input', run: 1, seq: index + 1, bytes: Buffer.from(text) })
    }
    expect(seat.taken).toBe(4)
    await until(() => told.length > 0, 'the input is told to be taken')
    await seat.stop()
    expect(ended()).toMatchObject({ signal: 'SIGHUP', stopped: true })
    expect(printed).toBe('ready\r\n')
  })

  test('ends it after its time and says so', async () => {
    const seat = seatOf(['/bin/sh', '-c', 'echo ready; sleep 60'], 150)
    await seat.start(request)
    await until(() => ended() !== undefined, 'it has ended')
    expect(ended()).toMatchObject({ signal: 'SIGHUP', stopped: false })
    expect(events.find((event) => event.kind === 'notice')).toMatchObject({
      trouble: { kind: 'too-long', program: 'view', seconds: 0.15 },
    })
  })
})

/** What ends a request: the end of a run, or a trouble. */
function answersIn(message: FromBench): object[] {
  if (message.type === 'events') return message.events.filter(({ kind }) => kind === 'exited' || kind === 'failed')
  return message.type === 'trouble' ? [message] : []
}
