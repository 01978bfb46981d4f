/** Two programs in Python that talk over TCP, by hand: their calls, and what goes over the wire. */

import type { ProgramSocket } from '../../labs/events.ts'
import type { Lab } from '../../labs/lab.ts'
import {
  at,
  Connection,
  type GivenValues,
  ONE_HOST,
  type Passage,
  type ProgramMaker,
  StreamMaker,
  socketOf,
} from './stream.ts'

export interface TalkValues {
  readonly lab?: Lab
  /** The client's end and the server's. */
  readonly ends?: readonly [string, string]
  readonly passages?: readonly [Passage, Passage]
  readonly languages?: readonly ['py' | 'ts', 'py' | 'ts']
  /** A bench at which something has happened before. */
  readonly stream?: StreamMaker
  readonly isn?: readonly [number, number]
}

/** A server that listens and a client with a fresh socket; nothing was sent yet. */
export class Talk {
  readonly stream: StreamMaker
  readonly server: ProgramMaker
  readonly client: ProgramMaker
  readonly wire: Connection
  readonly ends: readonly [string, string]
  readonly listening: ProgramSocket
  readonly fresh: ProgramSocket
  readonly connected: ProgramSocket
  readonly accepted: ProgramSocket

  constructor({
    lab = ONE_HOST,
    ends = ['127.0.0.1:40112', '127.0.0.1:12824'],
    passages,
    languages = ['py', 'py'],
    stream = new StreamMaker(lab),
    isn,
  }: TalkValues = {}) {
    this.stream = stream
    this.ends = ends
    const [client, server] = ends
    this.listening = socketOf(1, 'tcp', { descriptor: 3, local: server })
    this.fresh = socketOf(1, 'tcp', { descriptor: 3 })
    this.connected = socketOf(1, 'tcp', { descriptor: 3, local: client, remote: server })
    this.accepted = socketOf(2, 'tcp', { descriptor: 4, local: server, remote: client })
    this.server = stream.start('server', languages[1])
    this.server.call('socket', 'socket', { line: 1, socket: socketOf(1, 'tcp', { descriptor: 3 }) })
    this.server.call('bind', 'bind', { line: 2, socket: this.listening })
    this.server.call('listen', 'listen', { line: 3, args: '128', socket: this.listening })
    this.client = stream.start('client', languages[0])
    this.client.call('socket', 'socket', { line: 1, socket: this.fresh })
    this.wire = new Connection(stream, client, server, passages, isn)
  }

  /** The server waits in accept; what is given back lets it come back. */
  accept(): () => void {
    const comeBack = this.server.begin('accept', 'accept', { line: 4, socket: this.listening })
    return () => comeBack({ line: 4, socket: this.listening, accepted: this.accepted, peer: at(this.ends[0]) })
  }

  /** The client connects, and the handshake goes over the wire. */
  connect(): void {
    const comeBack = this.client.begin('connect', 'connect', {
      line: 2,
      args: argsOf(this.ends[1]),
      socket: this.fresh,
    })
    this.wire.open()
    comeBack({ line: 2, socket: this.connected, peer: at(this.ends[1]) })
  }

  /** Both ends are there: accepted and connected. */
  open(): this {
    const accept = this.accept()
    this.connect()
    accept()
    return this
  }

  /** An end hands over bytes; nothing goes over the wire by this. */
  send(end: 0 | 1, bytes: number, values: GivenValues = {}): void {
    this.#of(end).call('send', 'send', { line: 10, socket: this.socket(end), bytes, ...values })
  }

  /** An end receives so many bytes that are there. */
  receive(end: 0 | 1, bytes: number, values: GivenValues = {}): void {
    this.#of(end).call('recv', 'receive', { line: 20, args: '1024', socket: this.socket(end), bytes, ...values })
  }

  close(end: 0 | 1): void {
    this.#of(end).call('close', 'close', { line: 30, socket: this.socket(end) })
  }

  socket(end: 0 | 1): ProgramSocket {
    return end === 0 ? this.connected : this.accepted
  }

  #of(end: 0 | 1): ProgramMaker {
    return end === 0 ? this.client : this.server
  }
}

/** An address as Python prints it. */
export function argsOf(end: string): string {
  const { address, port } = at(end)
  return `('${address}', ${port})`
}
