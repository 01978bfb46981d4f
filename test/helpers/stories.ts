/** Stories to draw: two complete runs as they are told, and others made by hand for what those do not show. */

import type { Story } from '../../labs/checks/story.ts'
import { tellLatest } from '../../labs/checks/tell.ts'
import type { ProgramSocket } from '../../labs/events.ts'
import { type Cast, castOf } from '../../site/bench/story/cast.ts'
import { endpoint, StoryMaker } from './story-maker.ts'
import { datagramToNobody, fourBytes, type Recorded } from './streams.ts'

export interface Shown {
  readonly cast: Cast
  readonly story: Story
}

/** Two hosts with a wire: `b` waits, `a` begins. */
export const TWO_HOSTS: Cast = {
  programs: [
    { name: 'server', end: 'waits', host: 'b' },
    { name: 'client', end: 'begins', host: 'a' },
  ],
  hosts: [
    { name: 'a', addresses: ['10.0.0.1'] },
    { name: 'b', addresses: ['10.0.0.2'] },
  ],
  wires: [['a', 'b']],
}

/** The same with a router between them. */
export const THREE_HOSTS: Cast = {
  programs: [
    { name: 'receive', end: 'waits', host: 'b' },
    { name: 'send', end: 'begins', host: 'a' },
  ],
  hosts: [
    { name: 'a', addresses: ['10.0.1.1'] },
    { name: 'r', addresses: ['10.0.1.2', '10.0.2.1'] },
    { name: 'b', addresses: ['10.0.2.2'] },
  ],
  wires: [
    ['a', 'r'],
    ['r', 'b'],
  ],
}

const CLIENT = '10.0.0.1:41066'
const SERVER = '10.0.0.2:12824'

function socketOf(
  id: number,
  local: string | null,
  remote: string | null,
  protocol: 'tcp' | 'udp' = 'tcp',
): ProgramSocket {
  const end = (text: string | null) => (text === null ? null : endpoint(text))
  return { id, protocol, descriptor: id + 2, local: end(local), remote: end(remote) }
}

function recorded({ lab, events }: Recorded): Shown {
  const story = tellLatest(lab, events)
  if (story === null) throw new Error(`The stream of \`${lab.id}\` tells no run.`)
  return { cast: castOf(lab), story }
}

/** Lab 12b on one host, as it is told. */
export const fourBytesShown = (): Shown => recorded(fourBytes())

/** Lab 8a on one host, as it is told. */
export const datagramShown = (): Shown => recorded(datagramToNobody())

/** A server that waits and a client that connects, both in Python, up to the finished handshake. */
function opened(maker: StoryMaker): { accept: number } {
  const listening = socketOf(1, SERVER, null)
  const connected = socketOf(1, CLIENT, SERVER)
  maker.starts('server', 'py')
  maker.after(40)
  maker.call(
    'server',
    { name: 'listen', deed: 'listen', line: 14, socket: listening, silent: 'kernel-only' },
    {
      states: [['server', 'CLOSED', 'LISTEN']],
      sockets: [{ id: 'l', host: 'b', program: 'server', state: 'LISTEN', local: endpoint(SERVER), sendQueue: 128 }],
    },
  )
  const accept = maker.waits('server', { name: 'accept', deed: 'accept', line: 17, socket: listening })
  maker.after(4200)
  maker.starts('client', 'py')
  maker.after(30)
  maker.call('client', {
    name: 'socket',
    deed: 'socket',
    line: 7,
    socket: socketOf(1, null, null),
    silent: 'kernel-only',
  })
  const connect = maker.waits('client', { name: 'connect', deed: 'connect', line: 8, socket: socketOf(1, null, null) })
  maker.packet(
    {
      source: CLIENT,
      destination: SERVER,
      tcp: ['SYN'],
      sequence: 0,
      sender: 'client',
      receiver: 'server',
      cause: { call: connect },
    },
    {
      states: [
        ['client', 'CLOSED', 'SYN-SENT'],
        ['server', 'LISTEN', 'SYN-RECEIVED', true],
      ],
      sockets: [
        { id: 'c', host: 'a', program: 'client', state: 'SYN-SENT', local: endpoint(CLIENT), remote: endpoint(SERVER) },
        { id: 's', host: 'b', program: 'server', state: 'SYN-RECV', local: endpoint(SERVER), remote: endpoint(CLIENT) },
      ],
    },
  )
  maker.packet(
    {
      source: SERVER,
      destination: CLIENT,
      tcp: ['SYN', 'ACK'],
      sequence: 0,
      acknowledgment: 1,
      sender: 'server',
      receiver: 'client',
      cause: { kernel: 'synack' },
    },
    { states: [['client', 'SYN-SENT', 'ESTABLISHED']], sockets: [{ id: 'c', state: 'ESTABLISHED' }] },
  )
  maker.packet(
    {
      source: CLIENT,
      destination: SERVER,
      tcp: ['ACK'],
      sequence: 1,
      acknowledgment: 1,
      sender: 'client',
      receiver: 'server',
    },
    {
      states: [['server', 'SYN-RECEIVED', 'ESTABLISHED']],
      sockets: [
        { id: 's', state: 'ESTABLISHED' },
        { id: 'l', receiveQueue: 1 },
      ],
    },
  )
  maker.returns(connect, { socket: connected })
  maker.returns(accept, { accepted: socketOf(2, SERVER, CLIENT) }, { sockets: [{ id: 'l', receiveQueue: 0 }] })
  return { accept }
}

