import { spawnSync } from 'node:child_process'
import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LANGUAGES, type Lab, type Language, readLab } from '../../labs/lab.ts'
import { useMachinePorts } from '../helpers/machine-ports.ts'
import { INTERPRETERS, NO_PYTHON, ShellProgram, stopShellPrograms } from '../helpers/shell-program.ts'

const CATALOG = join(import.meta.dirname, '../../labs/catalog')
const LABS = new Map<string, Lab>()
for (const entry of readdirSync(CATALOG, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue
  const { default: definition } = await import(join(CATALOG, entry.name, 'lab.ts'))
  LABS.set(entry.name, readLab(entry.name, definition))
}

const IN_USE = (port: number) =>
  `Port ${port} is already in use. Stop the program that holds it, then run this again.\n`
const REFUSED = 'Nobody is listening on 127.0.0.1, port 12823. Is a server running, and on that port?\n'
const WAITS_FOR_DATAGRAM = 'Waiting for a datagram on port 12822.\n'
const WAITS_FOR_CONNECTION = 'Waiting for a connection on port 12824.\n'
const WAITS_FOR_DATAGRAMS = 'Waiting for datagrams on port 12822.\n'
const WAITS_FOR_CONNECTIONS = 'Waiting for connections on port 12824.\n'
const WAITS_FOR_RELAYED = 'Waiting for a connection on port 12825.\n'
const CLOSED = 'Received 0 bytes: the other end has closed.\n'

useMachinePorts()
afterEach(stopShellPrograms)

describe('the catalog', () => {
  test('gives every lab a number of its own', () => {
    const numbers = [...LABS.values()].map(({ number }) => number)
    expect(new Set(numbers).size).toBe(numbers.length)
    for (const number of numbers) expect(number).toMatch(/^\d+[a-z]$/)
  })

  test('has a file for every program in every language, none wider than 60 columns', () => {
    const files = programFiles()
    expect(files.length).toBeGreaterThan(60)
    for (const file of files) {
      expect(existsSync(join(CATALOG, file)), file).toBe(true)
      for (const line of textOf(file).split('\n')) expect(columns(line), `${file}: ${line}`).toBeLessThanOrEqual(60)
    }
  })

  test('has no program file that no lab uses', () => {
    const found = readdirSync(CATALOG, { recursive: true, encoding: 'utf8' })
    // Answers to tasks are proved where tasks are: see tasks.test.ts.
    const programs = found.filter((file) => /^[^/]+\/(?!lab\.ts|checks\.ts|deeds\.ts)[^/]+\.(ts|py)$/.test(file))
    expect(programs.sort()).toEqual(programFiles().sort())
  })

  test('has programs that need nothing but their language and iconv-lite', () => {
    for (const file of programFiles().filter((name) => name.endsWith('.ts'))) {
      for (const [, source] of textOf(file).matchAll(/from '(.*)'/g)) {
        expect(source, file).toMatch(/^(node:[\w/]+|iconv-lite)$/)
      }
    }
  })

  test.each(LANGUAGES)('what differs between the labs as found and aligned is the port alone (%s)', (language) => {
    const found = textOf(`udp-as-found/send.${language}`)
    expect(textOf(`udp-aligned/send.${language}`)).toBe(found.replace('12821', '12822'))
    const refused = textOf(`tcp-as-found/client.${language}`)
    expect(textOf(`tcp-client-sends/client.${language}`)).toBe(refused.replace('12823', '12824'))
  })
})

const PAIRS = LANGUAGES.flatMap((waits) => LANGUAGES.map((begins) => ({ waits, begins })))

describe.each(PAIRS)('$waits waits, $begins begins', ({ waits, begins }) => {
  beforeEach(({ skip }) => skip(!runs(waits) || !runs(begins), NO_PYTHON))

  test('udp-as-found: the sender exits 0 and the receiver has received nothing', async () => {
    const receiver = start('udp-as-found', 'receive', waits)
    await receiver.line(/^Waiting/)
    const lost = start('udp-as-found', 'send', begins)
    expect(await lost.exit()).toEqual({ code: 0, signal: null })
    expect(lost.output).toMatch(/^Handed 4 bytes to the kernel\.\nFrom port \d+ to port 12821\.\n$/)
    expect(lost.errors).toBe('')

    // The receiver still waits: the first datagram it tells of is a later one, to its own port.
    const heard = start('udp-aligned', 'send', begins)
    const [, port] = await heard.line(/^From port (\d+)/)
    await receiver.exit()
    expect(receiver.output).toBe(`${WAITS_FOR_DATAGRAM}Received 4 bytes: 数据\nFrom 127.0.0.1, port ${port}.\n`)
  })

  test("udp-aligned: the receiver prints 数据 and the sender's port", async () => {
    const receiver = start('udp-aligned', 'receive', waits)
    await receiver.line(/^Waiting/)
    const sender = start('udp-aligned', 'send', begins)
    await expectQuietSuccess(sender, receiver)
    const [, port] = await sender.line(/^From port (\d+) to port 12822\.$/)
    expect(sender.output).toBe(`Handed 4 bytes to the kernel.\nFrom port ${port} to port 12822.\n`)
    expect(receiver.output).toBe(`${WAITS_FOR_DATAGRAM}Received 4 bytes: 数据\nFrom 127.0.0.1, port ${port}.\n`)
  })

  test('udp-echo: who asks is told after two seconds that there is no answer', async () => {
    const echo = start('udp-echo', 'echo', waits)
    await echo.line(/^Waiting/)
    const ask = start('udp-echo', 'ask', begins)
    expect(await ask.exit()).toEqual({ code: 1, signal: null })
    expect(ask.output).toBe('Asked port 12821: no token\n')
    expect(ask.errors).toBe('No answer within two seconds.\n')
    expect(await echo.exit()).toEqual({ code: 0, signal: null })
    expect(echo.output).toMatch(/Received 8 bytes: no token\nFrom port \d+\.\n$/)
  })

  test('tcp-as-found: the client is refused and says where, the server still waits', async () => {
    const server = start('tcp-as-found', 'server', waits)
    await server.line(/^Waiting/)
    const refused = start('tcp-as-found', 'client', begins)
    expect(await refused.exit()).toEqual({ code: 1, signal: null })
    expect(refused.output).toBe('')
    expect(refused.errors).toBe(REFUSED)

    // The server still waits: the first connection it tells of is a later one, to its own port.
    const accepted = start('tcp-client-sends', 'client', begins)
    const [, port] = await accepted.line(/^Connected from port (\d+)/)
    await server.exit()
    expect(server.output).toContain(`${WAITS_FOR_CONNECTION}Connected from port ${port}.\n`)
  })

  test('tcp-client-sends: the server prints 数据', async () => {
    const { server, client, port } = await startPair('tcp-client-sends')
    await expectQuietSuccess(server, client)
    expect(client.output).toBe(`Connected from port ${port} to port 12824.\nSent 4 bytes: 数据\n`)
    expect(server.output).toBe(
      `${WAITS_FOR_CONNECTION}Connected from port ${port}.\nWaiting for bytes from the client.\nReceived 4 bytes: 数据\n`,
    )
  })

  test('tcp-server-sends: the client prints TCP数据', async () => {
    const { server, client, port } = await startPair('tcp-server-sends')
    await expectQuietSuccess(server, client)
    expect(server.output).toBe(`${WAITS_FOR_CONNECTION}Connected from port ${port}.\nSent 7 bytes: TCP数据\n`)
    expect(client.output).toBe(
      `Connected from port ${port} to port 12824.\nWaiting for bytes from the server.\nReceived 7 bytes: TCP数据\n`,
    )
  })

  test('tcp-server-sends: the server closes first and can be started again at once', async () => {
    const { server, client } = await startPair('tcp-server-sends')
    await expectQuietSuccess(server, client)
    const again = start('tcp-client-sends', 'server', begins)
    await again.line(/^Waiting/)
  })

  test('tcp-both-send: both exit 0 and neither has received anything', async () => {
    const { server, client, port } = await startPair('tcp-both-send')
    await expectQuietSuccess(server, client)
    expect(server.output).toBe(`${WAITS_FOR_CONNECTION}Connected from port ${port}.\nSent 7 bytes: TCP数据\n`)
    expect(client.output).toBe(`Connected from port ${port} to port 12824.\nSent 4 bytes: 数据\n`)
  })

  test('tcp-both-receive: both wait on a connection that is there, until the client is killed', async () => {
    const { server, client, port } = await startPair('tcp-both-receive')
    await expectBothWaiting(server, client, port)
    expect(await client.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
    expect(await server.exit()).toEqual({ code: 0, signal: null })
    expect(server.output).toContain(`Waiting for bytes from the client.\n${CLOSED}`)
    expect(server.errors).toBe('')
  })

  test('tcp-both-receive: both wait on a connection that is there, until the server is interrupted', async () => {
    const { server, client, port } = await startPair('tcp-both-receive')
    await expectBothWaiting(server, client, port)
    expect(await server.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' })
    expect(await client.exit()).toEqual({ code: 0, signal: null })
    expect(client.output).toContain(`Waiting for bytes from the server.\n${CLOSED}`)
    expect(client.errors).toBe('')
  })

  test('socket-closed: what was sent before the close arrives, and what is sent after it is refused', async () => {
    const receiver = start('socket-closed', 'receive', waits)
    await receiver.line(/^Waiting/)
    const late = start('socket-closed', 'send', begins)
    expect(await late.exit()).toEqual({ code: 1, signal: null })
    const [opened, closed, code] = {
      py: ['New: descriptor 3.', 'Closed: descriptor -1.', 'EBADF'],
      ts: ['New: Node keeps the descriptor to itself.', 'Closed.', 'ERR_SOCKET_DGRAM_NOT_RUNNING'],
    }[begins]
    expect(late.output).toBe(`${opened}\n${closed}\n`)
    expect(late.errors).toBe(`Too late, ${code}: the socket is closed.\n`)
    expect(await receiver.exit()).toEqual({ code: 0, signal: null })
    expect(receiver.output).toContain('Received 4 bytes: 数据\n')
  })

  test('socket-open: a program that closes nothing ends in Python, and stays in TypeScript', async () => {
    const receiver = start('socket-open', 'receive', waits)
    await receiver.line(/^Waiting/)
    const sender = start('socket-open', 'send', begins)
    await sender.line(/^Nothing left to do, and nothing closed\.$/)
    expect(await receiver.exit()).toEqual({ code: 0, signal: null })
    if (begins === 'ts') {
      expect(sender.running).toBe(true)
      expect(await sender.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' })
      expect(sender.errors).toBe('')
    } else {
      expect(await sender.exit()).toEqual({ code: 0, signal: null })
      expect(sender.errors).toContain('ResourceWarning: unclosed')
    }
    expect(sender.output).toBe('Handed 4 bytes to the kernel.\nNothing left to do, and nothing closed.\n')
  })

  test('socket-patience: the receiver prints what comes, and then waits for ever', async () => {
    const receiver = start('socket-patience', 'receive', waits)
    await receiver.line(/^Waiting/)
    const sender = start('socket-patience', 'send', begins)
    await expectQuietSuccess(sender)
    expect(sender.output).toBe('Sent 8 bytes, once: no token\n')
    await receiver.line(/^8 bytes: no token$/)
    expect(await receiver.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' })
    expect(receiver.output).toBe(`${WAITS_FOR_DATAGRAMS}8 bytes: no token\n`)
  })

  test('text-lost: what GBK has not got is refused in Python, and turned into a question mark in TypeScript', async () => {
    const { receiver, sender } = await startSender('text-lost')
    const [sent, got] = {
      py: ['5€: GBK has no €, not sent\n数😀: GBK has no 😀, not sent\n', ''],
      ts: [
        '5€: 35 80\n数😀: ca fd 3f\n',
        `35 80: ${{ py: 'incomplete multibyte sequence', ts: '5€' }[waits]}\nca fd 3f: 数?\n`,
      ],
    }[begins]
    expect(sender.output).toBe(`数据: ca fd be dd\n${sent}`)
    expect(receiver.output).toBe(`${WAITS_FOR_DATAGRAMS}ca fd be dd: 数据\n${got}`)
  })

  test('text-pieces: what is decoded piece by piece has lost the character that was cut', async () => {
    const server = start('text-pieces', 'server', waits)
    await server.line(/^Waiting/)
    const client = start('text-pieces', 'client', begins)
    await expectQuietSuccess(server, client)
    expect(client.output).toBe('Sent 18 bytes: 你好😀no token\n')
    expect(server.output).toBe(`${WAITS_FOR_CONNECTION}Received: 你好\ufffd\ufffdno token\n`)
  })

  test('text-spelled: GBK has no 😀; Python says so, and TypeScript sends a question mark', async () => {
    const { receiver, sender } = await startSender('text-spelled')
    const { length, none } = { py: { length: 1, none: null }, ts: { length: 2, none: ['80', '3f'] } }[begins]
    expect(sender.output).toBe(
      [
        '数  length 1',
        '  utf-8: e6 95 b0',
        '  gbk: ca fd',
        '  gb18030: ca fd',
        '€  length 1',
        '  utf-8: e2 82 ac',
        `  gbk: ${none?.[0] ?? 'UnicodeEncodeError'}`,
        '  gb18030: a2 e3',
        `😀  length ${length}`,
        '  utf-8: f0 9f 98 80',
        `  gbk: ${none?.[1] ?? 'UnicodeEncodeError'}`,
        '  gb18030: 94 39 fc 36',
        '',
      ].join('\n'),
    )
    const sent = ['e6 95 b0', 'ca fd', 'ca fd', 'e2 82 ac', none?.[0], 'a2 e3', 'f0 9f 98 80', none?.[1], '94 39 fc 36']
    const lines = sent.flatMap((bytes) => (bytes ? [`${bytes.split(' ').length} bytes: ${bytes}\n`] : []))
    expect(receiver.output).toBe(WAITS_FOR_DATAGRAMS + lines.join(''))
  })

  test('text-mixed-up: UTF-8 read as GBK is other Han, GBK read as UTF-8 is no text', async () => {
    const { receiver, sender } = await startSender('text-mixed-up')
    expect(sender.output).toBe('Sent 数据 in utf-8: e6 95 b0 e6 8d ae\nSent 数据 in gbk: ca fd be dd\n')
    const unreadable = { py: 'invalid continuation byte', ts: '\ufffd'.repeat(4) }[waits]
    expect(receiver.output).toBe(
      `${WAITS_FOR_DATAGRAMS}6 bytes: e6 95 b0 e6 8d ae\n  gbk: 鏁版嵁\n4 bytes: ca fd be dd\n  utf-8: ${unreadable}\n`,
    )
  })

  test('text-cut: a decoder that keeps what is cut reads what single pieces do not give', async () => {
    const server = start('text-cut', 'server', waits)
    await server.line(/^Waiting/)
    const client = start('text-cut', 'client', begins)
    await expectQuietSuccess(server, client)
    expect(client.output).toBe(
      'utf-8: 数据 as e6 95 b0 e6 8d ae\ngbk: 数据 as ca fd be dd\ngb18030: 数😀 as ca fd 94 39 fc 36\n',
    )
    const pieces = [
      ['utf-8: e6 95 b0 e6 8d', '数\ufffd', 'unexpected end of data', '数'],
      ['utf-8: ae', '\ufffd', 'invalid start byte', '据'],
      ['gbk: ca fd be', '数\ufffd', 'incomplete multibyte sequence', '数'],
      ['gbk: dd', '\ufffd', 'incomplete multibyte sequence', '据'],
      ['gb18030: ca fd 94 39 fc', '数\ufffd', 'incomplete multibyte sequence', '数'],
      ['gb18030: 36', '6', '6', '😀'],
    ].map(([bytes, ts, py, stream]) => `${bytes}\n  alone: ${waits === 'ts' ? ts : py}\n  stream: ${stream}\n`)
    expect(server.output).toBe(WAITS_FOR_CONNECTIONS + pieces.join(''))
  })

  test('ip-four-binds: who is reached goes by the address a socket is bound to', async () => {
    const server = start('ip-four-binds', 'server', waits)
    await server.line(/^Waiting for calls\.$/)
    const prober = start('ip-four-binds', 'prober', begins)
    await expectQuietSuccess(prober)
    expect(prober.output.split('\n')).toEqual([
      'bound to   127.0.0.1  127.0.0.77 ::1',
      '127.0.0.1  reached    refused    refused',
      '0.0.0.0    reached    reached    refused',
      '::1        refused    refused    reached',
      '::         reached    reached    reached',
      '',
    ])
    expect(server.output.match(/^Port \d+: .*$/gm)).toEqual([
      'Port 12831: 127.0.0.1 came in.',
      'Port 12832: 127.0.0.1 came in.',
      'Port 12832: 127.0.0.1 came in.',
      'Port 12833: ::1 came in.',
      'Port 12834: ::ffff:127.0.0.1 came in.',
      'Port 12834: ::ffff:127.0.0.1 came in.',
      'Port 12834: ::1 came in.',
    ])
    expect(await server.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' })
    expect(server.errors).toBe('')
  })

  test('ip-two-bells: the server gives its word at one address', async () => {
    const server = start('ip-two-bells', 'server', waits)
    await server.line(/^Waiting for calls at 127\.0\.0\.1, port 12838\.$/)
    const prober = start('ip-two-bells', 'prober', begins)
    await expectQuietSuccess(prober)
    expect(prober.output).toBe('127.0.0.1: no token\n127.0.0.77: refused\n::1: refused\n')
    expect(await server.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' })
    expect(server.errors).toBe('')
  })

  test('ip-localhost: the name leads to the server, and where nobody is, Node tells of every address', async () => {
    const server = start('ip-localhost', 'server', waits)
    await server.line(/^Waiting on 127\.0\.0\.1, port 12836\.$/)
    const client = start('ip-localhost', 'client', begins)
    expect(await client.exit()).toEqual({ code: 1, signal: null })
    expect(client.errors).toBe('Nobody called localhost listens there.\n')
    const [reached, told, ...each] = client.output.trimEnd().split('\n')
    expect(reached).toBe('Port 12836: reached 127.0.0.1.')
    // How many addresses the name has, this machine says.
    const addresses = (await lookup('localhost', { all: true })).map(({ address }) => `  ECONNREFUSED from ${address}`)
    const several = begins === 'ts' && addresses.length > 1
    const alone = { py: 'ConnectionRefusedError', ts: 'Error' }[begins]
    expect(told).toBe(`Port 12837: ${several ? 'AggregateError' : alone}`)
    expect(each).toEqual(several ? addresses : [])
    expect(await server.exit()).toEqual({ code: 0, signal: null })
    expect(server.output).toMatch(/\n127\.0\.0\.1 came in\.\n$/)
  })

  test('tcp-glue: what was sent by three calls is received by one', async () => {
    const { waiter, beginner } = await startBoth('tcp-glue', 'server', 'client')
    expect(beginner.output).toBe('Sent 3 bytes: one\nSent 3 bytes: two\nSent 5 bytes: three\n')
    expect(waiter.output).toBe(
      `${WAITS_FOR_CONNECTION}Busy for a moment, not reading.\nReceived 11 bytes: onetwothree\nReceived 0 bytes: that was all.\n`,
    )
  })

  test('tcp-slices: what was sent by one call is received in pieces of any size, and is all there', async () => {
    const { waiter, beginner } = await startBoth('tcp-slices', 'server', 'client')
    expect(beginner.output).toBe('Sent 100000 bytes with one call.\n')
    const pieces = [...waiter.output.matchAll(/^Received (\d+) bytes\.$/gm)].map(([, size]) => Number(size))
    expect(pieces.reduce((sum, size) => sum + size, 0)).toBe(100_000)
    expect(waiter.output).toMatch(/\nTogether 100000 bytes\.\n$/)
  })

  test('tcp-relay: the same bytes in other pieces are no longer the same words', async () => {
    const { waiter, relay, beginner } = await startRelayed('tcp-relay')
    expect(beginner.output).toBe('Sent 6 bytes: 你好\nSent 6 bytes: 网络\nSent 6 bytes: socket\n')
    expect(relay.output).toBe(`${WAITS_FOR_RELAYED}Passed on: 6 6 6\nPassed on: 1 4 2 5 1 4 1\n`)
    const torn = ['no text: e4', 'no text: bd a0 e5 a5', 'no text: bd e7', 'no text: bd 91 e7 bb 9c', 's', 'ocke', 't']
    const lines = ['Connection 1:', ...['你好', '网络', 'socket'].map(indented), 'Connection 2:', ...torn.map(indented)]
    expect(waiter.output).toBe(`${WAITS_FOR_CONNECTIONS}${lines.join('\n')}\n`)
  })

  test('tcp-brake: all bytes arrive, whoever had to wait for whom', async () => {
    const { waiter, beginner } = await startBoth('tcp-brake', 'server', 'client')
    expect(beginner.output).toMatch(/\nNow all are taken\.\n$/)
    expect(waiter.output).toBe(
      `${WAITS_FOR_CONNECTION}Connected. I do not read yet.\nNow I read.\nTogether 90000 bytes.\n`,
    )
  })

  test('compare-speed: by TCP all bytes arrive and more in a second, by UDP some are lost', async () => {
    const { receiver, sender } = await startSender('compare-speed')
    const times =
      /^There and back, .*\nUDP: (\d+) µs\nTCP, open: (\d+) µs\nTCP, new for each: (\d+) µs\nHanded 12 MB to the kernel, twice\.\n$/
    const [, udp, open, fresh] = (times.exec(sender.output) ?? []).map(Number)
    expect(Number(udp), sender.output).toBeGreaterThan(0)
    // It waits for one more round trip, and for two kernels and two programs to make a connection.
    expect(Number(fresh)).toBeGreaterThan(Number(open))
    const speeds = /\nUDP: ([\d.]+) of 12 MB came, at (\d+) MB\/s\.\nTCP: 12\.0 of 12 MB came, at (\d+) MB\/s\.\n$/
    const [, came, byUdp, byTcp] = (speeds.exec(receiver.output) ?? []).map(Number)
    expect(Number(came), receiver.output).toBeLessThanOrEqual(12)
    expect(Number(byTcp)).toBeGreaterThan(Number(byUdp))
    for (const line of `${receiver.output}${sender.output}`.split('\n')) expect(line.length).toBeLessThanOrEqual(42)
  })

  test('tcp-frames: the reader as it is shipped takes pieces for messages', async () => {
    const { waiter, relay, beginner } = await startRelayed('tcp-frames')
    expect(beginner.output).toBe('Sent 4 + 6 bytes: "数据"\nSent 4 + 0 bytes: ""\nSent 4 + 8 bytes: "no token"\n')
    const [, seed, first, second, third, ...rest] = relay.output.split('\n')
    expect([seed, second, ...rest]).toEqual(['Seed: no token', 'Passed on: 26', ''])
    // The same seed cuts in the same places, whatever the relay is written in.
    expect([first, third]).toEqual(['Passed on: 5 2 10 9', 'Passed on: 12 2 10 2'])
    const all = '"\\u0000\\u0000\\u0000\\u0006数据\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\bno token"'
    const [, one, two, , ...none] = waiter.output.split('\n')
    expect(one).toMatch(/^<00 00 00 06 e6> /)
    expect([two, ...none]).toEqual([all, ''])
  })

  /** Runs a lab of two programs to their good ends. */
  async function startBoth(id: string, waits_: string, begins_: string) {
    const waiter = start(id, waits_, waits)
    await waiter.line(/^Waiting/)
    const beginner = start(id, begins_, begins)
    await expectQuietSuccess(beginner, waiter)
    return { waiter, beginner }
  }

  /** Runs a lab with a relay between its ends, written in what the end that waits is written in. */
  async function startRelayed(id: string) {
    const waiter = start(id, 'receive', waits)
    const relay = start(id, 'relay', waits)
    await Promise.all([waiter.line(/^Waiting/), relay.line(/^Waiting/)])
    const beginner = start(id, 'send', begins)
    await expectQuietSuccess(beginner, relay, waiter)
    return { waiter, relay, beginner }
  }

  /** Runs a lab's receiver and then its sender to their good ends. */
  async function startSender(id: string) {
    const receiver = start(id, 'receive', waits)
    await receiver.line(/^Waiting/)
    const sender = start(id, 'send', begins)
    await expectQuietSuccess(sender, receiver)
    return { receiver, sender }
  }

  /** Starts the lab's server, then its client; `port` is the client's own, as both ends tell it. */
  async function startPair(id: string) {
    const server = start(id, 'server', waits)
    await server.line(/^Waiting for a connection/)
    const client = start(id, 'client', begins)
    const [, port] = await client.line(/^Connected from port (\d+) to port 12824\.$/)
    await server.line(new RegExp(`^Connected from port ${port}\\.$`))
    return { server, client, port: Number(port) }
  }
})

describe.each(LANGUAGES)('alone, in %s', (language) => {
  beforeEach(({ skip }) => skip(!runs(language), NO_PYTHON))

  test('a port in use is told in one sentence and with exit code 1', async () => {
    await usingPort('udp', 12822, async () => {
      await expectRefusalToWait('udp-as-found', 'receive', 12822)
      await expectRefusalToWait('text-spelled', 'receive', 12822)
      await expectRefusalToWait('text-mixed-up', 'receive', 12822)
      await expectRefusalToWait('text-lost', 'receive', 12822)
      // It closes nothing, which is what its lesson is about; Python's development mode says so as well.
      const impatient = start('socket-patience', 'receive', language)
      expect(await impatient.exit()).toEqual({ code: 1, signal: null })
      expect(impatient.errors.startsWith(IN_USE(12822)), impatient.errors).toBe(true)
    })
    await usingPort('tcp', 12824, async () => {
      await expectRefusalToWait('tcp-client-sends', 'server', 12824)
      await expectRefusalToWait('tcp-server-sends', 'server', 12824)
      await expectRefusalToWait('text-cut', 'server', 12824)
      await expectRefusalToWait('text-pieces', 'server', 12824)
      await expectRefusalToWait('tcp-glue', 'server', 12824)
      await expectRefusalToWait('tcp-slices', 'server', 12824)
      await expectRefusalToWait('tcp-brake', 'server', 12824)
      await expectRefusalToWait('tcp-relay', 'receive', 12824)
      await expectRefusalToWait('tcp-frames', 'receive', 12824)
    })
    await usingPort('udp', 12828, async () => await expectRefusalToWait('compare-speed', 'receive', 12828))
    await usingPort('tcp', 12828, async () => await expectRefusalToWait('compare-speed', 'receive', 12828))
    await usingPort('tcp', 12825, async () => {
      await expectRefusalToWait('tcp-relay', 'relay', 12825)
      await expectRefusalToWait('tcp-frames', 'relay', 12825)
    })
  })

  test.each([
    ['udp-as-found', 'receive'],
    ['tcp-client-sends', 'server'],
    ['tcp-server-sends', 'server'],
    ['text-spelled', 'receive'],
    ['text-mixed-up', 'receive'],
    ['text-cut', 'server'],
    ['ip-localhost', 'server'],
    ['ip-two-bells', 'server'],
    ['tcp-glue', 'server'],
    ['tcp-slices', 'server'],
    ['tcp-brake', 'server'],
    ['tcp-relay', 'receive'],
    ['tcp-relay', 'relay'],
    ['tcp-frames', 'receive'],
    ['tcp-frames', 'relay'],
    ['text-lost', 'receive'],
    ['text-pieces', 'server'],
    ['socket-patience', 'receive'],
    ['compare-speed', 'receive'],
  ])('%s/%s is ended by an interrupt while it waits, without a word', async (id, name) => {
    const program = start(id, name, language)
    await program.line(/^Waiting/)
    expect(await program.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' })
    expect(program.output.trimEnd().split('\n')).toHaveLength(1)
    expect(program.errors).toBe('')
  })

  test("ip-three-errors: what is nobody's cannot be bound, what has no road cannot be reached, and nobody listens", async () => {
    const reach = start('ip-three-errors', 'reach', language)
    expect(await reach.exit()).toEqual({ code: 1, signal: null })
    const lines = reach.output.trimEnd().split('\n')
    expect(lines[0]).toBe('Bind to 192.0.2.1: EADDRNOTAVAIL.')
    // A machine with a road out sends, and is answered by whoever stands there, or by nobody.
    expect(lines[1]).toMatch(/^Connect to 192\.0\.2\.1: (E[A-Z]+|no answer)\.$/)
    expect(lines[2]).toBe('Connect to 127.0.0.1: ECONNREFUSED.')
    const count = lines.filter((line) => / E\w+\.$/.test(line)).length
    expect(reach.errors).toBe(`${count} of 3 ended in an error.\n`)
  })

  test('a bind that is in use is told with its address', async () => {
    await usingPort('tcp', 12832, async () => {
      const server = start('ip-four-binds', 'server', language)
      expect(await server.exit()).toEqual({ code: 1, signal: null })
      expect(server.errors).toBe('Port 12832, bound to 0.0.0.0: EADDRINUSE.\n')
    })
    await usingPort('tcp', 12836, async () => await expectRefusalToWait('ip-localhost', 'server', 12836))
    await usingPort('tcp', 12838, async () => {
      const server = start('ip-two-bells', 'server', language)
      expect(await server.exit()).toEqual({ code: 1, signal: null })
      expect(server.errors).toBe('Port 12838, bound to 127.0.0.1: EADDRINUSE.\n')
    })
  })

  test.each([
    ['tcp-glue', 'client', 12824, 'a server'],
    ['tcp-slices', 'client', 12824, 'a server'],
    ['tcp-brake', 'client', 12824, 'a server'],
    ['tcp-relay', 'send', 12825, 'a relay'],
    ['tcp-frames', 'send', 12825, 'a relay'],
    ['compare-speed', 'send', 12828, 'the receiver'],
  ])('%s/%s says that nobody listens', async (id, name, port, whom) => {
    const client = start(id, name, language)
    expect(await client.exit()).toEqual({ code: 1, signal: null })
    expect(client.errors).toBe(
      `Nobody is listening on 127.0.0.1, port ${port}. Is ${whom} running, and on that port?\n`,
    )
  })

  test.each(['tcp-relay', 'tcp-frames'])('%s/relay says that nobody listens behind it', async (id) => {
    const relay = start(id, 'relay', language)
    await relay.line(/^Waiting/)
    const sender = start(id, 'send', language)
    expect(await relay.exit()).toEqual({ code: 1, signal: null })
    expect(relay.errors).toBe(REFUSED.replace('12823', '12824').replace('a server', 'a receiver'))
    await sender.exit()
  })

  test.each(['text-cut', 'text-pieces'])('%s/client says that nobody listens', async (id) => {
    const client = start(id, 'client', language)
    expect(await client.exit()).toEqual({ code: 1, signal: null })
    expect(client.errors).toBe(REFUSED.replace('12823', '12824'))
  })

  test('tcp-server-sends/client is ended by an interrupt while it waits, without a word', async () => {
    await usingPort('tcp', 12824, async () => {
      const client = start('tcp-server-sends', 'client', language)
      await client.line(/^Waiting for bytes/)
      expect(await client.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' })
      expect(client.errors).toBe('')
    })
  })

  test('socket-leak: each socket takes a descriptor, and the limit of a process ends that', async () => {
    const [program] = LABS.get('socket-leak')?.programs ?? []
    const file = join(CATALOG, program?.files[language] ?? '')
    const argv = ['-c', 'ulimit -n 40 && exec "$0" "$1"', INTERPRETERS[language] ?? '', file]
    const { status, stdout, stderr } = spawnSync('/bin/sh', argv, { encoding: 'utf8' })
    const lines = stdout.trim().split('\n')
    const count = lines.length
    expect(lines).toEqual(lines.map((_, at) => expect.stringMatching(`^Socket ${at + 1} has port \\d+\\.$`)))
    // Python has three for its terminal; Node has some twenty for itself.
    if (language === 'py') expect(count).toBe(37)
    else expect(count).toBeGreaterThan(5)
    expect(stderr).toBe(`No descriptor for socket ${count + 1}: EMFILE.\n`)
    expect(status).toBe(1)
  })

  async function expectRefusalToWait(id: string, name: string, port: number): Promise<void> {
    const program = start(id, name, language)
    expect(await program.exit()).toEqual({ code: 1, signal: null })
    expect(program.output).toBe('')
    expect(program.errors).toBe(IN_USE(port))
  }
})

function runs(language: Language): boolean {
  return INTERPRETERS[language] !== null
}

function start(id: string, name: string, language: Language): ShellProgram {
  const program = LABS.get(id)?.programs.find((candidate) => candidate.name === name)
  if (program === undefined) throw new Error(`no program ${name} in lab ${id}`)
  return new ShellProgram(join(CATALOG, program.files[language]))
}

async function expectQuietSuccess(...programs: ShellProgram[]): Promise<void> {
  for (const program of programs) {
    expect(await program.exit()).toEqual({ code: 0, signal: null })
    expect(program.errors).toBe('')
  }
}

/** Both have said that they wait and, where the kernel can be asked, nothing is under way on their connection. */
async function expectBothWaiting(server: ShellProgram, client: ShellProgram, port: number): Promise<void> {
  await server.line(/^Waiting for bytes from the client\.$/)
  await client.line(/^Waiting for bytes from the server\.$/)
  if (process.platform === 'linux') {
    const idle = { state: ESTABLISHED, queues: '00000000:00000000' }
    expect(connectionRow(12824, port)).toEqual(idle)
    expect(connectionRow(port, 12824)).toEqual(idle)
  }
  expect(server.running && client.running).toBe(true)
}

const ESTABLISHED = '01'

/** What Linux says of the connection from a local port to a remote one; `queues` is what waits to leave and to be read. */
function connectionRow(local: number, remote: number) {
  const ends = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const row of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const [, from, to, state, queues] = row.trim().split(/\s+/)
    if (from === ends(local) && to === ends(remote)) return { state, queues }
  }
  return null
}

/** Holds a port of the loopback address while the work is done. */
async function usingPort(protocol: 'tcp' | 'udp', port: number, work: () => Promise<void>): Promise<void> {
  let holder: DatagramSocket | Server
  if (protocol === 'udp') {
    holder = createSocket('udp4')
    holder.bind(port, '127.0.0.1')
  } else {
    holder = createServer((connection) => connection.on('error', () => {}).resume())
    holder.listen(port, '127.0.0.1')
  }
  await once(holder, 'listening')
  try {
    await work()
  } finally {
    holder.close()
    await once(holder, 'close')
  }
}

function programFiles(): string[] {
  const files = [...LABS.values()].flatMap(({ programs }) => programs.flatMap(({ files }) => Object.values(files)))
  return [...new Set(files)]
}

function textOf(file: string): string {
  return readFileSync(join(CATALOG, file), 'utf8')
}

function indented(line: string): string {
  return `  ${line}`
}

/** The width of a line on the screen: Chinese takes two columns a character. */
function columns(line: string): number {
  return [...line].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0)
}
