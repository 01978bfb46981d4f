import { spawn } from 'node:child_process'

/** Opens a link in the reader's browser if this machine has a desktop. Says nothing when that fails: the link is printed. */
export function openBrowser(link: string): void {
  const command = opener()
  if (command === null) return
  const [file, ...args] = command
  const child = spawn(file, [...args, link], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

function opener(): [string, ...string[]] | null {
  if (process.platform === 'darwin') return ['open']
  if (process.platform === 'win32') return ['cmd', '/c', 'start', '']
  const desktop = process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  return desktop ? ['xdg-open'] : null
}
