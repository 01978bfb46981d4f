import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ServerOptions, WebSocketServer } from 'ws'
import { Bench, type Surroundings } from '../bench/bench.ts'
import { versions } from '../bench/interpreters.ts'
import type { Lab } from '../lab.ts'
import type { Limits } from '../limits.ts'
import { BEAT, type Ending, type FromBench, type Inside, MAX_FRAME, PROTOCOL } from '../protocol.ts'
import type { Trouble } from '../troubles.ts'
import type { Catalog } from './catalog.ts'
import { Connection, type Opening } from './connection.ts'
import type { Invitation } from './invitation.ts'

/** Above `MAX_FRAME`, so that a page that sends too much can be told; what is larger still is not even read. */
const LARGEST_READ = 4 * MAX_FRAME

/** A connection that was told why it is closed has so long to close itself, in ms. */
const LAST_WORDS = 2000

/** A bench that is there, or is being made. */
interface Place {
  readonly reader: string
  readonly made: Promise<Bench>
  bench: Bench | null
}

/** Where WebSockets become pages at benches. It holds all benches of the server. */
export class Door {
  readonly #catalog: Catalog
  readonly #surroundings: Surroundings
  readonly #invitation: Invitation
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_READ,
    perMessageDeflate: false,
    closeTimeout: LAST_WORDS,
  } as ServerOptions)
  readonly #connections = new Set<Connection>()
  /** By the names of their benches. */
  readonly #places = new Map<string, Place>()
  readonly #beat: NodeJS.Timeout

  constructor(catalog: Catalog, surroundings: Surroundings, invitation: Invitation) {
    this.#catalog = catalog
    this.#surroundings = surroundings
    this.#invitation = invitation
    this.#beat = setInterval(() => this.#beatAll(), BEAT.every)
  }

  get limits(): Limits {
    return this.#surroundings.limits
  }

  /** Takes over a connection of a reader that the gate has let in. */
  enter(reader: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new Connection(webSocket, reader, this)
      const limit = this.limits.connections
      if (this.#connections.size >= limit) return connection.turnAway({ kind: 'too-many-connections', limit })
      this.#connections.add(connection)
      webSocket.once('close', () => this.#connections.delete(connection))
    })
  }

  /** What a reader who was invited may know. */
  inside(reader: string): Inside {
    const benches = this.#places.size
    return { benches, yours: this.#countOf(reader), connections: this.#connections.size, limits: this.limits }
  }

  /** Ends all benches and connections. */
  async close(ending: Ending): Promise<void> {
    clearInterval(this.#beat)
    // While some are ended, a page may still open another.
    while (this.#places.size > 0) {
      const places = [...this.#places.values()]
      await Promise.allSettled(places.map(async ({ made }) => (await made).close(ending)))
    }
    for (const client of this.#sockets.clients) client.terminate()
    this.#sockets.close()
  }

  /** Finds the bench a page asks for, or makes a new one. Answers with a trouble where neither is possible. */
  async admit(
    reader: string,
    { protocol, lab: id, pass, resume }: Opening,
  ): Promise<{ bench: Bench; resumed: boolean } | Trouble> {
    if (!this.#invitation.isPass(reader, pass)) return { kind: 'not-invited' }
    if (protocol !== PROTOCOL) return { kind: 'other-version', server: PROTOCOL, page: protocol }
    const known = resume && this.#places.get(resume.bench)
    if (known?.bench?.lab.id === id && known.reader === reader && !known.bench.isClosing) {
      return { bench: known.bench, resumed: true }
    }
    let lab: Lab | null
    try {
      lab = await this.#catalog.find(id)
    } catch (error) {
      return { kind: 'broken-lab', lab: id, detail: (error as Error).message }
    }
    if (lab === null) return { kind: 'unknown-lab', lab: id }
    if (this.#surroundings.networks.rung === 'none') return { kind: 'nothing-runs' }
    const { benches, benchesPerReader } = this.limits
    if (this.#countOf(reader) >= benchesPerReader) return { kind: 'too-many-of-yours', limit: benchesPerReader }
    if (this.#places.size >= benches) return { kind: 'too-many-benches', limit: benches }
    const name = randomBytes(16).toString('hex')
    const place: Place = { reader, bench: null, made: this.#make(name, lab) }
    this.#places.set(name, place)
    try {
      place.bench = await place.made
      return { bench: place.bench, resumed: false }
    } catch (error) {
      this.#places.delete(name)
      return { kind: 'no-network', detail: (error as Error).message }
    }
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

  async #make(name: string, lab: Lab): Promise<Bench> {
    const network = await this.#surroundings.networks.take(lab.network)
    return new Bench(name, lab, network, this.#surroundings, () => this.#places.delete(name))
  }

  #countOf(reader: string): number {
    return [...this.#places.values()].filter((place) => place.reader === reader).length
  }

  #beatAll(): void {
    for (const connection of this.#connections) connection.beat()
  }
}
