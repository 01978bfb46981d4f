import { describe, expect, it } from 'vitest'
import type { Story } from '../../../labs/checks/story.ts'
import { tell, tellLatest } from '../../../labs/checks/tell.ts'
import { type BenchEvent, isObserved } from '../../../labs/events.ts'
import { NO_FAULTS } from '../../../labs/faults.ts'
import type { Lab } from '../../../labs/lab.ts'
import { seeded } from '../../helpers/random.ts'
import { MS, ONE_HOST, StreamMaker, socketOf, US } from '../../helpers/stream.ts'
import { datagramToNobody, fourBytes } from '../../helpers/streams.ts'
import { Talk } from '../../helpers/talk.ts'
import { told, words } from '../../helpers/told.ts'

const latest = (lab: Lab, events: readonly BenchEvent[]): Story => {
  const story = tellLatest(lab, events)
  if (!story) throw new Error('Nothing has run.')
  return story
}

/** Everything that a story says at all of its steps, as plain data. */
function everything(story: Story): unknown {
  const ats = Array.from({ length: story.steps.length + 1 }, (_, at) => at)
  const programs = story.acts.map(({ program }) => program)
  return {
    ...story,
    sockets: ats.map((at) => story.socketsAt(at)),
    doing: ats.flatMap((at) => programs.map((program) => story.doingAt(at, program))),
    lines: ats.flatMap((at) => programs.map((program) => story.linesAt(at, program))),
    states: ats.map((at) => story.statesAt(at, null)),
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** The same events as they are written down when observers are late, each by its own amount: `n` says so. */
function late(events: readonly BenchEvent[], random: () => number): BenchEvent[] {
  const delays = new Map<string, number>()
  const observer = (event: BenchEvent) => {
    if (!isObserved(event)) return 'bench'
    if ('run' in event) return `run ${event.run}`
    return event.kind === 'frame' ? 'frame' : 'other'
  }
  const due = events.map((event, i) => {
    const who = observer(event)
    if (!delays.has(who)) delays.set(who, who === 'bench' ? 0 : random() * 400 * MS)
    return { event, i, due: event.t + (delays.get(who) as number) }
  })
  due.sort((a, b) => a.due - b.due || a.i - b.i)
  return due.map(({ event }, i) => ({ ...event, n: i + 1 }))
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1))
    ;[result[i], result[other]] = [result[other] as Item, result[i] as Item]
  }
  return result
}

