/**
 * `npm run dev`: the same course with live reload. Astro serves the pages on a port of its own; the course's server
 * stands before it and starts anew when its own code changes. A lab's programs and definition are read at each run.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { openBrowser } from './browser.ts'
import { readOptions, USAGE, WrongOption } from './options.ts'

const folder = join(import.meta.dirname, '..', '..')
const args = process.argv.slice(2)
let opened = !opensBrowser()
const port = await freePort()
const children: ChildProcess[] = []
let ending = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0))

const astro = join(folder, 'node_modules', 'astro', 'bin', 'astro.mjs')
// Astro's own address is kept quiet: labs do not run there.
start([astro, 'dev', '--host', '127.0.0.1', '--port', String(port), '--ignore-lock'], (line) => !/\bLocal\b/.test(line))
await listened(port)
const main = join(folder, 'labs', 'server', 'main.ts')
const server = ['--watch', '--watch-preserve-output', main, '--pages', `http://127.0.0.1:${port}`, ...args, '--no-open']
if (!ending) start(server, openOnce)

/** Reads the options, which the server is given too. */
function opensBrowser(): boolean {
  try {
    return readOptions(args).open
  } catch (error) {
    if (!(error instanceof WrongOption)) throw error
    console.error(`${error.message}\n\n${USAGE}`)
    process.exit(2)
  }
}

/** Starts one half of the course. `shown` is asked of each line it prints. When one half ends, the other has no use. */
function start(command: readonly string[], shown: (line: string) => boolean): void {
  const child = spawn(process.execPath, command, {
    cwd: folder,
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
    stdio: ['ignore', 'pipe', 'inherit'],
    // In a group of its own it does not hear Ctrl-C, and is told once, from here. A second time would mean: at once.
    detached: true,
  })
  children.push(child)
  createInterface(child.stdout).on('line', (line) => shown(line) && console.log(line))
  child.once('exit', () => end(1))
}

function end(code: number): void {
  if (ending) return
  ending = true
  process.exitCode = code
  for (const child of children) child.kill('SIGTERM')
}

/** Opens the course's link when the server prints it, and not again when the server starts anew. */
function openOnce(line: string): true {
  const [link] = /http:\/\/127\.0\.0\.1:\d+\/\?key=\S+/.exec(line) ?? []
  if (link && !opened) {
    opened = true
    openBrowser(link, folder)
  }
  return true
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** Resolves when somebody listens at a port, or the course ends before. */
async function listened(port: number): Promise<void> {
  while (!ending) {
    const probe = connect(port, '127.0.0.1')
    const heard = await once(probe, 'connect').catch(() => null)
    probe.destroy()
    if (heard) return
    await pause(50)
  }
}
