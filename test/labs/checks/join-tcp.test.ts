import { describe, expect, it } from 'vitest'
import type { Call, Packet, Story } from '../../../labs/checks/story.ts'
import { tellLatest } from '../../../labs/checks/tell.ts'
import { tcpFrame } from '../../helpers/frames.ts'
import { MS, StreamMaker, socketOf, TWO_HOSTS, US } from '../../helpers/stream.ts'
import { argsOf, Talk } from '../../helpers/talk.ts'

function storyOf({ stream }: { stream: StreamMaker }): Story {
  const story = tellLatest(stream.lab, stream.events)
  if (!story) throw new Error('Nothing has run.')
  return story
}

const callsOf = (story: Story, name: string): Call[] => story.calls.filter((call) => call.name === name)
const dataOf = (story: Story): Packet[] => story.packets.filter(({ decoded }) => decoded.payload.length > 0)
const withFlag = (story: Story, flag: 'SYN' | 'FIN' | 'RST'): Packet[] =>
  story.packets.filter(({ decoded }) => decoded.tcp?.flags.includes(flag))
const causedBy = (story: Story, { cause }: Packet): Call | string | undefined =>
  'call' in cause ? story.calls[cause.call] : cause.kernel

/** Two hosts; the client's frames take 50 µs, and the server's too. */
const overWire = () =>
  new Talk({
    lab: TWO_HOSTS,
    ends: ['10.0.0.1:40112', '10.0.0.2:12824'],
    passages: [
      { wire: 0, from: 0, takes: 50 * US },
      { wire: 0, from: 1, takes: 50 * US },
    ],
  })

