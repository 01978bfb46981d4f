import { describe, expect, it } from 'vitest'
import type { SocketView, Story } from '../../../labs/checks/story.ts'
import { tellLatest } from '../../../labs/checks/tell.ts'
import { udpFrame } from '../../helpers/frames.ts'
import { at, MS, type Passage, rowOf, StreamMaker, socketOf, TWO_HOSTS, US } from '../../helpers/stream.ts'
import { datagramToNobody, fourBytes, type Recorded } from '../../helpers/streams.ts'
import { argsOf, Talk } from '../../helpers/talk.ts'

function storyOf({ lab, events }: Pick<Recorded, 'lab' | 'events'>): Story {
  const story = tellLatest(lab, events)
  if (!story) throw new Error('Nothing has run.')
  return story
}

/** A row as text: whose, state, ports, queues, who holds it; `~` for derived, `×` for gone. */
function row({ program, state, local, remote, receiveQueue, sendQueue, owner, derived, gone }: SocketView): string {
  const ports = `${local?.port ?? '-'}>${remote?.port ?? '-'}`
  const held = owner ? `${owner.program}:${owner.descriptor}` : 'nobody'
  return `${program} ${state} ${ports} ${receiveQueue}/${sendQueue} ${held}${derived ? '~' : ''}${gone ? '×' : ''}`
}

const rowsAt = (story: Story, step: number): string[] => story.socketsAt(step).map(row)

/** The step of the first call of this name and kind. */
function stepOf(story: Story, program: string, name: string, kind: 'calls' | 'waits' | 'returns' = 'calls'): number {
  const found = story.steps.find(
    (step) => step.kind === kind && step.program === program && story.calls[step.call]?.name === name,
  )
  if (!found) throw new Error(`There is no step ${kind} of ${program}’s ${name}.`)
  return found.at
}

const packetStep = (story: Story, number: number): number =>
  story.steps.find((step) => step.kind === 'packet' && step.packet === number)?.at ?? 0

const overWire = (takes = 50 * US): [Passage, Passage] => [
  { wire: 0, from: 0, takes },
  { wire: 0, from: 1, takes },
]
const ENDS = ['10.0.0.1:40112', '10.0.0.2:12824'] as const

