import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Surroundings } from '../bench/bench.ts'
import { versions } from '../bench/interpreters.ts'
import { BENCH_PATH, type Health, PROTOCOL } from '../protocol.ts'
import { Catalog } from './catalog.ts'
import { Door } from './door.ts'
import { allowedHosts, mayOpen, mayRead } from './gate.ts'
import type { Pages } from './pages.ts'

/** What a server is made of. */
export interface Parts extends Surroundings {
  readonly pages: Pages
  readonly version: string
}

/** The course's server: pages, `GET /health`, and benches at `/_bench`. Listens on 127.0.0.1 alone. */
export class CourseServer {
  readonly #http: Server
  readonly #door: Door
  readonly #connections = new Set<Socket>()
  #hosts: readonly string[] = []

  constructor(parts: Parts) {
    this.#door = new Door(new Catalog(parts.folder), parts)
    const health: Health = {
      protocol: PROTOCOL,
      version: parts.version,
      interpreters: versions(parts.interpreters),
    }
    this.#http = createServer((request, response) => {
      if (!mayRead(asking(request), this.#hosts)) {
        response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' })
        response.end(`This server answers to ${this.#hosts.join(', ')} only.\n`)
      } else if (request.url === '/health') {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
        response.end(JSON.stringify(health))
      } else parts.pages.answer(request, response)
    })
    this.#http.on('connection', (socket) => {
      this.#connections.add(socket)
      socket.once('close', () => this.#connections.delete(socket))
    })
    this.#http.on('upgrade', (request, socket, head) => {
      if (request.url !== BENCH_PATH) {
        if (mayRead(asking(request), this.#hosts)) parts.pages.upgrade(request, socket, head)
        else refuse(socket)
      } else if (mayOpen(asking(request), this.#hosts)) this.#door.enter(request, socket, head)
      else refuse(socket)
    })
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
      return got
    }
    throw new Error('No port of 127.0.0.1 could be had.')
  }

  /** Lets nobody in any more and ends all benches, then all connections. Resolves when every program is gone. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()))
    await this.#door.close('server-stopping')
    for (const connection of this.#connections) connection.destroy()
    await closed
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

function refuse(socket: Duplex): void {
  // With an upgrade Node takes its own listener away, and an error that nobody hears would end the server.
  socket.on('error', () => {})
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}