describe('a story', () => {
  it('tells a datagram to a port where nobody is, step by step', () => {
    const { lab, events } = datagramToNobody()
    expect(told(latest(lab, events))).toEqual([
      '1 receive starts',
      '2 receive socket()',
      '3 receive bind()',
      '4 receive recvfrom() waits',
      '5 send starts',
      '6 send createSocket()',
      '7 send send()',
      '8 UDP +4 send>here',
      '9 ICMP port-unreachable here>send (port-unreachable)',
      "10 send 'send'",
      '11 send close()',
      '12 send ends',
    ])
  })

  it('tells four bytes from a client in Python to a server in TypeScript, step by step', () => {
    const { lab, events } = fourBytes()
    expect(told(latest(lab, events))).toEqual([
      '1 server starts',
      '2 server createServer()',
      '3 server listen()',
      "4 server 'listening' [server CLOSED>LISTEN]",
      "5 server 'connection' waits",
      '6 client starts',
      '7 client socket()',
      '8 client connect() waits',
      '9 SYN 0/null client>server [client CLOSED>SYN-SENT~, server LISTEN>SYN-RECEIVED~]',
      '10 SYN,ACK 0/1 server>client [client SYN-SENT>ESTABLISHED~]',
      '11 ACK 1/1 client>server [server SYN-RECEIVED>ESTABLISHED~]',
      '12 client connect() returns',
      "13 server 'connection' returns",
      "14 server 'readable' waits",
      '15 client getsockname()',
      '16 client sendall()',
      '17 PSH,ACK 1/1 +4 client>server',
      '18 ACK 1/5 server>client',
      "19 server 'readable' returns",
      '20 client close()',
      '21 FIN,ACK 5/1 client>server [client ESTABLISHED>FIN-WAIT-1~, server ESTABLISHED>CLOSE-WAIT~]',
      '22 server read()',
      '23 ACK 1/6 server>client [client FIN-WAIT-1>FIN-WAIT-2~]',
      '24 server destroy()',
      '25 FIN,ACK 1/6 server>client [server CLOSE-WAIT>LAST-ACK~, client FIN-WAIT-2>TIME-WAIT]',
      '26 ACK 6/2 client>server [server LAST-ACK>CLOSED~]',
      '27 server close() [server LISTEN>CLOSED~]',
      '28 client ends',
      '29 server ends',
    ])
  })

  it('is the same whenever it is told again', () => {
    for (const { lab, events } of [datagramToNobody(), fourBytes()]) {
      expect(plain(everything(latest(lab, events)))).toEqual(plain(everything(latest(lab, events))))
    }
  })

  it('does not change what it is told of', () => {
    const { lab, events } = fourBytes()
    const before = structuredClone(events)
    everything(latest(lab, events))
    expect(events).toEqual(before)
  })

  it('is the same however late the observers are, and in whatever order the events stand', () => {
    const random = seeded(7)
    for (const { lab, events } of [datagramToNobody(), fourBytes()]) {
      const expected = plain(everything(latest(lab, events)))
      for (let times = 0; times < 25; times++) {
        const others = shuffled(late(events, random), random)
        expect(plain(everything(latest(lab, others)))).toEqual(expected)
      }
    }
  })

  it('counts packets in the order in which they were written down, and tells them in the order of time', () => {
    const { lab, events } = fourBytes()
    const frames = events.filter(({ kind }) => kind === 'frame')
    const [first, second] = frames as [BenchEvent, BenchEvent]
    const swapped = events.map((event) =>
      event === first ? { ...first, n: second.n } : event === second ? { ...second, n: first.n } : event,
    )
    const story = latest(lab, swapped)
    const packets = story.steps.flatMap((step) => (step.kind === 'packet' ? [step.packet] : []))
    expect(packets).toEqual([2, 1, 3, 4, 5, 6, 7, 8, 9])
    expect(told(story)).toEqual(told(latest(lab, events)))
  })

  it('puts a cause before what it causes, where clocks contradict each other', () => {
    const talk = new Talk().open()
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.receive(1, 4)
    const early = talk.stream.events.map((event) => {
      // The stamps of frames are 90 µs too early: before the call, which took 20 µs and lies 20 µs before its frame.
      return event.kind === 'frame'
        ? { ...event, t: event.t - 90 * US, handedOn: (event.handedOn ?? 0) - 90 * US }
        : event
    })
    const story = latest(talk.stream.lab, early)
    const lines = told(story).map((line) => line.replace(/^\d+ /, ''))
    expect(lines.indexOf('client send()')).toBeLessThan(lines.indexOf('PSH,ACK 1/1 +4 client>server'))
    expect(lines.indexOf('PSH,ACK 1/1 +4 client>server')).toBeLessThan(lines.indexOf('server recv()'))
    expect(lines.indexOf('client connect() waits')).toBeLessThan(lines.findIndex((line) => line.startsWith('SYN 0')))
    const times = story.steps.map(({ t }) => t)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it('ties the steps of a call to those of its packets, both ways', () => {
    const { lab, events } = fourBytes()
    const { steps } = latest(lab, events)
    const related = (at: number) => steps[at - 1]?.related
    expect(related(8)).toEqual([9, 12])
    expect(related(9)).toEqual([8])
    expect(related(10)).toEqual([12])
    expect(related(11)).toEqual([13])
    expect(related(17)).toEqual([16, 22])
    expect(related(20)).toEqual([21])
    expect(related(24)).toEqual([25])
  })

  it('is settled only when everything that ran has ended and was told', () => {
    const { lab, events } = fourBytes()
    expect(latest(lab, events).settled).toBe(true)
    expect(latest(lab, events.slice(0, -1)).settled).toBe(false)
    expect(latest(...(Object.values(datagramToNobody()) as [Lab, BenchEvent[]])).settled).toBe(false)
  })
})

describe('runs of a lab', () => {
  it('begin when a program starts while none was running; two runs on one port are two stories', () => {
    const talk = new Talk().open()
    const goodbye = ({ wire, client, server }: Talk) => {
      wire.send(0, ['FIN', 'ACK'])
      wire.send(1, ['FIN', 'ACK'])
      wire.send(0, ['ACK'])
      client.exit()
      server.exit()
    }
    goodbye(talk)
    talk.stream.settle().wait(500)
    const again = new Talk({ stream: talk.stream, isn: [77, 88] }).open()
    goodbye(again)
    const [first, second] = tell(talk.stream.lab, talk.stream.events) as [Story, Story]
    expect([first.run, second.run]).toEqual([1, 2])
    expect([first.settled, second.settled]).toEqual([true, false])
    expect(first.packets.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6])
    expect(second.packets.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6])
    expect(second.acts.map(({ run }) => run)).toEqual([3, 4])
    expect(second.conversations).toHaveLength(1)
    expect(tellLatest(talk.stream.lab, talk.stream.events)?.run).toBe(2)
  })

  it('are not begun by shells, and a program that could not start has ended', () => {
    const stream = new StreamMaker()
    expect(tell(ONE_HOST, stream.events)).toEqual([])
    const shell = stream.start('shell@here', 'sh')
    expect(tellLatest(ONE_HOST, stream.events)).toBe(null)
    stream.tell({ kind: 'starting', program: 'server', run: 9, language: 'py', columns: 80, rows: 24 })
    stream.tell({ kind: 'failed', program: 'server', run: 9, trouble: { kind: 'no-interpreter', language: 'py' } })
    shell.exit()
    const story = latest(ONE_HOST, stream.events)
    expect(story.acts).toMatchObject([{ program: 'server', run: 9, exit: null }])
    expect(story.acts[0]?.ended).not.toBe(null)
    expect(told(story)).toEqual(['1 server starts', '2 server ends'])
  })
})