/** One segment from client to server. */
function data(
  maker: StoryMaker,
  sequence: number,
  payload: number,
  more: Partial<Parameters<StoryMaker['packet']>[0]> = {},
) {
  return maker.packet({
    source: CLIENT,
    destination: SERVER,
    tcp: ['PSH', 'ACK'],
    sequence,
    acknowledgment: 1,
    payload,
    sender: 'client',
    receiver: 'server',
    range: { from: sequence - 1, to: sequence - 1 + payload },
    ...more,
  })
}

/** One acknowledgement from server to client. */
function ack(maker: StoryMaker, acknowledgment: number, more: Partial<Parameters<StoryMaker['packet']>[0]> = {}) {
  return maker.packet({
    source: SERVER,
    destination: CLIENT,
    tcp: ['ACK'],
    sequence: 1,
    acknowledgment,
    sender: 'server',
    receiver: 'client',
    ...more,
  })
}

/** The picture of the look: a handshake, four bytes, and the client closes first. */
export function threePackets(): Shown {
  const maker = new StoryMaker(TWO_HOSTS)
  opened(maker)
  const [client, server] = [socketOf(1, CLIENT, SERVER), socketOf(2, SERVER, CLIENT)]
  const receive = maker.waits('server', { name: 'recv', deed: 'receive', line: 22, socket: server })
  const send = { name: 'send', deed: 'send', line: 13, socket: client, bytes: 4, range: { from: 0, to: 4 } } as const
  maker.call('client', send)
  data(maker, 1, 4, { cause: { call: maker.calls.length - 1 } })
  ack(maker, 5)
  maker.returns(receive, { bytes: 4 })
  const rest = maker.waits('server', { name: 'recv', deed: 'receive', line: 22, socket: server })
  maker.call('client', { name: 'close', deed: 'close', line: 14, socket: client })
  maker.packet(
    {
      source: CLIENT,
      destination: SERVER,
      tcp: ['FIN', 'ACK'],
      sequence: 5,
      acknowledgment: 1,
      sender: 'client',
      receiver: 'server',
      cause: { call: maker.calls.length - 1 },
    },
    {
      states: [
        ['client', 'ESTABLISHED', 'FIN-WAIT-1'],
        ['server', 'ESTABLISHED', 'CLOSE-WAIT'],
      ],
    },
  )
  maker.returns(rest, { bytes: 0 })
  maker.ends('client', { code: 0, signal: null })
  maker.call('server', { name: 'close', deed: 'close', line: 24, socket: server })
  maker.packet(
    {
      source: SERVER,
      destination: CLIENT,
      tcp: ['FIN', 'ACK'],
      sequence: 1,
      acknowledgment: 6,
      sender: 'server',
      receiver: 'client',
      cause: { call: maker.calls.length - 1 },
    },
    {
      states: [
        ['server', 'CLOSE-WAIT', 'LAST-ACK'],
        ['client', 'FIN-WAIT-1', 'TIME-WAIT'],
      ],
      sockets: [{ id: 'c', state: 'TIME-WAIT' }],
    },
  )
  maker.packet(
    {
      source: CLIENT,
      destination: SERVER,
      tcp: ['ACK'],
      sequence: 6,
      acknowledgment: 2,
      sender: 'client',
      receiver: 'server',
    },
    { states: [['server', 'LAST-ACK', 'CLOSED']], sockets: [{ id: 's', gone: true }] },
  )
  maker.waits('server', { name: 'accept', deed: 'accept', line: 17, socket: socketOf(1, SERVER, null) })
  return { cast: TWO_HOSTS, story: maker.story() }
}

