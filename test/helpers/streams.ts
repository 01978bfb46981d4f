/** Two complete runs, event by event, as benches write them: to look at what is made of them. */

import tcpClientSends from '../../labs/catalog/tcp-client-sends/lab.ts'
import udpAsFound from '../../labs/catalog/udp-as-found/lab.ts'
import type { BenchEvent } from '../../labs/events.ts'
import { type Lab, readLab } from '../../labs/lab.ts'
import { icmpPortUnreachable, udpFrame } from './frames.ts'
import { at, Connection, rowOf, StreamMaker, socketOf } from './stream.ts'

/** A run of a lab of the catalog. */
export interface Recorded {
  readonly lab: Lab
  readonly events: readonly BenchEvent[]
}

/** 数据 in GBK. */
export const DATA = Uint8Array.of(0xca, 0xfd, 0xbe, 0xdd)

/**
 * Lab 8a: `receive.py` waits on port 12822, `send.ts` sends to 12821, where nobody is; ICMP says so, and nobody is told.
 * The receiver still waits when the stream ends.
 */
export function datagramToNobody(): Recorded {
  const stream = new StreamMaker(readLab('udp-as-found', udpAsFound))
  const receive = stream.start('receive', 'py')
  const fresh = socketOf(1, 'udp', { descriptor: 3 })
  const bound = socketOf(1, 'udp', { descriptor: 3, local: '127.0.0.1:12822' })
  receive.call('socket', 'socket', { line: 10, args: 'AF_INET, SOCK_DGRAM', socket: fresh })
  receive.call('bind', 'bind', { line: 11, args: "('127.0.0.1', 12822)", socket: bound })
  receive.begin('recvfrom', 'receive', { line: 15, args: '1024', socket: bound })
  stream.wait(8)
  const owner = { program: 'receive', run: receive.run, descriptor: 3 }
  stream.sockets([rowOf('1', 'udp', 'UNCONN', { local: '127.0.0.1:12822', owner })])
  const ready = { ...at('127.0.0.1:12822'), protocol: 'udp' } as const
  stream.tell({ kind: 'waits', program: 'receive', run: receive.run, syscall: 'recvfrom' })
  stream.tell({ kind: 'ready', program: 'receive', run: receive.run, socket: ready })

  const send = stream.start('send', 'ts')
  const made = socketOf(1, 'udp')
  const used = socketOf(1, 'udp', { local: '0.0.0.0:41066', descriptor: 17 })
  send.call('createSocket', 'socket', { line: 5, args: "'udp4'", socket: made })
  send.call('send', 'send', {
    line: 7,
    args: "<Buffer ca fd be dd>, 12821, '127.0.0.1'",
    bytes: 4,
    socket: made,
    peer: at('127.0.0.1:12821'),
  })
  send.armed('send', { line: 7, awaited: false, socket: made })
  const datagram = udpFrame({ from: '127.0.0.1:41066', to: '127.0.0.1:12821', payload: DATA })
  stream.frame(datagram)
  stream.frame(icmpPortUnreachable(datagram))
  send.heard('send', 'other', { line: 7, value: '4', socket: used })
  send.call('close', 'close', { line: 12, socket: used })
  stream.wait(4)
  send.exit(0)
  stream.wait(30).caughtUp()
  return { lab: stream.lab, events: stream.events }
}

/**
 * Lab 12b: `server.ts` waits for 'connection', `client.py` connects, sends four bytes and closes; the server reads them,
 * reads the end, and closes. Both end by themselves.
 */
export function fourBytes(): Recorded {
  const stream = new StreamMaker(readLab('tcp-client-sends', tcpClientSends))
  const server = stream.start('server', 'ts')
  const made = socketOf(1, 'tcp')
  const listening = socketOf(1, 'tcp', { local: '127.0.0.1:12824', descriptor: 18 })
  server.call('createServer', 'socket', { line: 6, socket: made })
  server.call('listen', 'listen', { line: 7, args: "12824, '127.0.0.1', 128", socket: made })
  server.armed('listening', { line: 8, socket: made })
  server.heard('listening', 'listen', { line: 8, socket: listening })
  server.armed('connection', { line: 11, socket: listening })
  stream.wait(10)
  const listener = { program: 'server', run: server.run, descriptor: 18 }
  stream.sockets([rowOf('1', 'tcp', 'LISTEN', { local: '127.0.0.1:12824', owner: listener, queues: [0, 128] })])
  stream.tell({ kind: 'waits', program: 'server', run: server.run, syscall: 'epoll_pwait' })
  const ready = { ...at('127.0.0.1:12824'), protocol: 'tcp' } as const
  stream.tell({ kind: 'ready', program: 'server', run: server.run, socket: ready })

  const client = stream.start('client', 'py')
  const fresh = socketOf(1, 'tcp', { descriptor: 3 })
  const connected = socketOf(1, 'tcp', { descriptor: 3, local: '127.0.0.1:40112', remote: '127.0.0.1:12824' })
  client.call('socket', 'socket', { line: 7, args: 'AF_INET, SOCK_STREAM', socket: fresh })
  const connect = client.begin('connect', 'connect', { line: 8, args: "('127.0.0.1', 12824)", socket: fresh })
  const connection = new Connection(stream, '127.0.0.1:40112', '127.0.0.1:12824')
  connection.open()
  connect({ line: 8, socket: connected })
  const accepted = socketOf(2, 'tcp', { local: '127.0.0.1:12824', remote: '127.0.0.1:40112', descriptor: 20 })
  server.heard('connection', 'accept', { line: 11, socket: listening, accepted, peer: at('127.0.0.1:40112') })
  server.armed('readable', { line: 15, socket: accepted })
  client.call('getsockname', 'other', { line: 9, value: "('127.0.0.1', 40112)", socket: connected })
  const send = client.begin('sendall', 'send', {
    line: 13,
    args: "b'\\xca\\xfd\\xbe\\xdd'",
    bytes: 4,
    socket: connected,
  })
  // Latin letters of the same length: what is in the bytes is for decoders.
  const push = connection.send(0, ['PSH', 'ACK'], 'data')
  push.bytes.set(DATA, push.bytes.length - 4)
  connection.send(1, ['ACK'])
  send({ line: 13, socket: connected, bytes: 4 })
  server.heard('readable', 'other', { line: 15, socket: accepted })
  const close = client.begin('close', 'close', { line: 14, socket: connected })
  connection.send(0, ['FIN', 'ACK'])
  close({ line: 14, socket: connected })
  server.call('read', 'receive', { line: 16, value: '<Buffer ca fd be dd>', bytes: 4, socket: accepted })
  stream.wait(0.03)
  connection.send(1, ['ACK'])
  server.call('destroy', 'close', { line: 20, socket: accepted })
  connection.send(1, ['FIN', 'ACK'])
  connection.send(0, ['ACK'])
  server.call('close', 'close', { line: 21, socket: listening })
  stream.wait(9)
  stream.sockets([rowOf('2', 'tcp', 'TIME-WAIT', { local: '127.0.0.1:40112', remote: '127.0.0.1:12824' })], ['1'])
  client.exit(0)
  stream.wait(12)
  server.exit(0)
  stream.wait(30).settle()
  return { lab: stream.lab, events: stream.events }
}