describe('steps', () => {
  it('are one for a call that comes back at once, and two for one that waits', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'py')
    const socket = socketOf(1, 'udp', { local: '127.0.0.1:5', descriptor: 3 })
    server.call('setsockopt', 'option', { args: 'SOL_SOCKET, SO_REUSEADDR, 1', socket })
    const wait = server.begin('recvfrom', 'receive', { args: '10', socket })
    stream.start('client', 'py')
    wait({ error: 'TimeoutError', socket })
    const alone = server.begin('recvfrom', 'receive', { args: '10', socket })
    stream.wait(700)
    alone({ error: 'TimeoutError', socket })
    server.begin('recvfrom', 'receive', { args: '10', socket })
    expect(told(latest(ONE_HOST, stream.events))).toEqual([
      '1 server starts',
      '2 server setsockopt()',
      '3 server recvfrom() waits',
      '4 client starts',
      '5 server recvfrom() returns',
      '6 server recvfrom()',
      '7 server recvfrom() waits',
    ])
  })

  it('tell that a send waited when it found no room, and not when the machine was slow', () => {
    const talk = new Talk().open()
    const comeBack = talk.client.begin('sendall', 'send', { bytes: 8, socket: talk.connected })
    talk.wire.data(0, 'data')
    talk.stream.wait(80)
    talk.wire.data(0, 'more')
    comeBack({ bytes: 8, socket: talk.connected })
    const slow = talk.client.begin('sendall', 'send', { bytes: 4, socket: talk.connected })
    talk.wire.data(0, 'last')
    talk.stream.wait(8)
    slow({ bytes: 4, socket: talk.connected })
    const lines = told(latest(talk.stream.lab, talk.stream.events)).filter((line) => line.includes('sendall'))
    expect(lines.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'client sendall() waits',
      'client sendall() returns',
      'client sendall()',
    ])
  })

  it('tell of handlers only when they are called, and of awaited events as of calls that wait', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'ts')
    const socket = socketOf(1, 'tcp', { local: '127.0.0.1:5' })
    server.armed('connection', { line: 3, awaited: false, socket })
    server.armed('listening', { line: 4, socket })
    server.heard('listening', 'listen', { line: 4, socket })
    server.armed('connection', { line: 5, socket })
    stream.start('client', 'ts')
    server.heard('error', 'listen', { line: 5, error: 'EADDRINUSE', socket })
    const story = latest(ONE_HOST, stream.events)
    expect(told(story)).toEqual([
      '1 server starts',
      "2 server 'listening' [server CLOSED>LISTEN~]",
      "3 server 'connection' waits",
      '4 client starts',
      "5 server 'connection' returns",
    ])
    expect(story.calls[1]).toMatchObject({ error: 'EADDRINUSE', event: true, deed: 'accept' })
  })

  it('let no line wait for an event that has come to it before', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'ts')
    const socket = socketOf(1, 'tcp', { local: '127.0.0.1:5' })
    const heard = (id: number) =>
      server.heard('connection', 'accept', { line: 5, socket, accepted: socketOf(id, 'tcp') })
    server.armed('connection', { line: 5, socket })
    heard(2)
    heard(3)
    server.armed('connection', { line: 5, socket })
    server.armed('connection', { line: 5, socket })
    stream.start('client', 'ts')
    heard(4)
    const lines = told(latest(ONE_HOST, stream.events)).map((line) => line.replace(/ \[.*/, ''))
    expect(lines.slice(1)).toEqual([
      "2 server 'connection'",
      "3 server 'connection'",
      "4 server 'connection' waits",
      '5 client starts',
      "6 server 'connection' returns",
    ])
  })

  it('tell of faults and of gaps when they were', () => {
    const talk = new Talk()
    const { stream } = talk
    const faults = {
      loss: 1,
      delay: 0,
      jitter: 0,
      duplicate: 0,
      reorder: 0,
      rate: null,
      queue: 20,
      cut: false,
      only: null,
    }
    stream.tell({ kind: 'faults', wire: 0, from: null, faults })
    stream.missing('packets', 12, stream.now - 5 * MS, stream.now)
    // Nothing was told between the two: they are one.
    stream.missing('packets', 2, stream.now - 4 * MS, stream.now)
    const story = latest(stream.lab, stream.events)
    expect(story.steps.slice(-3).map((step) => words(story, step))).toEqual([
      '14 packets missing',
      'client socket()',
      'faults of wire 0',
    ])
  })
})

