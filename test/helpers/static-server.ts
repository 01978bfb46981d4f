/** Any web server of the simplest kind: hands out the files of a folder below a path, and nothing else. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export interface StaticServer {
  /** The address of a path below its base, which begins with a slash. */
  at(path: string): string
  /** What it was asked for and did not have, in the order asked. */
  readonly missed: readonly string[]
  close(): Promise<void>
}

/** @param base the path below which the files lie; begins and ends with a slash */
export async function serveStatic(folder: string, base = '/'): Promise<StaticServer> {
  const missed: string[] = []
  const server = createServer(async ({ url = '', method }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://here').pathname)
    const below = path.startsWith(base) ? normalize(`/${path.slice(base.length)}`) : null
    const file = below?.endsWith('/') ? `${below}index.html` : below
    try {
      if (method !== 'GET' || file === null) throw new Error('nothing but files')
      const text = await readFile(join(folder, file))
      response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(text)
    } catch {
      missed.push(`${method} ${path}`)
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('no such file\n')
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    at: (path) => `http://127.0.0.1:${port}${base.slice(0, -1)}${path}`,
    missed,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
