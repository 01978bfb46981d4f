import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { View } from '../lab.ts'
import { commandOf } from '../views.ts'
import type { Runnable } from './runnable.ts'

/** Where the commands of views lie on each system, whatever PATH says; `ip` where hosts.py beside this looks for it too. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  linux: ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin', '/run/current-system/sw/bin'],
  darwin: ['/sbin', '/usr/sbin'],
  win32: [join(process.env.SystemRoot ?? 'C:\\Windows', 'System32')],
}

/** The course's folder: the paths in its own commands begin here. */
const COURSE = join(import.meta.dirname, '../..')

/** What is said where a command is missing, if it says more than that. */
const MISSING: Readonly<Record<string, string>> = { ip: '`ip` of iproute2 is not installed' }

/** A view takes a few milliseconds; one that hangs in the kernel is ended after so long, in ms. */
const WITHIN = 5000

/**
 * A fixed command that runs on the machine itself. Nothing of it can be chosen: not the command, not an argument, and
 * what is typed into its terminal goes nowhere.
 * @param system the machine's, as Node names it
 */
export function viewRunnable({ name }: View, system: string = process.platform): Runnable {
  return {
    name,
    isProgram: false,
    waits: false,
    hears: false,
    within: WITHIN,
    async prepare(language) {
      if (language !== 'sh') throw new Error('it is a command of the system, in no language of the course')
      const command = commandOf(name, system)
      if (command === null) throw new Error(`there is no command for it on ${system}`)
      const [typed, ...args] = command
      const whole = { command, host: null, capability: null, env: {} }
      if (typed === 'node') return { ...whole, argv: [process.execPath, ...args], folder: COURSE }
      const file = system === 'win32' ? `${typed}.exe` : typed
      const path = FOLDERS[system]?.map((folder) => join(folder, file)).find(isExecutable)
      if (path === undefined) throw new Error(MISSING[typed] ?? `\`${typed}\` was not found`)
      return { ...whole, argv: [path, ...args], folder: '/' }
    },
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