/** A SYN and a segment are lost and sent again; late and doubled ones; a window that closes; a reset at the end. */
export function troubles(): Shown {
  const maker = new StoryMaker(TWO_HOSTS)
  maker.starts('server', 'py')
  maker.starts('client', 'ts')
  const syn = {
    source: CLIENT,
    destination: SERVER,
    tcp: ['SYN'],
    sequence: 0,
    sender: 'client',
    receiver: 'server',
  } as const
  const asks = { name: 'connect', deed: 'connect', line: 5, socket: socketOf(1, CLIENT, SERVER) } as const
  maker.call('client', asks)
  maker.waits('client', {
    name: "'connect'",
    event: true,
    deed: 'connect',
    line: 6,
    socket: socketOf(1, CLIENT, SERVER),
  })
  const first = maker.packet(
    { ...syn, fate: 'lost', arrived: null, cause: { call: 0 } },
    { states: [['client', 'CLOSED', 'SYN-SENT']] },
  )
  maker.after(1000)
  maker.packet({ ...syn, remarks: ['retransmission'], about: first, cause: { kernel: 'retransmission' } })
  maker.packet({
    source: SERVER,
    destination: CLIENT,
    tcp: ['SYN', 'ACK'],
    sequence: 0,
    acknowledgment: 1,
    sender: 'server',
    receiver: 'client',
    cause: { kernel: 'synack' },
  })
  maker.packet({
    source: CLIENT,
    destination: SERVER,
    tcp: ['ACK'],
    sequence: 1,
    acknowledgment: 1,
    sender: 'client',
    receiver: 'server',
  })
  const told = {
    name: "'connect'",
    event: true,
    deed: 'connect',
    line: 6,
    socket: socketOf(1, CLIENT, SERVER),
  } as const
  maker.call('client', told)
  const send = { name: 'write', deed: 'send', line: 9, socket: socketOf(1, CLIENT, SERVER), bytes: 5792 } as const
  maker.call('client', send)
  const cause = { call: maker.calls.length - 1 }
  const late = data(maker, 1, 1448, { cause, fate: 'late' })
  const lost = data(maker, 1449, 1448, { cause, fate: 'lost', arrived: null })
  data(maker, 2897, 1448, { cause, remarks: ['out-of-order'] })
  const copied = data(maker, 4345, 1448, { cause, remarks: ['out-of-order'] })
  data(maker, 4345, 1448, { cause, fate: 'copy', about: copied, remarks: ['duplicate'] })
  maker.packets[late - 1] = {
    ...(maker.packets[late - 1] as (typeof maker.packets)[number]),
    arrived: (maker.packets[copied - 1]?.t ?? 0) + 25_000,
  }
  ack(maker, 1449, { remarks: ['duplicate-ack'] })
  ack(maker, 1449, { remarks: ['duplicate-ack'] })
  maker.after(204)
  data(maker, 1449, 1448, { remarks: ['retransmission'], about: lost, cause: { kernel: 'retransmission' } })
  ack(maker, 5793)
  ack(maker, 5793, { window: 0, remarks: ['zero-window'] })
  maker.after(260)
  data(maker, 5793, 1, { remarks: ['window-probe'], cause: { kernel: 'probe' } })
  ack(maker, 5793, { remarks: ['window-update'] })
  maker.faults(0)
  maker.gap('packets', 1204, 'not-read')
  maker.packet(
    {
      source: SERVER,
      destination: CLIENT,
      tcp: ['RST', 'ACK'],
      sequence: 1,
      acknowledgment: 5793,
      sender: 'server',
      receiver: 'client',
      remarks: ['reset'],
      cause: { kernel: 'reset' },
    },
    { states: [['client', 'ESTABLISHED', 'CLOSED']] },
  )
  maker.call('client', {
    name: "'error'",
    event: true,
    deed: 'other',
    line: 12,
    error: 'ECONNRESET',
    socket: socketOf(1, CLIENT, SERVER),
  })
  maker.ends('client', { code: 1, signal: null })
  maker.ends('server', { code: null, signal: 'SIGTERM' })
  maker.settled = true
  return { cast: TWO_HOSTS, story: maker.story() }
}

