import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { Bench, type Page, type Surroundings } from '../bench/bench.ts'
import { versions } from '../bench/interpreters.ts'
import type { LiveNetwork } from '../bench/network/network.ts'
import type { Lab } from '../lab.ts'
import {
  BEAT,
  type Ending,
  type FromBench,
  type Input,
  MAX_FRAME,
  PROTOCOL,
  readToBench,
  type ToBench,
  type Trouble,
  Unreadable,
} from '../protocol.ts'
import type { Catalog } from './catalog.ts'

/** How many benches there may be at once. */
const MAX_BENCHES = 64

type Opening = Extract<ToBench, { type: 'open' }>

/** Where WebSockets become pages at benches. It holds all benches of the server. */
export class Door {
  readonly #catalog: Catalog
  readonly #surroundings: Surroundings
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME, perMessageDeflate: false })
  readonly #benches = new Map<string, Bench>()
  readonly #beat: NodeJS.Timeout
  #beingMade = 0

  constructor(catalog: Catalog, surroundings: Surroundings) {
    this.#catalog = catalog
    this.#surroundings = surroundings
    this.#beat = setInterval(() => this.#beatAll(), BEAT.every)
  }

  /** Takes over a connection that the gate has let in. */
  enter(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => new Connection(webSocket, this))
  }

  /** Ends all benches and connections. */
  async close(ending: Ending): Promise<void> {
    clearInterval(this.#beat)
    // While some are ended, a page may still open another.
    while (this.#benches.size > 0) await Promise.all([...this.#benches.values()].map((bench) => bench.close(ending)))
    for (const client of this.#sockets.clients) client.terminate()
    this.#sockets.close()
  }

  /** Finds the bench a page asks for, or makes a new one. Answers with a trouble where neither is possible. */
  async admit({ protocol, lab: id, resume }: Opening): Promise<{ bench: Bench; resumed: boolean } | Trouble> {
    if (protocol !== PROTOCOL) return { kind: 'other-version', server: PROTOCOL, page: protocol }
    const known = resume && this.#benches.get(resume.bench)
    if (known && known.lab.id === id && !known.isClosing) return { bench: known, resumed: true }
    let lab: Lab | null
    try {
      lab = await this.#catalog.find(id)
    } catch (error) {
      return { kind: 'broken-lab', lab: id, detail: (error as Error).message }
    }
    if (lab === null) return { kind: 'unknown-lab', lab: id }
    const { networks } = this.#surroundings
    if (networks.rung === 'none') return { kind: 'nothing-runs' }
    if (this.#benches.size + this.#beingMade >= MAX_BENCHES) return { kind: 'too-many-benches', limit: MAX_BENCHES }
    let network: LiveNetwork
    this.#beingMade += 1
    try {
      network = await networks.take(lab.network)
    } catch (error) {
      return { kind: 'no-network', detail: (error as Error).message }
    } finally {
      this.#beingMade -= 1
    }
    const name = randomBytes(16).toString('hex')
    const bench = new Bench(name, lab, network, this.#surroundings, () => this.#benches.delete(name))
    this.#benches.set(name, bench)
    return { bench, resumed: false }
  }

  /** What a page is told first. */
  opened(bench: Bench, resumed: boolean): FromBench {
    const { folder, interpreters, networks } = this.#surroundings
    return {
      type: 'opened',
      protocol: PROTOCOL,
      bench: bench.id,
      resumed,
      last: bench.last,
      taken: bench.taken,
      folder,
      interpreters: versions(interpreters),
      network: networks.rung,
    }
  }

  /** A page that has not answered the last ping by the time of the next is gone, whatever its connection says. */
  #beatAll(): void {
    for (const client of this.#sockets.clients) {
      if (silent.has(client)) {
        client.terminate()
        continue
      }
      silent.add(client)
      client.ping()
      client.send(JSON.stringify({ type: 'beat' } satisfies FromBench))
    }
  }
}

/** The connections whose last ping is unanswered. */
const silent = new WeakSet<WebSocket>()

/** One WebSocket: at first nobody, after `open` the page of a bench. */
class Connection implements Page {
  readonly #socket: WebSocket
  readonly #door: Door
  #bench: Bench | null = null
  #opening: Promise<void> | null = null
  #left = false

  constructor(socket: WebSocket, door: Door) {
    this.#socket = socket
    this.#door = door
    socket.on('pong', () => silent.delete(socket))
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('close', () => this.#bench?.detach(this, this.#left ? 'left' : 'vanished'))
    // A broken frame: ws closes the connection with the right code (1009 for one that is too large).
    socket.on('error', () => {})
  }

  tell(message: FromBench): void {
    this.#socket.send(JSON.stringify(message))
  }

  output(frame: Uint8Array): void {
    this.#socket.send(frame)
  }

  close(): void {
    this.#socket.close()
  }

  #receive(data: RawData, isBinary: boolean): void {
    silent.delete(this.#socket)
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
    const admitted = await this.#door.admit(message)
    if ('kind' in admitted) {
      this.tell({ type: 'trouble', trouble: admitted })
      this.close()
      return
    }
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
