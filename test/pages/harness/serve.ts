/** Serves the harness: panels in a page without a server of the course. Started by itself it prints its address. */
import { join } from 'node:path'
import { createViteServer } from 'vitest/node'
import { COURSE } from '../../helpers/course.ts'

export interface HarnessServer {
  /** The address of the page with this query. */
  at(query: string): string
  close(): Promise<void>
}

export async function serveHarness(port = 0): Promise<HarnessServer> {
  const server = await createViteServer({
    root: COURSE,
    configFile: false,
    logLevel: 'error',
    appType: 'mpa',
    cacheDir: join(COURSE, 'node_modules', '.vite-harness'),
    publicDir: false,
    server: { port, host: '127.0.0.1', hmr: false, watch: null },
  })
  await server.listen()
  const address = server.httpServer?.address()
  if (typeof address !== 'object' || address === null) throw new Error('The harness listens nowhere.')
  return {
    at: (query) => `http://127.0.0.1:${address.port}/test/pages/harness/index.html?${query}`,
    close: () => server.close(),
  }
}

if (import.meta.main) console.log((await serveHarness(Number(process.argv[2] ?? 0))).at(''))
