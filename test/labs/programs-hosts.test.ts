import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LANGUAGES, type Language } from '../../labs/lab.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { PYTHON, whyNoOwnNetwork } from '../helpers/live-network.ts'
import { tableOf } from '../helpers/observing.ts'
import { NO_PYTHON, ShellProgram, stopShellPrograms } from '../helpers/shell-program.ts'

const CATALOG = join(import.meta.dirname, '../../labs/catalog')
const NOBODY = 'Nobody has port 12821 on 10.0.0.2.'
const UNCONNECTED = 'Unconnected: 1 taken, 2 taken, 3 taken, no answer.'
const IN_USE = (port: number) => `Port ${port} is already in use. Stop the program that holds it, then run this again.`
const IN_ORDER = Array.from({ length: 20 }, (_, index) => index + 1)

const runs = (...languages: Language[]) => PYTHON !== null || !languages.includes('py')
const PAIRS = LANGUAGES.flatMap((waits) => LANGUAGES.map((begins) => ({ waits, begins })))

describe.skipIf(whyNoOwnNetwork)(`labs of two hosts (${whyNoOwnNetwork ?? 'they can run here'})`, () => {
  let course: TestCourse
  let page: BenchClient

  beforeAll(async () => {
    course = await startCourse({ rung: 'own', catalog: true })
  })
  afterEach(() => page?.leave())
  afterAll(() => course.close())

  /** Runs programs of a lab to their ends, and tells what each printed, line by line, and its exit code. */
  async function run(lab: string, programs: Readonly<Record<string, Language>>) {
    page = await BenchClient.open(course.port, lab)
    return again(programs)
  }

  async function again(programs: Readonly<Record<string, Language>>) {
    const names = Object.keys(programs)
    const before = names.map((name) => page.text(name).length)
    const ended = names.map((name) => page.eventsOf(name, 'exited').length)
    page.run(...names.map((program) => ({ program, language: programs[program] as Language })))
    await page.until(() => names.every((name, i) => page.eventsOf(name, 'exited').length > (ended[i] ?? 0)), 30)
    return names.map((name, i) => ({
      code: page.eventsOf(name, 'exited').at(-1)?.code,
      lines: linesOf(page.text(name).slice(before[i])),
    }))
  }

  describe.each(LANGUAGES)('in %s', (language) => {
    test.skipIf(!runs(language))(
      'udp-refused: only the connected socket is told, and the program says so',
      async () => {
        // Twice: what limits how often a host says no must not make the second run silent.
        for (const first of [true, false]) {
          const [ask] = await (first ? run('udp-refused', { ask: language }) : again({ ask: language }))
          expect(ask?.code).toBe(1)
          const [unconnected, connected = '', ...rest] = ask?.lines ?? []
          expect([unconnected, ...rest]).toEqual([UNCONNECTED, NOBODY])
          const told = [...connected.matchAll(/\d taken|ECONNREFUSED|no answer/g)].map(String)
          expect(connected.replaceAll(/(\d taken|ECONNREFUSED|no answer)[,.] ?/g, '')).toBe('Connected: ')
          expect(told[0]).toBe('1 taken')
          expect(told[1]).toBe('ECONNREFUSED')
          if (language === 'ts') {
            // Every send succeeds, and what came back is an event of its own.
            expect(told.filter((word) => word.endsWith('taken'))).toEqual(['1 taken', '2 taken', '3 taken'])
            expect(told.at(-1)).toBe('no answer')
          } else {
            // What came back is the result of the next call: of the second send, and at the end of recv.
            expect(told).toEqual(['1 taken', 'ECONNREFUSED', '3 taken', 'ECONNREFUSED'])
          }
        }
      },
    )

    test.skipIf(!runs(language))('udp-dropped: nobody is told anything, connected or not', async () => {
      const [ask] = await run('udp-dropped', { ask: language })
      expect(ask).toEqual({ code: 0, lines: [UNCONNECTED, UNCONNECTED.replace('Unconnected', 'Connected')] })
    })

    test.skipIf(!runs(language))('tcp-envelopes: a client alone is refused and says where', async () => {
      const [client] = await run('tcp-envelopes', { client: language })
      const where = 'Nobody is listening on 10.0.0.2, port 12824. Is a server running, and on that port?'
      expect(client).toEqual({ code: 1, lines: [where] })
    })

    test.skipIf(!runs(language))(
      'tcp-frozen: a handshake without its second packet ends once the wire lets it through',
      async () => {
        page = await BenchClient.open(course.port, 'tcp-frozen')
        page.run({ program: 'server', language }, { program: 'client', language })
        const states = () => [...tableOf(page, 'a'), ...tableOf(page, 'b')].map(({ state }) => state)
        await page.until(() => states().includes('SYN-SENT') && states().includes('SYN-RECEIVED'))
        expect(page.text('client')).toBe('')
        page.say({ type: 'faults', wire: 0, faults: {} })
        await page.until(() => page.text('server').includes('Received 8 bytes'))
        expect((await page.exit('client')).code).toBe(0)
      },
    )

    test.skipIf(!runs(language))('tcp-bad-road: a sender alone is refused and says where', async () => {
      page = await BenchClient.open(course.port, 'tcp-bad-road')
      // The bad road may take the first SYN, and must not take the answer this test is about.
      page.say({ type: 'faults', wire: 0, faults: {} })
      await page.until(() => page.events.some(({ kind }) => kind === 'faults'))
      const [send] = await again({ send: language })
      const where = 'Nobody is listening on 10.0.0.2, port 12824. Is a server running, and on that port?'
      expect(send).toEqual({ code: 1, lines: [where] })
    })

    test.skipIf(!runs(language))(
      'tcp-bad-road: a sender whose receiver is stopped says that it was broken off',
      async () => {
        page = await BenchClient.open(course.port, 'tcp-bad-road')
        page.say({ type: 'faults', wire: 0, faults: {} })
        page.run({ program: 'receive', language }, { program: 'send', language })
        await page.until(() => page.text('receive').includes('3 '))
        page.say({ type: 'stop', programs: ['receive'] })
        expect((await page.exit('send')).code).toBe(1)
        expect(linesOf(page.text('send')).at(-1)).toMatch(/^Broken off: (ECONNRESET|EPIPE)\.$/)
      },
    )

    test.skipIf(!runs(language)).each([
      ['compare-price', 'ask', ['No answer within two seconds.']],
      [
        'compare-game',
        'play',
        ['Nobody is listening on 10.0.0.2, port 12827. Is the watcher running, and on that port?'],
      ],
      [
        'compare-file',
        'send',
        [
          'File: 1000000 bytes, sha-256 c81d646f',
          'Nobody is listening on 10.0.0.2, port 12829. Is the receiver running, and on that port?',
        ],
      ],
    ])('%s: %s alone says what it is told, or that it is told nothing', async (lab, program, lines) => {
      page = await BenchClient.open(course.port, lab)
      // The bad road may take the SYN, and must not take the answer this test is about.
      page.say({ type: 'faults', wire: 0, faults: {} })
      await page.until(() => page.events.some(({ kind }) => kind === 'faults'))
      const [alone] = await again({ [program]: language })
      expect(alone).toEqual({ code: 1, lines })
    })

    test.skipIf(!runs(language)).each([
      ['udp-bad-road', 12822],
      ['tcp-bad-road', 12824],
      ['udp-envelopes', 12822],
    ])('%s: a receiver whose port is taken says so, and Ctrl-C ends one that waits', async (lab, port) => {
      page = await BenchClient.open(course.port, lab)
      page.run({ program: 'receive', language })
      await page.until(() => page.eventsOf('receive', 'ready').length === 1)
      page.run({ program: 'shell@b', language: 'sh' })
      await page.until(() => page.text('shell@b').includes('$ '))
      const command = language === 'py' ? PYTHON : 'node'
      page.type('shell@b', `clear; ${command} receive.${language}; echo code $?\n`)
      await page.until(() => /code \d/.test(page.text('shell@b')))
      const said = page.text('shell@b').replaceAll(/\s+/g, ' ')
      expect(said).toContain(IN_USE(port))
      expect(said).toContain('code 1')
      page.type('receive', '\x03')
      expect(await page.exit('receive')).toMatchObject({ code: null, signal: 'SIGINT' })
    })
  })

  describe.each(PAIRS)('$waits waits, $begins begins', ({ waits, begins }) => {
    test.skipIf(!runs(waits, begins))('udp-envelopes: four bytes cross the wire', async () => {
      const [receive, send] = await run('udp-envelopes', { receive: waits, send: begins })
      expect(send).toEqual({ code: 0, lines: ['Handed 4 bytes to the kernel.'] })
      expect(receive).toEqual({
        code: 0,
        lines: [
          'Waiting for a datagram on port 12822.',
          'Received 4 bytes: 数据',
          expect.stringMatching(/^From 10\.0\.0\.1, port \d+\.$/),
        ],
      })
    })

    test.skipIf(!runs(waits, begins))('tcp-envelopes: the same four bytes cross it', async () => {
      const [server, client] = await run('tcp-envelopes', { server: waits, client: begins })
      const [, port] = /^Connected from port (\d+) to port 12824\.$/.exec(client?.lines[0] ?? '') ?? []
      expect(client).toEqual({
        code: 0,
        lines: [`Connected from port ${port} to port 12824.`, 'Sent 4 bytes: 数据'],
      })
      expect(server).toEqual({
        code: 0,
        lines: ['Waiting for a connection on port 12824.', `Connected from port ${port}.`, 'Received 4 bytes: 数据'],
      })
    })

    test.skipIf(!runs(waits, begins))(
      'udp-bad-road: the receiver tells what is missing, twice and late, as the wire of this seed made it',
      async () => {
        const [receive, send] = await run('udp-bad-road', { receive: waits, send: begins })
        expect(send).toEqual({ code: 0, lines: ['Handed 20 datagrams to the kernel.'] })
        expect(receive?.code).toBe(0)
        const [first, numbers = '', ...report] = receive?.lines ?? []
        expect(first).toBe('Waiting for datagrams on port 12822.')
        const came = numbers.split(' ').map(Number)
        const late = came.filter((number, i) => came.slice(0, i).some((one) => one > number) && !before(came, i))
        expect(report.slice(0, 3)).toEqual(['Missing: 5 11', 'Twice: 17', `Late: ${late.join(' ') || 'none'}`])
        expect([...new Set(came)].sort((a, b) => a - b)).toEqual(IN_ORDER.filter((one) => ![5, 11].includes(one)))
        expect(came.filter((one) => one === 17)).toHaveLength(2)
        expect(report[3]).toMatch(/^Longest pause: \d+\.\d\d s$/)
        expect(report).toHaveLength(4)
      },
    )

    test.skipIf(!runs(waits, begins))(
      'tcp-bad-road: everything comes, once and in order, though segments had to be sent again',
      async () => {
        page = await BenchClient.open(course.port, 'tcp-bad-road')
        const host = await aProcessOn('a')
        const before = retransmitted(host)
        const [receive, send] = await again({ receive: waits, send: begins })
        const [, port] = /^Connected from port (\d+) to port 12824\.$/.exec(send?.lines[0] ?? '') ?? []
        expect(send).toEqual({
          code: 0,
          lines: [`Connected from port ${port} to port 12824.`, 'Handed 20 numbers to the kernel.'],
        })
        expect(receive?.code).toBe(0)
        expect(receive?.lines.slice(0, 6)).toEqual([
          'Waiting for a connection on port 12824.',
          `Connected from port ${port}.`,
          IN_ORDER.join(' '),
          'Missing: none',
          'Twice: none',
          'Late: none',
        ])
        const [, pause] = /^Longest pause: (\d+\.\d\d) s$/.exec(receive?.lines[6] ?? '') ?? []
        // The least time after which Linux sends again.
        expect(Number(pause)).toBeGreaterThanOrEqual(0.2)
        expect(retransmitted(host) - before).toBeGreaterThanOrEqual(1)
      },
    )
  })

  describe.each(PAIRS)('transports compared, $waits waits, $begins begins', ({ waits, begins }) => {
    test.skipIf(!runs(waits, begins))(
      'compare-price: a hundred questions take two packets each, and TCP some more once',
      async () => {
        const [answer, ask] = await run('compare-price', { answer: waits, ask: begins })
        expect(ask?.code).toBe(0)
        const figures = ask?.lines.map((line) => /^(UDP|TCP), (1|100) asked: (\d+) packets, (\d+) bytes$/.exec(line))
        const [udp, tcp, udps, tcps] = figures?.map((one) => [one?.[1], ...(one ?? []).slice(2).map(Number)]) ?? []
        expect([udp, udps]).toEqual([
          ['UDP', 1, 2, 92],
          ['UDP', 100, 200, 9200],
        ])
        for (const [line, count] of [
          [tcp, 1],
          [tcps, 100],
        ] as const) {
          expect(line?.slice(0, 2)).toEqual(['TCP', count])
          // Opening and closing: at least three packets each; how many acknowledgements travel alone is the kernel's affair.
          expect(line?.[2]).toBeGreaterThanOrEqual(2 * count + 6)
          expect(line?.[2]).toBeLessThan(2.2 * count + 12)
        }
        expect(answer).toEqual({
          code: 0,
          lines: [
            'Waiting on port 12826, by UDP and by TCP.',
            'Answered 101 datagrams.',
            'Answered 101 messages in 2 connections.',
          ],
        })
      },
    )

    test.skipIf(!runs(waits, begins))(
      'compare-game: on a good wire both bring all, on a bad one UDP lacks some and TCP is late',
      async () => {
        const [watch, play] = await run('compare-game', { watch: waits, play: begins })
        expect(play).toEqual({ code: 0, lines: ['Handed 40 messages to the kernel, twice.'] })
        const [udp, tcp] = figuresOf(watch?.lines)
        expect(udp?.came).toBeLessThan(40)
        expect(tcp?.came).toBe(40)
        expect(tcp?.worst).toBeGreaterThan(100)
        page.say({ type: 'faults', wire: 0, faults: { delay: 30 } })
        await page.until(() => page.events.some(({ kind }) => kind === 'faults'))
        const [good] = await again({ watch: waits, play: begins })
        expect(figuresOf(good?.lines).map(({ came }) => came)).toEqual([40, 40])
      },
    )
  })

  describe.each(PAIRS)('one file by both, $waits waits, $begins begins', ({ waits, begins }) => {
    test.skipIf(!runs(waits, begins))(
      'compare-file: by TCP it is the same file, by UDP a part of it, and another fingerprint',
      async () => {
        const [receive, send] = await run('compare-file', { receive: waits, send: begins })
        const [, mark] = /^File: 1000000 bytes, sha-256 ([0-9a-f]{8})$/.exec(send?.lines[0] ?? '') ?? []
        expect(send).toEqual({
          code: 0,
          lines: [`File: 1000000 bytes, sha-256 ${mark}`, 'Handed the file to the kernel, twice.'],
        })
        expect(receive?.code).toBe(0)
        const [waiting, udp = '', ...rest] = receive?.lines ?? []
        expect([waiting, ...rest]).toEqual([
          'Waiting on port 12829, by UDP and by TCP.',
          `TCP: 1000000 bytes, sha-256 ${mark}`,
        ])
        const [, size, other] = /^UDP: (\d+) bytes, sha-256 ([0-9a-f]{8})$/.exec(udp) ?? []
        // Fifty frames wait for the wire, and about as many pass as it carries meanwhile.
        expect(Number(size), udp).toBeGreaterThanOrEqual(50_000)
        expect(Number(size)).toBeLessThan(900_000)
        expect(other).not.toBe(mark)
      },
    )
  })

  /** What the watcher of a game printed of each transport, UDP first. */
  function figuresOf(lines: readonly string[] = []) {
    const told = /^(UDP|TCP): (\d+) of 40 came\.\n[|o_]{40}\nAge: median (\d+) ms, worst (\d+) ms\.$/gm
    const figures = [...lines.join('\n').matchAll(told)].map(([, by, came, median, worst]) => {
      return { by, came: Number(came), median: Number(median), worst: Number(worst) }
    })
    expect(figures.map(({ by }) => by)).toEqual(['UDP', 'TCP'])
    return figures
  }

  /** The id of a process that runs on this host of the page's bench. */
  async function aProcessOn(host: string): Promise<number> {
    page.run({ program: `shell@${host}`, language: 'sh' })
    await page.until(() => page.eventsOf(`shell@${host}`, 'started').length === 1)
    return page.eventsOf(`shell@${host}`, 'started')[0]?.pid ?? 0
  }
})

describe.each(LANGUAGES)('on a host with other addresses, in %s', (language) => {
  afterEach(stopShellPrograms)

  test
    .skipIf(!runs(language))
    .each([
      'udp-bad-road/receive',
      'tcp-bad-road/receive',
      'udp-envelopes/receive',
      'tcp-envelopes/server',
      'compare-price/answer',
      'compare-game/watch',
      'compare-file/receive',
    ])('%s says whose address it is', async (name) => {
    const program = new ShellProgram(join(CATALOG, `${name}.${language}`))
    expect(await program.exit(), NO_PYTHON).toEqual({ code: 1, signal: null })
    expect(program.output).toBe('')
    expect(program.errors).toBe('This host has no address 10.0.0.2.\n')
  })
})

/** Whether the number at this place was there before. */
function before(numbers: readonly number[], place: number): boolean {
  return numbers.indexOf(numbers[place] as number) < place
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '')
}

/** How many segments the kernel has sent again, in the network of this process. */
function retransmitted(pid: number): number {
  const [names = '', values = ''] = readFileSync(`/proc/${pid}/net/snmp`, 'utf8').match(/^Tcp: .*$/gm) ?? []
  return Number(values.split(' ')[names.split(' ').indexOf('RetransSegs')])
}
