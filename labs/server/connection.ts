import type { RawData, WebSocket } from 'ws'
import type { Bench, Page } from '../bench/bench.ts'
import { type FromBench, type Input, MAX_FRAME, type ToBench } from '../protocol.ts'
import type { Trouble } from '../troubles.ts'
import type { Door } from './door.ts'
import { readToBench, Unreadable } from './page-messages.ts'
import { Rate } from './rate.ts'

export type Opening = Extract<ToBench, { type: 'open' }>

/** Why a connection is closed, as WebSockets count it. */
const CLOSED = { inOrder: 1000, notAllowed: 1008, tooLarge: 1009 } as const

/** One WebSocket of a reader: at first nobody, after `open` the page of a bench. */
export class Connection implements Page {
  /** The reader whose cookie came with it. */
  readonly reader: string
  readonly #socket: WebSocket
  readonly #door: Door
  readonly #rate: Rate
  readonly #late: NodeJS.Timeout
  #bench: Bench | null = null
  #opening: Promise<void> | null = null
  #left = false
  /** The last ping is unanswered. */
  #silent = false

  constructor(socket: WebSocket, reader: string, door: Door) {
    const { openWithin, messages } = door.limits
    this.reader = reader
    this.#socket = socket
    this.#door = door
    this.#rate = new Rate(messages)
    this.#late = setTimeout(() => this.turnAway({ kind: 'opened-too-late', seconds: openWithin / 1000 }), openWithin)
    socket.on('pong', () => {
      this.#silent = false
    })
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('close', () => {
      clearTimeout(this.#late)
      this.#bench?.detach(this, this.#left ? 'left' : 'vanished')
    })
    // A broken frame: ws closes the connection with the right code.
    socket.on('error', () => {})
  }

  tell(message: FromBench): void {
    this.#socket.send(JSON.stringify(message))
  }

  get waiting(): number {
    return this.#socket.bufferedAmount
  }

  output(frame: Uint8Array): void {
    this.#socket.send(frame)
  }

  close(): void {
    this.#socket.close(CLOSED.inOrder)
  }

  /** Says why nothing more is heard from this page, and closes. */
  turnAway(trouble: Trouble, code: number = CLOSED.notAllowed): void {
    this.tell({ type: 'trouble', trouble })
    this.#socket.close(code)
    this.#bench?.detach(this, 'vanished')
  }

  /** A page that has not answered the last ping by the time of the next is gone, whatever its connection says. */
  beat(): void {
    if (this.#silent) {
      this.#socket.terminate()
      return
    }
    this.#silent = true
    this.#socket.ping()
    this.tell({ type: 'beat' })
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#silent = false
    // What still comes after the last word was on its way already.
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if ((data as Buffer).length > MAX_FRAME) {
      this.turnAway({ kind: 'message-too-large', limit: MAX_FRAME }, CLOSED.tooLarge)
    } else if (!this.#rate.allows()) {
      this.turnAway({ kind: 'too-many-messages', limit: this.#door.limits.messages.perSecond })
    } else this.#read(data, isBinary)
  }

  #read(data: RawData, isBinary: boolean): void {
    let message: ToBench | Input
    try {
      message = readToBench(isBinary ? (data as Buffer) : data.toString())
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      this.tell({ type: 'trouble', trouble: { kind: 'unknown-message', detail: error.message } })
      return
    }
    if (message.type !== 'open') {
      if (this.#bench) this.#carryOut(this.#bench, message)
      else if (this.#opening) void this.#opening.then(() => this.#bench && this.#carryOut(this.#bench, message))
      else this.tell({ type: 'trouble', trouble: { kind: 'not-opened' } })
    } else if (this.#opening) this.tell({ type: 'trouble', trouble: { kind: 'already-opened' } })
    else this.#opening = this.#open(message)
  }

  async #open(message: Opening): Promise<void> {
    clearTimeout(this.#late)
    const admitted = await this.#door.admit(this.reader, message)
    if ('kind' in admitted) return this.turnAway(admitted)
    const { bench, resumed } = admitted
    this.tell(this.#door.opened(bench, resumed))
    bench.attach(this, resumed ? (message.resume?.after ?? 0) : 0)
    this.#bench = bench
    if (this.#socket.readyState !== this.#socket.OPEN) bench.detach(this, 'vanished')
  }

  #carryOut(bench: Bench, message: Exclude<ToBench, Opening> | Input): void {
    switch (message.type) {
      case 'run':
        void bench.run(message.programs)
        return
      case 'stop':
        bench.stop(message.programs)
        return
      case 'input':
        bench.input(message)
        return
      case 'resize':
        bench.resize(message.program, message)
        return
      case 'faults':
        void bench.setFaults(message.wire, message.faults)
        return
      case 'seed':
        void bench.setSeed(message.seed)
        return
      case 'hold':
        bench.hold(message.program, message.on)
        return
      case 'release':
        bench.release(message.program)
        return
      case 'ack':
        bench.acknowledge(message.program, message.offset)
        return
      case 'leave':
        this.#left = true
        return
      default:
        message satisfies never
    }
  }
}
