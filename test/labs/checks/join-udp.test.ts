import { describe, expect, it } from 'vitest'
import type { Call, Packet, Story } from '../../../labs/checks/story.ts'
import { tellLatest } from '../../../labs/checks/tell.ts'
import { fragments, icmpAbout, icmpPortUnreachable, udpFrame } from '../../helpers/frames.ts'
import {
  at,
  type Passage,
  type ProgramMaker,
  StreamMaker,
  socketOf,
  THREE_HOSTS,
  TWO_HOSTS,
  US,
} from '../../helpers/stream.ts'
import { argsOf } from '../../helpers/talk.ts'

function storyOf(stream: StreamMaker): Story {
  const story = tellLatest(stream.lab, stream.events)
  if (!story) throw new Error('Nothing has run.')
  return story
}

const callsOf = (story: Story, name: string): Call[] => story.calls.filter((call) => call.name === name)
const causes = (story: Story): (string | undefined)[] =>
  story.packets.map(({ cause }) => ('call' in cause ? story.calls[cause.call]?.args : cause.kernel))

const HERE = '10.0.0.1:41066'
const THERE = '10.0.0.2:12822'
const over: Passage = { wire: 0, from: 0, takes: 60 * US }

/** A receiver that is bound and a sender that is not, on two hosts. */
class Post {
  readonly stream: StreamMaker
  readonly receiver: ProgramMaker
  readonly sender: ProgramMaker
  readonly bound = socketOf(1, 'udp', { descriptor: 3, local: '0.0.0.0:12822' })
  readonly from = socketOf(1, 'udp', { descriptor: 3, local: '0.0.0.0:41066' })

  constructor(language: 'py' | 'ts' = 'py') {
    this.stream = new StreamMaker(TWO_HOSTS)
    this.receiver = this.stream.start('server', language)
    this.receiver.call('bind', 'bind', { socket: this.bound })
    this.sender = this.stream.start('client', language)
    this.sender.call('socket', 'socket', { socket: socketOf(1, 'udp', { descriptor: 3 }) })
  }

  /** A call that sends, and its datagram. */
  send(text: string, passage: Passage = over, to = THERE): void {
    const args = `b'${text}', ${argsOf(to)}`
    const comeBack = this.sender.begin('sendto', 'send', { args, bytes: text.length, socket: this.from })
    this.stream.frame(udpFrame({ from: HERE, to, payload: text }), passage)
    this.stream.now += 100 * US
    comeBack({ socket: this.from, bytes: text.length, peer: at(to) })
  }

  receive(text: string, over: { asked?: number; shown?: string } = {}): void {
    const { asked = 1024, shown = `(b'${text}', ${argsOf(HERE)})` } = over
    const values = { args: `${asked}`, bytes: text.length, peer: at(HERE), value: shown, socket: this.bound }
    this.receiver.call('recvfrom', 'receive', values)
  }
}