/** Datagrams over a router; one has too few hops to live. */
export function hops(): Shown {
  const maker = new StoryMaker(THREE_HOSTS)
  const to = '10.0.2.2:12822'
  const from = '10.0.1.1:41066'
  maker.starts('receive', 'py')
  maker.call(
    'receive',
    { name: 'bind', deed: 'bind', line: 11, socket: socketOf(1, to, null, 'udp'), silent: 'kernel-only' },
    {
      sockets: [{ id: 'r', host: 'b', program: 'receive', protocol: 'udp', state: 'UNCONN', local: endpoint(to) }],
    },
  )
  const receive = maker.waits('receive', {
    name: 'recvfrom',
    deed: 'receive',
    line: 15,
    socket: socketOf(1, to, null, 'udp'),
  })
  maker.after(900)
  maker.starts('send', 'py')
  const request = {
    operation: 1,
    senderHardware: '02:00:00:00:00:01',
    senderAddress: '10.0.1.1',
    targetHardware: '00:00:00:00:00:00',
    targetAddress: '10.0.1.2',
  }
  const send = {
    name: 'sendto',
    deed: 'send',
    line: 8,
    socket: socketOf(1, from, null, 'udp'),
    bytes: 4,
    peer: endpoint(to),
  } as const
  for (const hopLimit of [1, 64]) {
    maker.call('send', send, {
      sockets: [{ id: 's', host: 'a', program: 'send', protocol: 'udp', state: 'UNCONN', local: endpoint(from) }],
    })
    const cause = { call: maker.calls.length - 1 }
    if (hopLimit === 1) {
      maker.packet({
        source: '10.0.1.1',
        destination: '10.0.1.2',
        arp: request,
        wire: 0,
        from: 'a',
        to: 'r',
        conversation: null,
        cause: { kernel: 'arp' },
      })
      const reply = {
        operation: 2,
        senderHardware: '02:00:00:00:00:02',
        senderAddress: '10.0.1.2',
        targetHardware: '02:00:00:00:00:01',
        targetAddress: '10.0.1.1',
      }
      maker.packet({
        source: '10.0.1.2',
        destination: '10.0.1.1',
        arp: reply,
        wire: 0,
        from: 'r',
        to: 'a',
        conversation: null,
        cause: { kernel: 'arp' },
      })
    }
    const datagram = { source: from, destination: to, payload: 4, sender: 'send', receiver: 'receive', cause, hopLimit }
    const number = maker.packet({ ...datagram, wire: 0, from: 'a', to: 'r' })
    if (hopLimit === 1) {
      maker.packet({
        source: '10.0.1.2',
        destination: '10.0.1.1',
        icmp: { type: 11, code: 0, name: 'time-exceeded' },
        about: number,
        wire: 0,
        from: 'r',
        to: 'a',
        receiver: 'send',
        cause: { kernel: 'icmp' },
      })
    } else maker.packet({ ...datagram, wire: 1, from: 'r', to: 'b', hopLimit: 63 })
  }
  maker.returns(receive, { bytes: 4, peer: endpoint(from) })
  maker.ends('receive', { code: 0, signal: null })
  maker.ends('send', { code: 0, signal: null })
  maker.settled = true
  return { cast: THREE_HOSTS, story: maker.story() }
}