describe('the join of a TCP connection', () => {
  it('ties three sends to the one segment that carries them, and the first is its cause', () => {
    const talk = new Talk().open()
    for (const bytes of [3, 3, 5]) talk.send(0, bytes)
    talk.wire.data(0, 'onetwothree')
    talk.receive(1, 11)
    const story = storyOf(talk)
    const [segment] = dataOf(story)
    const sends = callsOf(story, 'send')
    expect(sends.map(({ range }) => range)).toEqual([
      { from: 0, to: 3 },
      { from: 3, to: 6 },
      { from: 6, to: 11 },
    ])
    expect(sends.map(({ packets }) => packets)).toEqual([[4], [4], [4]])
    expect(sends.map(({ silent }) => silent)).toEqual([null, 'travels-with', 'travels-with'])
    expect(segment?.range).toEqual({ from: 0, to: 11 })
    expect(causedBy(story, segment as Packet)).toBe(sends[0])
    const [receive] = callsOf(story, 'recv')
    expect(receive).toMatchObject({ packets: [4], range: { from: 0, to: 11 } })
    expect(segment?.receivedBy).toEqual([story.calls.indexOf(receive as Call)])
  })

  it('ties one send to all segments that carry it, and each receive to those that brought its bytes', () => {
    const talk = new Talk().open()
    talk.send(0, 10)
    for (const part of ['abcd', 'efgh', 'ij']) talk.wire.data(0, part)
    talk.receive(1, 6)
    talk.receive(1, 4)
    const story = storyOf(talk)
    const [send] = callsOf(story, 'send')
    expect(dataOf(story).map((packet) => causedBy(story, packet))).toEqual([send, send, send])
    expect(send?.packets).toEqual([4, 6, 8])
    expect(callsOf(story, 'recv').map(({ packets }) => packets)).toEqual([
      [4, 6],
      [6, 8],
    ])
  })

  it('counts sequence numbers from the first of their direction, also where they wrap', () => {
    const talk = new Talk().open()
    talk.send(0, 10)
    talk.wire.data(0, '0123456789')
    expect(storyOf(talk).packets.map(({ sequence, acknowledgment }) => [sequence, acknowledgment])).toEqual([
      [0, null],
      [0, 1],
      [1, 1],
      [1, 1],
      [1, 11],
    ])
  })

  it('links a retransmission to the first sending, and the receive to what arrived', () => {
    const talk = overWire().open()
    talk.send(0, 4)
    const sequence = talk.wire.next[0]
    talk.wire.send(0, ['PSH', 'ACK'], 'data', { fate: 'lost' })
    talk.stream.wait(210)
    talk.wire.send(0, ['PSH', 'ACK'], 'data', { tcp: { sequence }, quiet: true })
    talk.wire.send(1, ['ACK'])
    talk.receive(1, 4)
    const story = storyOf(talk)
    const [first, again] = dataOf(story) as [Packet, Packet]
    expect(first).toMatchObject({ number: 4, fate: 'lost', arrived: null, remarks: [], receivedBy: [] })
    expect(causedBy(story, first)).toBe(callsOf(story, 'send')[0])
    expect(again).toMatchObject({
      number: 5,
      about: 4,
      remarks: ['retransmission'],
      cause: { kernel: 'retransmission' },
    })
    expect(callsOf(story, 'send')[0]?.packets).toEqual([4])
    expect(callsOf(story, 'recv')[0]?.packets).toEqual([5])
  })

  it('calls a segment a duplicate when its receiver had it already', () => {
    const talk = overWire().open()
    talk.send(0, 4)
    const sequence = talk.wire.next[0]
    talk.wire.send(0, ['PSH', 'ACK'], 'data')
    talk.wire.send(1, ['ACK'], '', { fate: 'lost' })
    talk.stream.wait(210)
    talk.wire.send(0, ['PSH', 'ACK'], 'data', { tcp: { sequence }, quiet: true })
    const [, again] = dataOf(storyOf(talk))
    expect(again?.remarks).toEqual(['retransmission', 'duplicate'])
  })

  it('knows what arrives before bytes that come before it, and the acknowledgements that say so', () => {
    const talk = overWire().open()
    talk.send(0, 8)
    talk.wire.send(0, ['ACK'], 'data', { fate: 'late', takes: 5 * MS })
    talk.wire.send(0, ['PSH', 'ACK'], 'more')
    talk.stream.wait(0.1)
    const acknowledgment = (talk.wire.next[0] - 8) >>> 0
    talk.wire.send(1, ['ACK'], '', {
      tcp: { acknowledgment, options: { sack: [[acknowledgment + 4, acknowledgment + 8]] } },
    })
    talk.stream.wait(6)
    talk.wire.send(1, ['ACK'])
    talk.receive(1, 8)
    const story = storyOf(talk)
    expect(story.packets.slice(3).map(({ remarks }) => remarks)).toEqual([[], ['out-of-order'], [], []])
    expect(callsOf(story, 'recv')[0]?.packets).toEqual([4, 5])
  })

  it('knows a duplicate acknowledgement, a full window, a probe of it, and that it opens again', () => {
    const talk = new Talk().open()
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.send(0, 4)
    talk.wire.send(0, ['PSH', 'ACK'], 'more')
    const acknowledgment = (talk.wire.next[0] - 4) >>> 0
    talk.wire.send(1, ['ACK'], '', { tcp: { acknowledgment } })
    talk.wire.send(1, ['ACK'], '', { tcp: { window: 0 } })
    talk.wire.send(0, ['ACK'], '', { tcp: { sequence: (talk.wire.next[0] - 1) >>> 0 } })
    talk.wire.send(1, ['ACK'], '', { tcp: { window: 0 } })
    talk.wire.send(1, ['ACK'], '', { tcp: { window: 300 } })
    talk.stream.wait(1000)
    talk.wire.send(0, ['ACK'], '', { tcp: { sequence: (talk.wire.next[0] - 1) >>> 0 } })
    const story = storyOf(talk)
    expect(story.packets.slice(6).map(({ remarks }) => remarks)).toEqual([
      ['duplicate-ack'],
      ['zero-window'],
      ['window-probe'],
      ['zero-window'],
      ['window-update'],
      ['keep-alive'],
    ])
    expect(story.packets[8]?.cause).toEqual({ kernel: 'probe' })
    expect(story.packets[9]?.cause).toEqual({ kernel: 'ack' })
  })

  it('says that a send waits in a buffer when its bytes were never seen', () => {
    const talk = new Talk().open()
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.send(0, 9)
    talk.stream.wait(50)
    expect(callsOf(storyOf(talk), 'send').map(({ silent }) => silent)).toEqual([null, null])
    talk.stream.caughtUp()
    expect(callsOf(storyOf(talk), 'send').map(({ silent }) => silent)).toEqual([null, 'buffered'])
  })

  it('ties bytes that came before accept to the receive that took them', () => {
    const talk = new Talk()
    talk.connect()
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.close(0)
    talk.wire.send(0, ['FIN', 'ACK'])
    talk.stream.wait(500)
    talk.accept()()
    talk.receive(1, 4)
    talk.receive(1, 0)
    const story = storyOf(talk)
    const [accept] = callsOf(story, 'accept')
    expect(accept).toMatchObject({ packets: [3], silent: 'kernel-only' })
    expect(callsOf(story, 'recv').map(({ packets }) => packets)).toEqual([[4], [6]])
    expect(causedBy(story, withFlag(story, 'FIN')[0] as Packet)).toBe(callsOf(story, 'close')[0])
    expect(story.packets.map(({ sender, receiver }) => `${sender}>${receiver}`)).toEqual([
      'client>server',
      'server>client',
      'client>server',
      'client>server',
      'server>client',
      'client>server',
    ])
  })

  it('ties a refused connect to its SYN and to the reset, also when the socket has lost its address', () => {
    const stream = new StreamMaker()
    const client = stream.start('client', 'py')
    const fresh = socketOf(1, 'tcp', { descriptor: 3 })
    client.call('socket', 'socket', { socket: fresh })
    const connect = client.begin('connect', 'connect', { line: 8, args: argsOf('127.0.0.1:12823'), socket: fresh })
    const syn = tcpFrame({ from: '127.0.0.1:40112', to: '127.0.0.1:12823', flags: ['SYN'], sequence: 77 })
    stream.frame(syn)
    const ends = { from: '127.0.0.1:12823', to: '127.0.0.1:40112' }
    stream.frame(tcpFrame({ ...ends, flags: ['RST', 'ACK'], acknowledgment: 78, window: 0 }))
    connect({ error: 'ECONNREFUSED', socket: fresh, line: 8 })
    client.call('close', 'close', { socket: fresh })
    const story = storyOf({ stream })
    expect(story.packets).toMatchObject([
      { sequence: 0, sender: 'client', receiver: null, cause: { call: 1 }, receivedBy: [] },
      { sequence: 0, acknowledgment: 1, sender: null, receiver: 'client', cause: { kernel: 'reset' }, receivedBy: [1] },
    ])
    expect(story.packets[1]?.remarks).toEqual(['reset', 'port-unreachable'])
    expect(story.calls[1]).toMatchObject({ packets: [1, 2], silent: null, error: 'ECONNREFUSED' })
    expect(story.calls[2]).toMatchObject({ packets: [], silent: 'kernel-only' })
  })

  it('tells a reset by close, with bytes unread, from one that answers bytes for nobody', () => {
    const talk = new Talk().open()
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.close(1)
    talk.wire.send(1, ['RST', 'ACK'], '', { tcp: { window: 0 } })
    const unread = storyOf(talk)
    expect(causedBy(unread, withFlag(unread, 'RST')[0] as Packet)).toBe(callsOf(unread, 'close')[0])
    expect(callsOf(unread, 'close')[0]).toMatchObject({ packets: [6], silent: null })

    const other = new Talk().open()
    other.close(1)
    other.wire.send(1, ['FIN', 'ACK'])
    other.wire.send(0, ['ACK'])
    other.send(0, 4)
    other.wire.send(0, ['PSH', 'ACK'], 'late')
    other.wire.send(1, ['RST'], '', { tcp: { acknowledgment: 0, window: 0 } })
    other.receive(0, 0, { error: 'ECONNRESET' })
    const late = storyOf(other)
    const [reset] = withFlag(late, 'RST')
    expect(reset?.cause).toEqual({ kernel: 'reset' })
    expect(callsOf(late, 'recv')[0]?.packets).toEqual([reset?.number])
  })

  it('says that the kernel closes for a program that has ended, and puts the end before it', () => {
    const talk = new Talk().open()
    talk.wire.send(0, ['FIN', 'ACK'])
    talk.wire.send(1, ['ACK'])
    talk.stream.wait(3)
    talk.client.exit(null, 'SIGKILL')
    const story = storyOf(talk)
    const [fin] = withFlag(story, 'FIN')
    expect(fin?.cause).toEqual({ kernel: 'closes-for-program' })
    const kinds = story.steps.map((step) => (step.kind === 'packet' ? `packet ${step.packet}` : step.kind))
    expect(kinds.slice(-3)).toEqual(['ends', 'packet 4', 'packet 5'])
  })

  it('says that the runtime closes where Node ends its end by itself', () => {
    const talk = new Talk({ languages: ['ts', 'py'] }).open()
    talk.close(1)
    talk.wire.send(1, ['FIN', 'ACK'])
    talk.wire.send(0, ['ACK'])
    talk.stream.wait(1)
    talk.wire.send(0, ['FIN', 'ACK'])
    talk.wire.send(1, ['ACK'])
    talk.stream.wait(1)
    talk.client.heard('end', 'receive', { bytes: 0, socket: talk.connected })
    talk.close(0)
    talk.client.exit()
    const story = storyOf(talk)
    const [first, second] = withFlag(story, 'FIN') as [Packet, Packet]
    expect(causedBy(story, first)).toBe(callsOf(story, 'close')[0])
    expect(second.cause).toEqual({ kernel: 'runtime' })
    expect(story.calls.at(-1)).toMatchObject({ name: 'close', packets: [], silent: 'kernel-only' })
  })

  it('ties FIN to shutdown, and says of the close after it that it speaks to the kernel alone', () => {
    const talk = new Talk().open()
    talk.client.call('shutdown', 'shutdown', { args: 'SHUT_WR', socket: talk.connected })
    talk.wire.send(0, ['FIN', 'ACK'])
    talk.wire.send(1, ['ACK'])
    talk.close(1)
    talk.wire.send(1, ['FIN', 'ACK'])
    talk.wire.send(0, ['ACK'])
    talk.close(0)
    const story = storyOf(talk)
    expect(withFlag(story, 'FIN').map((packet) => (causedBy(story, packet) as Call).name)).toEqual([
      'shutdown',
      'close',
    ])
    expect(callsOf(story, 'close').map(({ silent }) => silent)).toEqual([null, 'kernel-only'])
  })

  it('lets FIN travel with the last bytes, and both calls know the packet', () => {
    const talk = new Talk().open()
    talk.send(0, 4)
    talk.close(0)
    talk.wire.send(0, ['FIN', 'PSH', 'ACK'], 'data')
    talk.wire.send(1, ['ACK'])
    const story = storyOf(talk)
    const [close] = callsOf(story, 'close')
    expect(causedBy(story, story.packets[3] as Packet)).toBe(callsOf(story, 'send')[0])
    expect(close).toMatchObject({ packets: [4], silent: 'travels-with' })
  })

  it('keeps apart two connections between the same ends', () => {
    const talk = new Talk().open()
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.close(0)
    talk.wire.send(0, ['RST', 'ACK'])
    const again = socketOf(2, 'tcp', { descriptor: 3, local: talk.ends[0], remote: talk.ends[1] })
    talk.client.call('socket', 'socket', { socket: socketOf(2, 'tcp', { descriptor: 3 }) })
    const connect = talk.client.begin('connect', 'connect', { args: argsOf(talk.ends[1]), socket: socketOf(2, 'tcp') })
    const syn = { from: talk.ends[0], to: talk.ends[1], flags: ['SYN'], sequence: 5 } as const
    talk.stream.frame(tcpFrame(syn))
    talk.stream.frame(
      tcpFrame({ from: talk.ends[1], to: talk.ends[0], flags: ['SYN', 'ACK'], sequence: 9, acknowledgment: 6 }),
    )
    talk.stream.frame(tcpFrame({ ...syn, flags: ['ACK'], sequence: 6, acknowledgment: 10 }))
    connect({ socket: again })
    const story = storyOf(talk)
    expect(story.conversations.map(({ packets }) => packets)).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8, 9],
    ])
    expect(causedBy(story, story.packets[6] as Packet)).toBe(callsOf(story, 'connect')[1])
  })

  it('links nothing wrongly where frames are missing, and says unknown', () => {
    const talk = new Talk().open()
    talk.send(0, 4)
    const since = talk.stream.now
    talk.wire.send(0, ['PSH', 'ACK'], 'data')
    talk.stream.events.pop()
    talk.stream.missing('packets', 1, since, talk.stream.now)
    talk.send(0, 4)
    talk.wire.data(0, 'more')
    talk.receive(1, 8)
    talk.stream.caughtUp()
    const story = storyOf(talk)
    const [lost, seen] = callsOf(story, 'send')
    expect(lost).toMatchObject({ packets: [], silent: 'unknown' })
    expect(seen).toMatchObject({ packets: [4] })
    expect(callsOf(story, 'recv')[0]?.packets).toEqual([4])
    expect(story.steps.some((step) => step.kind === 'gap' && step.count === 1)).toBe(true)
  })

  it('counts no stream whose beginning was not seen', () => {
    const talk = new Talk().open()
    const since = talk.stream.now - 3 * MS
    for (let i = talk.stream.events.length - 1; i >= 0; i--) {
      if (talk.stream.events[i]?.kind === 'frame') talk.stream.events.splice(i, 1)
    }
    talk.stream.missing('packets', 3, since, talk.stream.now)
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.stream.caughtUp()
    const story = storyOf(talk)
    expect(dataOf(story)).toMatchObject([
      { sequence: null, range: null, cause: { kernel: 'unknown' }, sender: 'client' },
    ])
    expect(callsOf(story, 'connect')[0]?.silent).toBe('unknown')
  })

  it('takes the place in the stream from the runtime where calls are missing', () => {
    const talk = new Talk().open()
    const { run, program } = talk.client
    const since = talk.stream.now
    talk.stream.missing('calls', 2, since, since + 10)
    const told = { program, run, line: 1, socket: talk.connected, offset: 4 }
    talk.stream.tell({ kind: 'call', call: 9, name: 'send', deed: 'send', args: '', bytes: 4, ...told })
    const nothing = { value: null, error: null, peer: null, accepted: null }
    talk.stream.tell({ kind: 'return', call: 9, ...told, ...nothing, bytes: 4 })
    talk.send(0, 4)
    talk.wire.data(0, 'data')
    talk.wire.data(0, 'more')
    const story = storyOf(talk)
    const [known, unknown] = callsOf(story, 'send')
    expect(known).toMatchObject({ range: { from: 4, to: 8 }, packets: [6] })
    expect(unknown?.packets).toEqual([])
    expect(dataOf(story)[0]?.cause).toEqual({ kernel: 'unknown' })
  })

  it('speaks of IPv6 as of IPv4, also when a socket of IPv6 shows IPv4', () => {
    const six = new Talk({
      lab: TWO_HOSTS,
      ends: ['[fd00::1]:40112', '[fd00::2]:12824'],
      passages: [
        { wire: 0, from: 0, takes: 50 * US },
        { wire: 0, from: 1, takes: 50 * US },
      ],
    }).open()
    six.send(0, 4)
    six.wire.data(0, 'data')
    const story = storyOf(six)
    expect(causedBy(story, dataOf(story)[0] as Packet)).toBe(callsOf(story, 'send')[0])
    expect(story.conversations[0]?.ends[1]).toEqual({ address: 'fd00::2', port: 12824 })

    const mixed = new Talk().open()
    const shown = socketOf(3, 'tcp', { local: '127.0.0.1:12824', remote: '127.0.0.1:40112' })
    const mapped = { ...shown, id: 2, local: { address: '::ffff:127.0.0.1', port: 12824 } }
    mixed.server.call('send', 'send', { socket: mapped, bytes: 4 })
    mixed.wire.data(1, 'data')
    const other = storyOf(mixed)
    expect(causedBy(other, dataOf(other)[0] as Packet)).toBe(callsOf(other, 'send')[0])
  })
})
