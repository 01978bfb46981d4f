/**
 * `npm run dev`: the same course with live reload. Astro serves the pages on a port of its own; the course's server
 * stands before it and starts anew when its own code changes. A lab's programs and definition are read at each run.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', '..')
const port = await freePort()
const astro = join(folder, 'node_modules', 'astro', 'bin', 'astro.mjs')
const main = join(folder, 'labs', 'server', 'main.ts')
const options = { cwd: folder, stdio: 'inherit', env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' } } as const

const children: ChildProcess[] = [
  spawn(process.execPath, [astro, 'dev', '--host', '127.0.0.1', '--port', String(port), '--ignore-lock'], options),
  spawn(
    process.execPath,
    ['--watch', '--watch-preserve-output', main, '--pages', `http://127.0.0.1:${port}`, ...process.argv.slice(2)],
    options,
  ),
]

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
await Promise.race(children.map((child) => once(child, 'exit')))
end()

/** When one of both ends, the other has no use. */
function end(): void {
  for (const child of children) child.kill('SIGTERM')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
