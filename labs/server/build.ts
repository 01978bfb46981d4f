import { spawn } from 'node:child_process'
import { readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** What the pages are made of, below the course's folder; besides, the files in `labs/` that both sides share. */
const SOURCES = ['astro.config.mjs', 'content', 'labs/catalog', 'labs/checks', 'labs/wire', 'package-lock.json', 'site']

/** The folder of the built site below the course's folder. */
export const BUILT = 'dist'

/**
 * Whether the built site is missing, or older than anything it is made of; or whether it was built for another place than
 * the root of a server, where the course is served.
 */
export async function isStale(folder: string): Promise<boolean> {
  const built = await changedAt(join(folder, BUILT, 'index.html'))
  if (built === 0 || (await baseOf(join(folder, BUILT))) !== '/') return true
  const shared = (await readdir(join(folder, 'labs'))).filter((file) => file.endsWith('.ts'))
  for (const source of [...SOURCES, ...shared.map((file) => `labs/${file}`)])
    if ((await newest(join(folder, source))) > built) return true
  return false
}

/**
 * Builds the site beside the one that is there and puts it in its place when it is whole.
 * @param say is given each line of progress
 * @throws {Error} with what the builder printed; the old site is still there then.
 */
export async function buildSite(folder: string, say: (line: string) => void): Promise<void> {
  const next = join(folder, 'dist.next')
  const began = new Date()
  await rm(next, { recursive: true, force: true })
  const astro = join(folder, 'node_modules', 'astro', 'bin', 'astro.mjs')
  const child = spawn(process.execPath, [astro, 'build', '--outDir', next], {
    cwd: folder,
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', FORCE_COLOR: undefined, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const hear = (text: string) => {
    printed += text
    for (const line of text.split('\n')) if (line.includes('.html') || line.includes('Completed')) say(line.trim())
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) {
    await rm(next, { recursive: true, force: true })
    throw new Error(printed.trim())
  }
  // What was changed while it was being built is newer than this.
  await utimes(join(next, 'index.html'), began, began)
  const built = join(folder, BUILT)
  await rm(built, { recursive: true, force: true })
  await rename(next, built)
}

/** The path that the pages were built to lie below, as they say themselves; the root where they do not. */
async function baseOf(built: string): Promise<string> {
  try {
    return JSON.parse(await readFile(join(built, 'health'), 'utf8')).base ?? '/'
  } catch {
    return '/'
  }
}

/** The time of the last change of a file, or of anything in a folder, in ms; 0 when there is nothing. */
async function newest(path: string): Promise<number> {
  const own = await changedAt(path)
  let entries: string[]
  try {
    entries = await readdir(path)
  } catch {
    return own
  }
  const below = await Promise.all(entries.map((entry) => newest(join(path, entry))))
  return Math.max(own, ...below)
}

async function changedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch {
    return 0
  }
}
