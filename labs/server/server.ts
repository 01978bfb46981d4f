import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { release } from 'node:os'
import type { Duplex } from 'node:stream'
import type { Surroundings } from '../bench/bench.ts'
import { versions } from '../bench/interpreters.ts'
import type { Networks } from '../bench/network/networks.ts'
import { BENCH_PATH, ENTER_PATH, type Health, type Obstacle, PASS_HEADER, PROTOCOL } from '../protocol.ts'
import { Catalog } from './catalog.ts'
import { Door } from './door.ts'
import { answerEntering, refuse } from './enter.ts'
import { allowedHosts, mayOpen, mayRead } from './gate.ts'
import { ALWAYS } from './headers.ts'
import { cookieName, cookiesIn, Invitation, newKey } from './invitation.ts'
import type { Pages } from './pages.ts'

/** What a server is made of. */
export interface Parts extends Surroundings {
  readonly pages: Pages
  readonly version: string
  /** For each rung better than that of `networks`, why it cannot be had. */
  readonly obstacles: readonly Obstacle[]
  /** What lets a page enter; made new at every start, but for tests. */
  readonly key?: string
}

/** As many connections may be open at once, whoever has them; those of no reader as well. */
const MOST_CONNECTIONS = 1024

/** A stranger who says nothing is not listened to for long, in ms. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5000 } as const

/** The course's server: pages, `GET /health`, and benches at `/_bench`. Listens on 127.0.0.1 alone. */
export class CourseServer {
  /** What lets a page enter, by the link `/?key=…`. */
  readonly key: string
  readonly #invitation: Invitation
  readonly #health: Health
  readonly #pages: Pages
  readonly #http: Server
  readonly #door: Door
  readonly #networks: Networks
  readonly #connections = new Set<Socket>()
  #hosts: readonly string[] = []
  #cookie = ''

  constructor(parts: Parts) {
    const { key = newKey() } = parts
    this.key = key
    this.#invitation = new Invitation(key)
    this.#networks = parts.networks
    this.#pages = parts.pages
    this.#door = new Door(new Catalog(parts.folder), parts, this.#invitation)
    this.#health = {
      protocol: PROTOCOL,
      version: parts.version,
      interpreters: versions(parts.interpreters),
      network: parts.networks.rung,
      obstacles: parts.obstacles,
      system: {
        platform: process.platform,
        release: release(),
        python: parts.interpreters.py?.path ?? null,
        node: parts.interpreters.ts?.path ?? null,
      },
    }
    this.#http = createServer(PATIENCE, (request, response) => this.#answer(request, response))
    this.#http.maxConnections = MOST_CONNECTIONS
    this.#http.on('connection', (socket) => {
      this.#connections.add(socket)
      socket.once('close', () => this.#connections.delete(socket))
    })
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /**
   * Listens on the port, or on the next free one of the twenty that follow, or on any. 0 means any.
   * @returns the port that was got.
   */
  async listen(port: number): Promise<number> {
    const candidates = port === 0 ? [0] : [...Array.from({ length: 21 }, (_, i) => port + i), 0]
    for (const candidate of candidates) {
      const got = candidate <= 65_535 && (await this.#tryToListen(candidate))
      if (!got) continue
      this.#hosts = allowedHosts(got)
      this.#cookie = cookieName(got)
      return got
    }
    throw new Error('No port of 127.0.0.1 could be had.')
  }

  /** Lets nobody in any more and ends all benches, then all connections. Resolves when every program is gone. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()))
    await this.#door.close('server-stopping')
    await this.#networks.close()
    for (const connection of this.#connections) connection.destroy()
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value)
    if (!mayRead(asking(request), this.#hosts)) {
      refuse(response, 403, `This server answers to ${this.#hosts.join(', ')} only.\n`)
    } else if (request.url === ENTER_PATH) this.#enter(request, response)
    else if (request.url === '/health') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
      response.end(JSON.stringify(this.#healthFor(request)))
    } else this.#pages.answer(request, response)
  }

  #enter(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST') refuse(response, 405, 'Only POST is answered here.\n', { Allow: 'POST' })
    else if (!mayOpen(asking(request), this.#hosts)) refuse(response, 403, 'Only a page of this server may enter.\n')
    else {
      const reader = this.#readerOf(request)
      void answerEntering(request, response, { invitation: this.#invitation, reader, cookie: this.#cookie })
    }
  }

  #healthFor(request: IncomingMessage): Health {
    const reader = this.#readerOf(request)
    const pass = request.headers[PASS_HEADER]?.toString()
    const isInvited = reader !== null && this.#invitation.isPass(reader, pass)
    return isInvited ? { ...this.#health, inside: this.#door.inside(reader) } : this.#health
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const reader = this.#readerOf(request)
    if (!mayOpen(asking(request), this.#hosts)) refuseUpgrade(socket)
    else if (request.url !== BENCH_PATH) this.#pages.upgrade(request, socket, head)
    else if (reader === null) refuseUpgrade(socket)
    else this.#door.enter(reader, request, socket, head)
  }

  /** The reader whose cookie a request carries, or null. */
  #readerOf({ headers }: IncomingMessage): string | null {
    const readers = cookiesIn(headers.cookie, this.#cookie).map((cookie) => this.#invitation.readerOf(cookie))
    return readers.find((reader) => reader !== null) ?? null
  }

  #tryToListen(port: number): Promise<number | false> {
    return new Promise((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
        else reject(error)
      }
      this.#http.once('error', failed)
      this.#http.listen(port, '127.0.0.1', () => {
        this.#http.off('error', failed)
        resolve((this.#http.address() as AddressInfo).port)
      })
    })
  }
}

function asking({ headers }: IncomingMessage) {
  return { host: headers.host, origin: headers.origin }
}

function refuseUpgrade(socket: Duplex): void {
  // With an upgrade Node takes its own listener away, and an error that nobody hears would end the server.
  socket.on('error', () => {})
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}