/** Much data one way: `segments` of them, an acknowledgement for every two, and the calls that go with them. */
export function bulk(segments: number): Shown {
  const maker = new StoryMaker(TWO_HOSTS)
  opened(maker)
  const [client, server] = [socketOf(1, CLIENT, SERVER), socketOf(2, SERVER, CLIENT)]
  maker.call('client', {
    name: 'sendall',
    deed: 'send',
    line: 13,
    socket: client,
    bytes: segments * 1448,
    range: { from: 0, to: segments * 1448 },
  })
  const cause = { call: maker.calls.length - 1 }
  for (let i = 0; i < segments; i += 1) {
    data(maker, 1 + i * 1448, 1448, { cause, tcp: ['ACK'] })
    if (i % 2 === 1) ack(maker, 1 + (i + 1) * 1448)
    if (i % 4 === 3) maker.call('server', { name: 'recv', deed: 'receive', line: 22, socket: server, bytes: 5792 })
    if (i === 40) {
      maker.packet({ source: '10.0.0.1:5353', destination: '10.0.0.2:5353', payload: 60 })
      maker.background(maker.conversations.length - 1)
    }
  }
  maker.call('client', { name: 'close', deed: 'close', line: 14, socket: client })
  maker.packet(
    {
      source: CLIENT,
      destination: SERVER,
      tcp: ['FIN', 'ACK'],
      sequence: 1 + segments * 1448,
      acknowledgment: 1,
      sender: 'client',
      receiver: 'server',
      cause: { call: maker.calls.length - 1 },
    },
    {
      states: [
        ['client', 'ESTABLISHED', 'FIN-WAIT-1'],
        ['server', 'ESTABLISHED', 'CLOSE-WAIT'],
      ],
    },
  )
  return { cast: TWO_HOSTS, story: maker.story() }
}

/** Datagrams of which all are lost: none of them can be told together with others. */
export function manyLost(packets = 3000): Shown {
  const maker = new StoryMaker(TWO_HOSTS)
  maker.starts('server', 'py')
  maker.starts('client', 'py')
  const datagram = { source: CLIENT, destination: SERVER, payload: 100, sender: 'client', receiver: 'server' }
  for (let i = 0; i < packets; i += 1) maker.packet({ ...datagram, conversation: null, fate: 'lost', arrived: null })
  return { cast: TWO_HOSTS, story: maker.story() }
}

/** Four bytes on a machine where packets are not seen. */
export function onlyCalls(): Shown {
  const { cast, story } = fourBytesShown()
  const steps = story.steps
    .filter(({ kind }) => kind !== 'packet')
    .map((step, i) => ({ ...step, at: i + 1, states: [] }))
  const places = story.steps.flatMap((step) => (step.kind === 'packet' ? [] : [step.at]))
  const old = (at: number) => places[at - 1] ?? 0
  return {
    cast,
    story: {
      ...story,
      steps,
      packets: [],
      conversations: [],
      blind: [{ instrument: 'packets', detail: 'Packets cannot be captured on this machine.' }],
      socketsAt: (at) => story.socketsAt(old(at)),
      doingAt: (at, program) => story.doingAt(old(at), program),
      linesAt: (at, program) => story.linesAt(old(at), program),
      statesAt: () => [],
    },
  }
}

/** All of them by name. */
export const STORIES: Readonly<Record<string, () => Shown>> = {
  'three-packets': threePackets,
  'four-bytes': fourBytesShown,
  datagram: datagramShown,
  troubles,
  hops,
  bulk: () => bulk(200),
  'only-calls': onlyCalls,
}
