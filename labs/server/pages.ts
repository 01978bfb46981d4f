import { globSync, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type Duplex, pipeline } from 'node:stream'
import sirv from 'sirv'
import { POLICY_IN_MAKING, POLICY_OF_SEARCH, policyOfPages, SEARCH_WORKER, scriptHashes } from './headers.ts'

/** Where pages come from: answers requests that are not for a bench, and upgrades if it has any. */
export interface Pages {
  readonly answer: RequestListener
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** The built site in a folder, as it is at each request. */
export function builtPages(folder: string): Pages {
  const serve = sirv(folder, {
    dev: true,
    etag: true,
    setHeaders: (response, path) => {
      response.setHeader(
        'Cache-Control',
        path.startsWith('/_astro/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
    },
  })
  const policy = policyOf(folder)
  return {
    answer: (request, response) => {
      const path = request.url?.replace(/\?.*$/, '')
      response.setHeader('Content-Security-Policy', path === SEARCH_WORKER ? POLICY_OF_SEARCH : policy())
      // sirv throws on a range that ends before it begins; to answer with the whole is always allowed (RFC 9110, 14.2).
      delete request.headers.range
      // It also leaves the error of a file that cannot be read to nobody, which would end the server.
      response.on('pipe', (file) => file.on('error', () => response.destroy()))
      serve(request, response, () => void answerNotFound(folder, request.url, response))
    },
    upgrade: (_, socket) => socket.destroy(),
  }
}

/** The policy of all pages in a folder. The pages are read when they are first asked for, and again after a new build. */
function policyOf(folder: string): () => string {
  let readAt = -1
  let policy = ''
  return () => {
    const builtAt = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (builtAt === readAt) return policy
    const pages = globSync('**/*.html', { cwd: folder }).map((page) => readOrNothing(join(folder, page)))
    policy = policyOfPages([...new Set(pages.flatMap(scriptHashes))].sort())
    readAt = builtAt
    return policy
  }
}

/** A new build takes pages away while they are read. */
function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Says in the language of the address that there is no such page; in both where it has none. */
async function answerNotFound(folder: string, url: string | undefined, response: ServerResponse): Promise<void> {
  const [, lang = ''] = /^\/(en|zh)(?:[/?]|$)/.exec(url ?? '') ?? []
  const page = await readFile(join(folder, lang, '404', 'index.html'))
    .catch(() => readFile(join(folder, '404.html')))
    .catch(() => 'There is no such page.\n')
  response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' })
  response.end(page)
}

/** A page server elsewhere on this machine, for `npm run dev`: requests and its own WebSocket are passed on unchanged. */
export function pagesFrom(server: URL): Pages {
  const target = { host: server.hostname, port: Number(server.port) }
  return {
    answer: (incoming, response) => {
      response.setHeader('Content-Security-Policy', POLICY_IN_MAKING)
      const { method, url, headers } = incoming
      const outgoing = request({ ...target, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        // An answer that is cut off cuts off this one, so that the reader's browser does not wait for the rest.
        pipeline(answer, response, () => {})
      })
      response.on('close', () => outgoing.destroy())
      outgoing.on('error', (error) => {
        if (response.headersSent) return
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
