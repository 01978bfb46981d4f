/**
 * Has the socket calls of a program told, and the events it asks for, each with its line. Node runs this file before the
 * program, by `--require` in NODE_OPTIONS; `calls.ts` reads what is told. The program must not notice: what it calls
 * gives what it gave before, its listeners are its own, and its errors look as they would.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { openHigh, standGate } from './gate.ts'
import { wrapListening } from './listeners.ts'
import { concealTracer, setMain } from './stack.ts'
import { beginTelling, now, stringify, tell } from './teller.ts'
import { wrapCalls } from './wrap.ts'

try {
  begin()
} catch {
  // The program runs untraced, and the bench hears nothing from here: then it says so.
}

function begin(): void {
  const path = cleanEnvironment()
  if (path === undefined || !isMainThread) return
  beginTelling(openHigh(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK))
  standGate(path)
  try {
    const [, file = ''] = process.argv
    const real = fs.realpathSync(file)
    setMain(real, pathToFileURL(real).href)
    concealTracer()
    wrapCalls()
    wrapListening()
    syncBuiltinESMExports()
    tell('{"kind":"traced"}\n', now())
  } catch (error) {
    tell(`{"kind":"blind","detail":${stringify(String(error).slice(0, 500))}}\n`, now())
  }
}

/** Takes out of the environment what brought this file here. @returns the channel's path */
function cleanEnvironment(): string | undefined {
  const { BOTH_ENDS_CALLS: path, NODE_OPTIONS: options = '' } = process.env
  // A worker begins with what the program has left.
  if (path === undefined) return undefined
  delete process.env.BOTH_ENDS_CALLS
  // The words by which this file came stand last.
  const before = options.slice(0, Math.max(options.lastIndexOf('--require'), 0)).trim()
  if (before === '') delete process.env.NODE_OPTIONS
  else process.env.NODE_OPTIONS = before
  const { _preload_modules: preloaded } = process as unknown as { _preload_modules?: string[] }
  preloaded?.splice(0)
  return path
}
