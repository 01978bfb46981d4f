import { type IncomingMessage, type RequestListener, request } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import sirv from 'sirv'

/** Where pages come from: answers requests that are not for a bench, and upgrades if it has any. */
export interface Pages {
  readonly answer: RequestListener
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** The built site in a folder, as it is now: a later build needs a restart. */
export function builtPages(folder: string): Pages {
  const serve = sirv(folder, {
    etag: true,
    onNoMatch: (_, response) => response.end(),
    setHeaders: (response, path) => {
      response.setHeader(
        'Cache-Control',
        path.startsWith('/_astro/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
    },
  })
  const notFound = sirv(folder, { onNoMatch: (_, response) => response.end() })
  return {
    answer: (request, response) =>
      serve(request, response, () => {
        response.statusCode = 404
        request.url = '/404.html'
        notFound(request, response)
      }),
    upgrade: (_, socket) => socket.destroy(),
  }
}

/** A page server elsewhere on this machine, for `npm run dev`: requests and its own WebSocket are passed on unchanged. */
export function pagesFrom(server: URL): Pages {
  const target = { host: server.hostname, port: Number(server.port) }
  return {
    answer: (incoming, response) => {
      const { method, url, headers } = incoming
      const outgoing = request({ ...target, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      outgoing.on('error', (error) => {
        response.writeHead(502, { 'Content-Type': 'text/plain; charset=utf-8' })
        response.end(`The page server at ${server.host} does not answer: ${error.message}\n`)
      })
      incoming.pipe(outgoing)
    },
    upgrade: (incoming, socket, head) => {
      const outgoing = connect(target, () => {
        const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
        for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
          lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`)
        }
        outgoing.write(`${lines.join('\r\n')}\r\n\r\n`)
        outgoing.write(head)
        outgoing.pipe(socket).pipe(outgoing)
      })
      outgoing.on('error', () => socket.destroy())
      socket.on('error', () => outgoing.destroy())
    },
  }
}