describe('the join of datagrams', () => {
  it('ties each datagram to the call that sent it and to the one that received it', () => {
    const post = new Post()
    for (const text of ['one', 'two', 'six']) post.send(text)
    for (const text of ['one', 'two', 'six']) post.receive(text)
    const story = storyOf(post.stream)
    expect(callsOf(story, 'sendto').map(({ packets }) => packets)).toEqual([[1], [2], [3]])
    expect(callsOf(story, 'recvfrom').map(({ packets }) => packets)).toEqual([[1], [2], [3]])
    expect(story.packets.map(({ sender, receiver }) => `${sender}>${receiver}`)).toEqual(Array(3).fill('client>server'))
    expect(story.conversations).toMatchObject([{ protocol: 'udp', ends: [at(HERE), at(THERE)], background: false }])
  })

  it('leaves out a datagram that was lost on its way', () => {
    const post = new Post()
    post.send('one')
    post.send('two', { ...over, fate: 'lost' })
    post.send('six')
    post.receive('one')
    post.receive('six')
    const story = storyOf(post.stream)
    expect(story.packets[1]).toMatchObject({ fate: 'lost', arrived: null, receivedBy: [] })
    expect(callsOf(story, 'sendto')[1]).toMatchObject({ packets: [2], silent: null })
    expect(callsOf(story, 'recvfrom').map(({ packets }) => packets)).toEqual([[1], [3]])
  })

  it('knows by the payload which of equal datagrams found no room', () => {
    const post = new Post()
    for (const text of ['1', '2', '3', '4']) post.send(text)
    post.receive('1')
    post.receive('4')
    expect(callsOf(storyOf(post.stream), 'recvfrom').map(({ packets }) => packets)).toEqual([[1], [4]])
  })

  it('ties a copy that the wire made to its frame, and to the call that received it too', () => {
    const post = new Post()
    post.send('one')
    post.stream.frame(udpFrame({ from: HERE, to: THERE, payload: 'one' }), { ...over, fate: 'copy' })
    post.receive('one')
    post.stream.wait(1)
    post.receive('one')
    const story = storyOf(post.stream)
    expect(story.packets[1]).toMatchObject({ fate: 'copy', about: 1, cause: story.packets[0]?.cause })
    expect(callsOf(story, 'sendto')[0]?.packets).toEqual([1])
    expect(callsOf(story, 'recvfrom').map(({ packets }) => packets)).toEqual([[1], [2]])
  })

  it('receives in the order of arrival, not of sending', () => {
    const post = new Post()
    post.send('one', { ...over, fate: 'late', takes: 5000 * US })
    post.send('two')
    post.receive('two')
    post.stream.wait(6)
    post.receive('one')
    expect(callsOf(storyOf(post.stream), 'recvfrom').map(({ packets }) => packets)).toEqual([[2], [1]])
  })

  it('takes a shortened datagram for what was asked of it', () => {
    const post = new Post()
    post.send('0123456789')
    post.receive('01', { asked: 2 })
    expect(callsOf(storyOf(post.stream), 'recvfrom')[0]?.packets).toEqual([1])
  })

  it('ties an ICMP error to the datagram it carries; a connected socket is told by its next call', () => {
    const post = new Post()
    const connected = socketOf(1, 'udp', { local: HERE, remote: '10.0.0.2:9' })
    post.sender.call('connect', 'connect', { args: argsOf('10.0.0.2:9'), socket: connected })
    const send = post.sender.begin('send', 'send', { args: "b'one'", bytes: 3, socket: connected })
    const datagram = udpFrame({ from: HERE, to: '10.0.0.2:9', payload: 'one' })
    post.stream.frame(datagram, over)
    post.stream.now += 80 * US
    send({ socket: connected, bytes: 3, peer: at('10.0.0.2:9') })
    post.stream.frame(icmpPortUnreachable(datagram), { wire: 0, from: 1, takes: 50 * US })
    post.stream.wait(1)
    post.sender.call('send', 'send', { args: "b'two'", bytes: 3, error: 'ECONNREFUSED', socket: connected })
    const story = storyOf(post.stream)
    const [first, second] = callsOf(story, 'send') as [Call, Call]
    expect(story.packets[1]).toMatchObject({
      about: 1,
      conversation: 0,
      cause: { kernel: 'icmp' },
      remarks: ['port-unreachable'],
      receivedBy: [story.calls.indexOf(second)],
    })
    expect(first.packets).toEqual([1])
    expect(second).toMatchObject({ packets: [2], silent: 'refused' })
    expect(callsOf(story, 'connect')[0]?.silent).toBe('kernel-only')
  })

  it('ties each ICMP error to its own of equal datagrams: the last that had come and was not answered', () => {
    const stream = new StreamMaker(TWO_HOSTS)
    stream.start('client', 'py')
    const datagram = udpFrame({ from: HERE, to: '10.0.0.2:9', payload: '?' })
    const back: Passage = { wire: 0, from: 1, takes: 50 * US }
    stream.frame(datagram, { ...over, takes: 900 * US })
    stream.frame(datagram, { ...over, takes: 2000 * US })
    stream.now += 1000 * US
    stream.frame(icmpPortUnreachable(datagram), back)
    stream.now += 1000 * US
    stream.frame(icmpPortUnreachable(datagram), back)
    expect(storyOf(stream).packets.map(({ about }) => about)).toEqual([null, null, 1, 2])
  })

  it('receives from two partners in one order, also where a call does not say from whom', () => {
    const post = new Post()
    post.send('one')
    post.stream.frame(udpFrame({ from: '10.0.0.1:5000', to: THERE, payload: 'two' }), over)
    post.send('six')
    for (const shown of ["b'one'", "b'two'", "b'six'"]) {
      post.receiver.call('recv', 'receive', { args: '1024', bytes: 3, value: shown, socket: post.bound })
    }
    expect(callsOf(storyOf(post.stream), 'recv').map(({ packets }) => packets)).toEqual([[1], [2], [3]])
  })

  it('ties all fragments of a datagram to its call and to the one that received it', () => {
    const post = new Post()
    const text = 'x'.repeat(3000)
    const args = `b'${text.slice(0, 32)}'…, ${argsOf(THERE)}`
    const comeBack = post.sender.begin('sendto', 'send', { args, bytes: 3000, socket: post.from })
    for (const part of fragments(udpFrame({ from: HERE, to: THERE, payload: text }), 1480))
      post.stream.frame(part, over)
    comeBack({ socket: post.from, bytes: 3000, peer: at(THERE) })
    post.receive(text, { asked: 65535, shown: `(b'${text.slice(0, 32)}'…, ${argsOf(HERE)})` })
    const story = storyOf(post.stream)
    expect(story.packets.map(({ remarks }) => remarks)).toEqual(Array(3).fill(['fragment']))
    expect(callsOf(story, 'sendto')[0]?.packets).toEqual([1, 2, 3])
    expect(callsOf(story, 'recvfrom')[0]?.packets).toEqual([1, 2, 3])
    expect(story.conversations).toHaveLength(1)
  })

  it('never ties a datagram to a call whose own may be among the frames that are missing', () => {
    const post = new Post('ts')
    const socket = post.from
    const send = (text: string) =>
      post.sender.call('send', 'send', { args: '[Function: make], 12822', bytes: text.length, socket, peer: at(THERE) })
    const since = post.stream.now
    send('one')
    post.stream.missing('packets', 1, since, post.stream.now)
    send('two')
    post.stream.frame(udpFrame({ from: HERE, to: THERE, payload: 'two' }), over)
    post.stream.caughtUp()
    const story = storyOf(post.stream)
    expect(story.packets[0]?.cause).toEqual({ kernel: 'unknown' })
    expect(callsOf(story, 'send').map(({ packets }) => packets)).toEqual([[], []])
    expect(callsOf(story, 'send')[0]?.silent).toBe('unknown')
  })

  it('finds the call where the payload shows it, also among frames that are missing', () => {
    const post = new Post('ts')
    const socket = post.from
    const since = post.stream.now
    for (const bytes of ['31', '32']) {
      const args = `<Buffer ${bytes}>, 12822, '10.0.0.2'`
      post.sender.call('send', 'send', { args, bytes: 1, socket, peer: at(THERE) })
    }
    post.stream.missing('packets', 1, since, post.stream.now)
    post.stream.frame(udpFrame({ from: HERE, to: THERE, payload: '2' }), over)
    expect(callsOf(storyOf(post.stream), 'send').map(({ packets }) => packets)).toEqual([[], [1]])
  })

  it('finds the datagrams of a socket whose port nobody tells', () => {
    const post = new Post('ts')
    const made = socketOf(1, 'udp')
    const args = "<Buffer 6f 6e 65>, 12822, '10.0.0.2'"
    post.sender.call('send', 'send', { args, bytes: 3, socket: made, peer: at(THERE) })
    post.stream.frame(udpFrame({ from: HERE, to: THERE, payload: 'one' }), over)
    const story = storyOf(post.stream)
    expect(callsOf(story, 'send')[0]?.packets).toEqual([1])
    expect(story.packets[0]?.sender).toBe('client')
  })

  it('sees a packet that crosses two wires as two packets of one call', () => {
    const stream = new StreamMaker(THREE_HOSTS)
    const server = stream.start('server', 'py')
    const bound = socketOf(1, 'udp', { descriptor: 3, local: '0.0.0.0:12822' })
    server.call('bind', 'bind', { socket: bound })
    const client = stream.start('client', 'py')
    const socket = socketOf(1, 'udp', { descriptor: 3, local: '0.0.0.0:41066' })
    const to = at('10.0.1.3:12822')
    const way = { from: '10.0.0.1:41066', to: '10.0.1.3:12822', payload: 'one' }
    const send = client.begin('sendto', 'send', { args: `b'one', ${argsOf(way.to)}`, bytes: 3, socket })
    stream.frame(udpFrame({ ...way, hopLimit: 64 }), { wire: 0, from: 0, takes: 50 * US })
    stream.now += 60 * US
    send({ socket, bytes: 3, peer: to })
    stream.frame(udpFrame({ ...way, hopLimit: 63 }), { wire: 1, from: 0, takes: 50 * US })
    stream.wait(1)
    const got = { args: '1024', bytes: 3, peer: at(way.from), value: `(b'one', ${argsOf(way.from)})`, socket: bound }
    server.call('recvfrom', 'receive', got)
    const dying = udpFrame({ ...way, hopLimit: 1 })
    client.call('sendto', 'send', { args: `b'one', ${argsOf(way.to)}`, bytes: 3, socket, peer: to })
    stream.frame(dying, { wire: 0, from: 0, takes: 50 * US })
    stream.frame(icmpAbout(dying, 11, 0, { from: '10.0.0.254' }), { wire: 0, from: 1, takes: 50 * US })
    const story = storyOf(stream)
    const [first, second] = callsOf(story, 'sendto')
    expect(first?.packets).toEqual([1, 2])
    expect(second?.packets).toEqual([3])
    expect(callsOf(story, 'recvfrom')[0]?.packets).toEqual([2])
    expect(story.packets.map((packet: Packet) => [packet.from, packet.to, packet.sender, packet.receiver])).toEqual([
      ['a', 'router', 'client', 'server'],
      ['router', 'c', 'client', 'server'],
      ['a', 'router', 'client', 'server'],
      ['router', 'a', null, 'client'],
    ])
    expect(story.packets[3]).toMatchObject({ about: 3, cause: { kernel: 'icmp' } })
    expect(story.conversations).toHaveLength(1)
    expect(causes(story)[1]).toBe(causes(story)[0])
    const at2 = story.steps.find((step) => step.kind === 'packet' && step.packet === 2)
    const at1 = story.steps.find((step) => step.kind === 'packet' && step.packet === 1)
    expect(at2?.related).toContain(at1?.at)
  })

  it('leaves the traffic of a shell in the background', () => {
    const post = new Post()
    const shell = post.stream.start('shell@a', 'sh')
    post.stream.frame(udpFrame({ from: '10.0.0.1:5000', to: '10.0.0.2:6000', payload: 'hello' }), over)
    shell.exit()
    post.send('one')
    const story = storyOf(post.stream)
    expect(story.acts.map(({ program }) => program)).toEqual(['server', 'client'])
    expect(story.conversations.map(({ background }) => background)).toEqual([true, false])
    expect(story.packets[0]).toMatchObject({ cause: { kernel: 'unknown' }, sender: null, receiver: null })
  })
})