describe('what a reader changes by hand', () => {
  const wire = { ends: ['a', 'b'], mtu: 1500, faults: [NO_FAULTS, NO_FAULTS] } as const
  const lab: Lab = { ...ONE_HOST, network: { ...ONE_HOST.network, wires: [wire], seed: 5 } }
  const stepsOf = (stream: StreamMaker) =>
    latest(lab, stream.events).steps.flatMap((step): unknown[] =>
      step.kind === 'faults' ? [step.changes] : step.kind === 'seed' ? [[step.before, step.seed]] : [],
    )

  it('is told with what was before, for one end or for both', () => {
    const stream = new StreamMaker(lab)
    stream.start('server', 'py')
    const loss = { ...NO_FAULTS, loss: 0.3 }
    stream.tell({ kind: 'faults', wire: 0, from: 'a', faults: loss })
    stream.tell({ kind: 'faults', wire: 0, from: null, faults: { ...loss, cut: true } })
    stream.tell({ kind: 'seed', seed: 9 })
    stream.tell({ kind: 'seed', seed: 9 })
    stream.tell({ kind: 'faults', wire: 0, from: null, faults: { ...loss, cut: true } })
    expect(stepsOf(stream)).toEqual([
      [{ from: 'a', fault: 'loss', before: 0, after: 0.3 }],
      [
        { from: null, fault: 'cut', before: false, after: true },
        { from: 'b', fault: 'loss', before: 0, after: 0.3 },
      ],
      [5, 9],
      [9, 9],
      [],
    ])
  })

  it('before a run, or in an earlier one, is no step of it, but the road on which it begins', () => {
    const stream = new StreamMaker(lab)
    stream.tell({ kind: 'faults', wire: 0, from: null, faults: { ...NO_FAULTS, delay: 200 } })
    const server = stream.start('server', 'py')
    stream.tell({ kind: 'seed', seed: 7 })
    server.exit()
    stream.start('server', 'py')
    stream.tell({ kind: 'faults', wire: 0, from: null, faults: { ...NO_FAULTS, delay: 50 } })
    const [first, second] = tell(lab, stream.events)
    expect([first?.wires.seed, first?.wires.wires[0]?.faults[1].delay]).toEqual([5, 200])
    expect([second?.wires.seed, second?.wires.wires[0]?.faults[1].delay]).toEqual([7, 200])
    expect(stepsOf(stream)).toEqual([[{ from: null, fault: 'delay', before: 200, after: 50 }]])
  })

  it('says that a program was ended by Stop, and of no other', () => {
    const stream = new StreamMaker(ONE_HOST)
    const server = stream.start('server', 'py')
    stream.start('client', 'py').exit(0)
    stream.tell({ kind: 'exited', program: 'server', run: server.run, code: null, signal: 'SIGHUP', stopped: true })
    expect(latest(ONE_HOST, stream.events).acts.map(({ exit }) => exit)).toEqual([
      { code: null, signal: 'SIGHUP', stopped: true },
      { code: 0, signal: null },
    ])
  })
})

