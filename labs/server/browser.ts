import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A browser that is only starting needs some seconds to read the page it was given, in ms. */
const READ_WITHIN = 30_000

/**
 * Opens a link in the reader's browser if this machine has a desktop. Says nothing when that fails: the link is printed.
 *
 * What a process is given as arguments, every user of the machine can read, and the link carries the key. So the browser
 * is given a page that only this user can read and that leads to the link; it is removed soon, at the latest at the end.
 * @param folder the course's folder
 */
export function openBrowser(link: string, folder: string): void {
  const command = opener()
  if (command === null) return
  const page = writePage(link, folder)
  if (page === null) return
  const [file, ...args] = command
  const child = spawn(file, [...args, page.file], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
  setTimeout(page.remove, READ_WITHIN).unref()
  process.once('exit', page.remove)
}

/** Browsers that are packed apart from the system often cannot read its folder for passing things. */
function writePage(link: string, folder: string): { file: string; remove: () => void } | null {
  for (const place of [join(folder, 'node_modules', '.cache'), tmpdir()]) {
    try {
      mkdirSync(place, { recursive: true })
      const own = mkdtempSync(join(place, 'both-ends-link-'))
      const remove = () => rmSync(own, { recursive: true, force: true })
      const file = join(own, 'open.html')
      writeFileSync(file, pageTo(link), { mode: 0o600 })
      return { file, remove }
    } catch {
      // Not to be written to: the next may be.
    }
  }
  return null
}

function pageTo(link: string): string {
  const target = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${target}">
<title>Both Ends 两端</title>
<a href="${target}">Both Ends 两端</a>
`
}

function opener(): [string, ...string[]] | null {
  if (process.platform === 'darwin') return ['open']
  if (process.platform === 'win32') return ['cmd', '/c', 'start', '']
  const desktop = process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  return desktop ? ['xdg-open'] : null
}