describe('the table of sockets', () => {
  it('has a socket from the call that makes it, and its address from the call that binds it', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'py')
    const fresh = socketOf(1, 'tcp', { descriptor: 3 })
    const bound = socketOf(1, 'tcp', { descriptor: 3, local: '127.0.0.1:12824' })
    server.call('socket', 'socket', { socket: fresh })
    server.call('bind', 'bind', { socket: bound })
    stream.wait(10)
    const owner = { program: 'server', run: 1, descriptor: 3 }
    stream.sockets([rowOf('7', 'tcp', 'CLOSED', { owner })])
    server.call('listen', 'listen', { args: '5', socket: bound })
    server.call('close', 'close', { socket: bound })
    const story = storyOf(stream)
    expect(rowsAt(story, 1)).toEqual([])
    expect(rowsAt(story, 2)).toEqual(['server CLOSED ->- 0/0 server:3~'])
    expect(rowsAt(story, 3)).toEqual(['server CLOSED 12824>- 0/0 server:3~'])
    expect(rowsAt(story, 4)).toEqual(['server LISTEN 12824>- 0/5 server:3~'])
    expect(rowsAt(story, 5)).toEqual(['server CLOSED 12824>- 0/0 nobody~×'])
    expect(story.socketsAt(4).map(({ id }) => id)).toEqual(['7'])
    expect(story.socketsAt(2)[0]?.before).toBe(null)
    expect(story.socketsAt(3)[0]?.before).toEqual({ local: null })
    expect(story.socketsAt(4)[0]?.before).toEqual({ state: 'CLOSED', sendQueue: 0 })
  })

  it('takes the kernel’s word as soon as it is there', () => {
    const { lab, events } = fourBytes()
    const story = storyOf({ lab, events })
    const listening = stepOf(story, 'server', "'listening'")
    expect(rowsAt(story, listening)).toEqual(['server LISTEN 12824>- 0/128 server:18~'])
    expect(rowsAt(story, listening + 1)).toEqual(['server LISTEN 12824>- 0/128 server:18'])
    expect(rowsAt(story, story.steps.length)).toEqual(['client TIME-WAIT 40112>12824 0/0 nobody'])
  })

  it('derives what polling never sees: SYN-SENT, SYN-RECEIVED, a connection that nobody holds yet, bytes that wait', () => {
    const talk = new Talk()
    talk.connect()
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.accept()()
    talk.receive(1, 4)
    const story = storyOf(talk.stream)
    const listener = (waiting: number) => `server LISTEN 12824>- ${waiting}/128 server:3~`
    expect(rowsAt(story, packetStep(story, 1))).toEqual([
      listener(0),
      'server SYN-RECEIVED 12824>40112 0/0 nobody~',
      'client SYN-SENT 40112>12824 0/1 client:3~',
    ])
    expect(rowsAt(story, packetStep(story, 3))).toEqual([
      listener(1),
      'server ESTABLISHED 12824>40112 0/0 nobody~',
      'client ESTABLISHED 40112>12824 0/0 client:3~',
    ])
    expect(rowsAt(story, packetStep(story, 4))).toEqual([
      listener(1),
      'server ESTABLISHED 12824>40112 4/0 nobody~',
      'client ESTABLISHED 40112>12824 0/4 client:3~',
    ])
    expect(rowsAt(story, packetStep(story, 5))[2]).toBe('client ESTABLISHED 40112>12824 0/0 client:3~')
    expect(rowsAt(story, stepOf(story, 'server', 'accept'))).toEqual([
      listener(0),
      'server ESTABLISHED 12824>40112 4/0 server:4~',
      'client ESTABLISHED 40112>12824 0/0 client:3~',
    ])
    expect(rowsAt(story, stepOf(story, 'server', 'recv'))[1]).toBe('server ESTABLISHED 12824>40112 0/0 server:4~')
  })

  it('goes through closing to the end, and says what goes where it was', () => {
    const talk = new Talk().open()
    talk.close(0)
    talk.wire.send(0, ['FIN', 'ACK'])
    talk.wire.send(1, ['ACK'])
    talk.receive(1, 0)
    talk.close(1)
    talk.wire.send(1, ['FIN', 'ACK'])
    talk.wire.send(0, ['ACK'])
    const story = storyOf(talk.stream)
    const ends = (number: number) => rowsAt(story, packetStep(story, number)).slice(1)
    expect(ends(4)).toEqual([
      'server CLOSE-WAIT 12824>40112 1/0 server:4~',
      'client FIN-WAIT-1 40112>12824 0/1 nobody~',
    ])
    expect(ends(5)[1]).toBe('client FIN-WAIT-2 40112>12824 0/0 nobody~')
    expect(rowsAt(story, stepOf(story, 'server', 'recv'))[1]).toBe('server CLOSE-WAIT 12824>40112 0/0 server:4~')
    expect(ends(6)).toEqual(['server LAST-ACK 12824>40112 0/1 nobody~', 'client TIME-WAIT 40112>12824 0/0 nobody~'])
    expect(ends(7)).toEqual(['server CLOSED 12824>40112 0/0 nobody~×', 'client TIME-WAIT 40112>12824 0/0 nobody~'])
    expect(story.socketsAt(packetStep(story, 7))[1]?.before).toMatchObject({ state: 'LAST-ACK' })
    expect(rowsAt(story, story.steps.length + 1)).toHaveLength(2)
  })

  it('keeps the socket of a refused caller until its program lets it go', () => {
    const stream = new StreamMaker()
    const client = stream.start('client', 'py')
    const fresh = socketOf(1, 'tcp', { descriptor: 3 })
    client.call('socket', 'socket', { socket: fresh })
    const connect = client.begin('connect', 'connect', { args: argsOf('127.0.0.1:9'), socket: fresh })
    const talk = new Talk({ stream: new StreamMaker() })
    const syn = talk.wire.send(0, ['SYN'], '', { tcp: { from: '127.0.0.1:40112', to: '127.0.0.1:9' } })
    stream.frame(syn.bytes)
    const rst = talk.wire.send(1, ['RST', 'ACK'], '', {
      tcp: { from: '127.0.0.1:9', to: '127.0.0.1:40112', sequence: 0 },
    })
    stream.frame(rst.bytes)
    connect({ error: 'ECONNREFUSED', socket: fresh })
    client.call('close', 'close', { socket: fresh })
    const story = storyOf(stream)
    expect(story.steps.map(({ at }) => rowsAt(story, at)).slice(2)).toEqual([
      ['client CLOSED ->- 0/0 client:3~'],
      ['client SYN-SENT 40112>9 0/1 client:3~'],
      ['client CLOSED ->- 0/0 client:3~'],
      ['client CLOSED ->- 0/0 client:3~'],
      ['client CLOSED ->- 0/0 nobody~×'],
    ])
  })

  it('is honest about UDP: it has no states to go through, and how full its queue is the kernel alone says', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'py')
    const bound = socketOf(1, 'udp', { descriptor: 3, local: '127.0.0.1:12822' })
    server.call('socket', 'socket', { socket: socketOf(1, 'udp', { descriptor: 3 }) })
    server.call('bind', 'bind', { socket: bound })
    const client = stream.start('client', 'py')
    const socket = socketOf(1, 'udp', { descriptor: 3, local: '0.0.0.0:41066' })
    const send = client.begin('sendto', 'send', { bytes: 3, args: `b'one', ${argsOf('127.0.0.1:12822')}`, socket })
    stream.frame(udpFrame({ from: '127.0.0.1:41066', to: '127.0.0.1:12822', payload: 'one' }))
    send({ bytes: 3, socket, peer: at('127.0.0.1:12822') })
    stream.wait(5)
    const owner = { program: 'server', run: 1, descriptor: 3 }
    stream.sockets([rowOf('1', 'udp', 'UNCONN', { local: '127.0.0.1:12822', owner, queues: [832, 0] })])
    const got = { args: '1024', bytes: 3, peer: at('127.0.0.1:41066'), socket: bound }
    server.call('recvfrom', 'receive', got)
    server.call('close', 'close', { socket: bound })
    const story = storyOf(stream)
    const steps = story.steps.map((step) => rowsAt(story, step.at)[0])
    expect(steps.slice(2)).toEqual([
      'server UNCONN 12822>- 0/0 server:3~',
      'server UNCONN 12822>- 0/0 server:3~',
      'server UNCONN 12822>- 0/0 server:3~',
      'server UNCONN 12822>- 832/0 server:3',
      'server UNCONN 12822>- 0/0 server:3~',
      'server UNCONN 12822>- 0/0 nobody~×',
    ])
    expect(story.steps.every(({ states }) => states.length === 0)).toBe(true)
  })

  it('shows a sender’s socket from its first datagram on, when its runtime made it only then', () => {
    const story = storyOf(datagramToNobody())
    const datagram = packetStep(story, 1)
    expect(rowsAt(story, datagram - 1)).toHaveLength(1)
    expect(rowsAt(story, datagram)[1]).toBe('send UNCONN 41066>- 0/0 send:17~')
  })

  it.each(['py', 'ts'] as const)('keeps the partner of a connected UDP socket when it sends, in %s', (language) => {
    const stream = new StreamMaker()
    const ask = stream.start('client', language)
    const fresh = socketOf(1, 'udp', { descriptor: 3 })
    const socket = socketOf(1, 'udp', { descriptor: 3, local: '127.0.0.1:41066', remote: '127.0.0.1:12822' })
    if (language === 'py') {
      ask.call('socket', 'socket', { socket: fresh })
      ask.call('connect', 'connect', { args: argsOf('127.0.0.1:12822'), socket })
    } else ask.heard('connect', 'connect', { socket })
    const send = ask.begin('send', 'send', { bytes: 3, args: `b'one'`, socket })
    stream.frame(udpFrame({ from: '127.0.0.1:41066', to: '127.0.0.1:12822', payload: 'one' }))
    send({ bytes: 3, socket })
    const story = storyOf(stream)
    const datagram = packetStep(story, 1)
    const rows = [datagram - 1, datagram, datagram + 1].map((step) => rowsAt(story, step)[0])
    expect(rows).toEqual(Array.from({ length: 3 }, () => 'client ESTABLISHED 41066>12822 0/0 client:3~'))
  })

  it('ends with its program', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'py')
    const socket = socketOf(1, 'tcp', { descriptor: 3, local: '127.0.0.1:12824' })
    server.call('socket', 'socket', { socket: socketOf(1, 'tcp', { descriptor: 3 }) })
    server.call('listen', 'listen', { socket })
    server.exit(null, 'SIGKILL')
    const story = storyOf(stream)
    expect(rowsAt(story, 4)).toEqual(['server CLOSED 12824>- 0/0 nobody~×'])
    expect(story.steps[3]?.states).toMatchObject([{ from: 'LISTEN', to: 'CLOSED' }])
  })

  it('begins with what earlier runs left, and shows strangers when the kernel tells of them', () => {
    const stream = new StreamMaker()
    stream.sockets([rowOf('1', 'tcp', 'TIME-WAIT', { local: '127.0.0.1:5', remote: '127.0.0.1:6' })])
    stream.sockets([rowOf('2', 'udp', 'UNCONN', { local: '127.0.0.1:7' })])
    stream.sockets([], ['2'])
    const server = stream.start('server', 'py')
    stream.sockets([rowOf('3', 'udp', 'UNCONN', { local: '127.0.0.1:8' })])
    server.exit()
    const story = storyOf(stream)
    expect(rowsAt(story, 0)).toEqual(['null TIME-WAIT 5>6 0/0 nobody'])
    expect(rowsAt(story, 1)).toEqual(['null TIME-WAIT 5>6 0/0 nobody', 'null UNCONN 8>- 0/0 nobody'])
  })

  it('takes a whole table for the end of all it does not tell of', () => {
    const stream = new StreamMaker()
    stream.start('server', 'py')
    stream.sockets([rowOf('1', 'udp', 'UNCONN', { local: '127.0.0.1:7' })])
    const rows = [rowOf('2', 'udp', 'UNCONN', { local: '127.0.0.1:8' })]
    stream.wait(5)
    stream.tell({ kind: 'sockets', host: 'here', rows, gone: [], whole: true })
    stream.start('client', 'py')
    const story = storyOf(stream)
    expect(rowsAt(story, 2)).toEqual(['null UNCONN 8>- 0/0 nobody'])
  })

  it('keeps TIME-WAIT at the last step, also when the kernel has let it go a minute later', () => {
    const { lab, events } = fourBytes()
    const last = events.at(-1) as Recorded['events'][number]
    const gone = { kind: 'sockets', host: 'here', rows: [], gone: ['2'], n: 1e6, t: last.t + 60_000 * MS } as const
    const story = storyOf({ lab, events: [...events, gone] })
    expect(rowsAt(story, story.steps.length)).toEqual(['client TIME-WAIT 40112>12824 0/0 nobody'])
  })

  it('counts a look when the table was really read, though it began before', () => {
    const talk = new Talk()
    const began = talk.stream.now
    talk.open()
    const rows = [
      rowOf('5', 'tcp', 'ESTABLISHED', {
        local: talk.ends[0],
        remote: talk.ends[1],
        owner: { program: 'client', run: 2, descriptor: 3 },
      }),
      // The table was read before the connection was accepted, and its owner looked for after.
      rowOf('6', 'tcp', 'CLOSED', { owner: { program: 'server', run: 1, descriptor: 4 } }),
    ]
    talk.stream.tell({ kind: 'sockets', host: 'here', rows, gone: [] }, began)
    const story = storyOf(talk.stream)
    const client = (step: number) => rowsAt(story, step).find((text) => text.startsWith('client'))
    expect(client(packetStep(story, 1))).toBe('client SYN-SENT 40112>12824 0/1 client:3~')
    expect(client(packetStep(story, 2))).toBe('client ESTABLISHED 40112>12824 0/0 client:3')
    expect(story.steps.flatMap(({ states }) => states.map(({ to }) => to))).not.toContain('CLOSED')
  })

  it('accounts for a packet when it arrives, not when it was sent', () => {
    const talk = new Talk({ lab: TWO_HOSTS, ends: ENDS, passages: overWire() }).open()
    talk.close(0)
    talk.wire.send(0, ['FIN', 'ACK'], '', { takes: 100 * MS })
    talk.stream.wait(10)
    talk.close(1)
    talk.wire.send(1, ['FIN', 'ACK'], '', { takes: 100 * MS, tcp: { acknowledgment: (talk.wire.next[0] - 1) >>> 0 } })
    talk.stream.wait(200)
    talk.wire.send(0, ['ACK'])
    talk.wire.send(1, ['ACK'])
    const story = storyOf(talk.stream)
    const ends = (number: number) => rowsAt(story, packetStep(story, number)).map((text) => text.split(' ')[1])
    expect(ends(4)).toEqual(['LISTEN', 'ESTABLISHED', 'FIN-WAIT-1'])
    expect(ends(5)).toEqual(['LISTEN', 'CLOSING', 'CLOSING'])
    expect(ends(7)).toEqual(['LISTEN', 'TIME-WAIT', 'TIME-WAIT'])
  })
})

