import { describe, expect, it } from 'vitest'
import type { Story } from '../../../labs/checks/story.ts'
import { tellLatest } from '../../../labs/checks/tell.ts'
import { icmpPortUnreachable, udpFrame } from '../../helpers/frames.ts'
import { at, Connection, MS, StreamMaker, socketOf } from '../../helpers/stream.ts'
import { argsOf, Talk } from '../../helpers/talk.ts'

function told({ lab, events }: StreamMaker): Story {
  const story = tellLatest(lab, events)
  story?.socketsAt(story.steps.length)
  return story as Story
}

/** How many ms of the processor the telling takes: the least of four times, for others need it too. */
function timeOf(stream: StreamMaker): number {
  const times = Array.from({ length: 4 }, () => {
    const began = process.cpuUsage()
    told(stream)
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1000
  })
  return Math.min(...times)
}

/**
 * How much longer eight times as much takes: 8 times where time grows with the number of events, 64 times where it grows
 * with its square.
 */
function growthOf(make: (count: number) => StreamMaker): number {
  const small = make(500)
  const large = make(4000)
  timeOf(small)
  return timeOf(large) / timeOf(small)
}

const counted = <Item>(count: number, item: (i: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => item(i))

function stream(count: number): StreamMaker {
  const talk = new Talk().open()
  for (let i = 0; i < count; i++) {
    talk.send(0, 10)
    talk.wire.data(0, '0123456789')
    talk.receive(1, 10)
  }
  return talk.stream
}

/** Node hands over a burst before the first has left. */
function flood(count: number): StreamMaker {
  const stream = new StreamMaker()
  const client = stream.start('client', 'ts')
  const socket = socketOf(1, 'udp', { local: '0.0.0.0:41066' })
  const values = { args: "'x', 9, '127.0.0.1'", bytes: 1, socket, peer: at('127.0.0.1:9') }
  for (let i = 0; i < count; i++) client.call('send', 'send', values)
  const datagram = udpFrame({ from: '127.0.0.1:41066', to: '127.0.0.1:9', payload: 'x' })
  const error = icmpPortUnreachable(datagram)
  for (let i = 0; i < count; i++) {
    stream.frame(datagram)
    stream.frame(error)
  }
  return stream
}

function connections(count: number): StreamMaker {
  const talk = new Talk()
  for (let i = 0; i < count; i++) {
    const here = `127.0.0.1:${20_000 + i}`
    const client = socketOf(10 + i, 'tcp', { descriptor: 5, local: here, remote: talk.ends[1] })
    const fresh = socketOf(10 + i, 'tcp', { descriptor: 5 })
    const connect = talk.client.begin('connect', 'connect', { socket: fresh, args: argsOf(talk.ends[1]) })
    const wire = new Connection(talk.stream, here, talk.ends[1])
    wire.open()
    connect({ socket: client })
    const accepted = socketOf(10 + i, 'tcp', { descriptor: 10 + i, local: talk.ends[1], remote: here })
    talk.server.call('accept', 'accept', { socket: talk.listening, accepted })
    talk.client.call('close', 'close', { socket: client })
    wire.send(0, ['FIN', 'ACK'])
  }
  return talk.stream
}

describe('a large story', () => {
  it('ties each of 4,000 sends and receives to its segment', () => {
    const story = told(stream(4000))
    const of = (deed: string) => story.calls.flatMap((call) => (call.deed === deed ? [call.packets] : []))
    expect(of('send')).toEqual(counted(4000, (i) => [4 + 2 * i]))
    expect(of('receive')).toEqual(of('send'))
  })

  it('ties each of a flood of datagrams to its call, and to the ICMP error about it', () => {
    const story = told(flood(3000))
    expect(story.calls.map(({ packets }) => packets)).toEqual(counted(3000, (i) => [1 + 2 * i]))
    expect(story.packets.filter((_, i) => i % 2 === 1).map(({ about }) => about)).toEqual(
      counted(3000, (i) => 1 + 2 * i),
    )
  })

  it('keeps a thousand connections to one port apart', () => {
    const story = told(connections(1000))
    expect(story.conversations).toHaveLength(1000)
    const of = (deed: string) => story.calls.flatMap((call) => (call.deed === deed ? [call.packets] : []))
    expect(of('connect')).toEqual(counted(1000, (i) => [1 + 4 * i, 2 + 4 * i]))
    expect(of('close')).toEqual(counted(1000, (i) => [4 + 4 * i]))
    // Both ends of each, the listener, and a socket that was never used.
    expect(story.socketsAt(story.steps.length)).toHaveLength(2002)
  })

  it('takes time that grows with the number of events, and not with its square', () => {
    for (const make of [stream, flood, connections]) expect(growthOf(make), make.name).toBeLessThan(40)
  })

  it('is told of what is there: frames cut short, of no known kind, and of none at all', () => {
    const talk = new Talk().open()
    talk.send(0, 1000)
    talk.wire.send(0, ['PSH', 'ACK'], 'x'.repeat(1000), { keep: 70 })
    talk.stream.frame(new Uint8Array(0))
    talk.stream.frame(Uint8Array.from({ length: 60 }, (_, i) => i))
    talk.receive(1, 1000)
    const story = told(talk.stream)
    expect(story.packets.at(-3)).toMatchObject({ range: { from: 0, to: 1000 }, receivedBy: [7], length: 1054 })
    expect(story.packets.slice(-2).map(({ cause, conversation }) => [cause, conversation])).toEqual([
      [{ kernel: 'unknown' }, null],
      [{ kernel: 'unknown' }, null],
    ])
  })

  it('takes events that contradict each other as they are', () => {
    const talk = new Talk().open()
    const { run, program } = talk.client
    const nobody = {
      program,
      run,
      line: 1,
      socket: null,
      value: null,
      error: null,
      bytes: 4,
      peer: null,
      accepted: null,
    }
    talk.stream.tell({ kind: 'return', call: 99, ...nobody })
    talk.stream.tell({ kind: 'exited', program: 'server', run: 77, code: 0, signal: null, stopped: false })
    talk.stream.tell({ kind: 'sockets', host: 'nowhere', rows: [], gone: ['no', 'such'] })
    const back = talk.client.begin('recv', 'receive', { socket: talk.connected })
    back({ bytes: 5, socket: talk.connected })
    const [last] = talk.stream.events.slice(-1)
    // It came back before it began.
    talk.stream.events.splice(-1, 1, { ...last, t: (last?.t ?? 0) - 50 * MS } as never)
    const story = told(talk.stream)
    expect(story.steps.length).toBeGreaterThan(5)
    for (let step = 0; step <= story.steps.length + 1; step++) {
      expect(Array.isArray(story.socketsAt(step))).toBe(true)
      expect(story.doingAt(step, 'client').state).toBeTypeOf('string')
    }
  })
})