describe('a story with less to go by', () => {
  it('has steps from the calls alone where packets are not seen', () => {
    const { lab, events } = fourBytes()
    const calls = events.filter(({ kind }) => kind !== 'frame')
    const blind = { kind: 'blind', instrument: 'packets', detail: 'not here', n: 0, t: 1 } as const
    const story = latest(lab, [blind, ...calls])
    expect(story.blind).toEqual([{ instrument: 'packets', detail: 'not here' }])
    expect(story.packets).toEqual([])
    expect(told(story).filter((line) => /connect|send|read|destroy/.test(line))).toHaveLength(8)
    const silences = story.calls.filter(({ deed, event }) => !event && (deed === 'connect' || deed === 'send'))
    expect(silences.map(({ silent }) => silent)).toEqual(['unknown', 'unknown'])
  })

  it('names the ends by the kernel’s table where no calls are told, and says that causes are unknown', () => {
    const { lab, events } = fourBytes()
    const untold = events.filter(({ kind }) => !['call', 'return', 'armed', 'heard'].includes(kind))
    const rows = (t: number, row: object) =>
      ({ kind: 'sockets', host: 'here', gone: [], rows: [row], n: 1e6 + t, t }) as never
    const frame = events.find(({ kind }) => kind === 'frame') as BenchEvent
    const row = {
      id: '9',
      protocol: 'tcp',
      state: 'ESTABLISHED',
      local: { address: '127.0.0.1', port: 40112 },
      remote: { address: '127.0.0.1', port: 12824 },
      receiveQueue: 0,
      sendQueue: 0,
      owner: { program: 'client', run: 2, descriptor: 3 },
    }
    const story = latest(lab, [...untold, rows(frame.t + MS, row)])
    expect(story.packets.map(({ sender }) => sender).slice(0, 2)).toEqual(['client', 'server'])
    expect(story.conversations[0]?.background).toBe(false)
    const deeds = story.packets.map(({ cause }) => ('kernel' in cause ? cause.kernel : 'a call'))
    expect(deeds).toEqual(['unknown', 'synack', 'ack', 'unknown', 'ack', 'unknown', 'ack', 'unknown', 'ack'])
  })
})