describe('the states of a connection', () => {
  const way = (story: Story, upTo: number, conversation: number | null = null) =>
    story.statesAt(upTo, conversation).map(({ program, from, to }) => `${program} ${from}>${to}`)

  it('begin with those who listen, and go on with both ends of the latest connection', () => {
    const story = storyOf(fourBytes())
    expect(way(story, 3)).toEqual([])
    expect(way(story, packetStep(story, 1) - 1)).toEqual(['server CLOSED>LISTEN'])
    const whole = [
      'server CLOSED>LISTEN',
      'client CLOSED>SYN-SENT',
      'server LISTEN>SYN-RECEIVED',
      'client SYN-SENT>ESTABLISHED',
      'server SYN-RECEIVED>ESTABLISHED',
      'client ESTABLISHED>FIN-WAIT-1',
      'server ESTABLISHED>CLOSE-WAIT',
      'client FIN-WAIT-1>FIN-WAIT-2',
      'server CLOSE-WAIT>LAST-ACK',
      'client FIN-WAIT-2>TIME-WAIT',
      'server LAST-ACK>CLOSED',
      'server LISTEN>CLOSED',
    ]
    expect(way(story, story.steps.length)).toEqual(whole)
    expect(way(story, packetStep(story, 3))).toEqual(whole.slice(0, 5))
    expect(way(story, story.steps.length, 0)).toEqual(whole)
  })

  it('are derived where the table never showed them, and the kernel’s where it did', () => {
    const story = storyOf(fourBytes())
    const derived = story.statesAt(99, null).map(({ to, derived }) => `${to}${derived ? '~' : ''}`)
    expect(derived.filter((state) => !state.endsWith('~'))).toEqual(['LISTEN', 'TIME-WAIT'])
  })

  it('end in CLOSED at both ends by a reset, also where bytes were lost that came before', () => {
    const talk = new Talk({ lab: TWO_HOSTS, ends: ENDS, passages: overWire() }).open()
    talk.send(0, 4)
    talk.wire.send(0, ['PSH', 'ACK'], 'data', { fate: 'lost' })
    talk.close(1)
    talk.wire.send(1, ['RST', 'ACK'])
    const story = storyOf(talk.stream)
    expect(way(story, story.steps.length).slice(-2)).toEqual(['server ESTABLISHED>CLOSED', 'client ESTABLISHED>CLOSED'])
  })

  it('follow two ends that call each other at once', () => {
    const stream = new StreamMaker()
    stream.start('server', 'py')
    stream.start('client', 'py')
    const talk = new Talk()
    const frames = [
      talk.wire.send(0, ['SYN']),
      talk.wire.send(1, ['SYN'], '', { tcp: { acknowledgment: 0 } }),
      talk.wire.send(0, ['SYN', 'ACK'], '', { tcp: { sequence: (talk.wire.next[0] - 1) >>> 0 }, quiet: true }),
      talk.wire.send(1, ['ACK']),
    ]
    for (const { bytes } of frames) stream.frame(bytes)
    const story = storyOf(stream)
    const states = story.steps.flatMap(({ states }) => states.map(({ from, to }) => `${from}>${to}`))
    expect(states).toEqual([
      'CLOSED>SYN-SENT',
      'CLOSED>SYN-SENT',
      'SYN-SENT>SYN-RECEIVED',
      'SYN-SENT>ESTABLISHED',
      'SYN-RECEIVED>ESTABLISHED',
    ])
  })

  it('follow the kernel’s word where frames are missing', () => {
    const talk = new Talk().open()
    const since = talk.stream.now
    talk.stream.missing('packets', 3, since, since + 5 * MS)
    talk.stream.wait(5)
    const owner = { program: 'server', run: 1, descriptor: 4 }
    talk.stream.sockets([
      rowOf('6', 'tcp', 'CLOSE-WAIT', { local: talk.ends[1], remote: talk.ends[0], owner, queues: [1, 0] }),
    ])
    talk.receive(1, 0)
    const story = storyOf(talk.stream)
    expect(story.statesAt(99, 0).at(-1)).toMatchObject({
      program: 'server',
      from: 'ESTABLISHED',
      to: 'CLOSE-WAIT',
      derived: false,
    })
  })
})
