/** Which line of a program's own file an error is about, read from what its runtime printed. Pure. */
import type { Language } from '../../../labs/lab.ts'

/** What a runtime complains of. */
export interface Complaint {
  /** Of the program's own file, from 1. */
  readonly line: number
  /** As the runtime words it: `SyntaxError: invalid syntax`. */
  readonly message: string
}

/**
 * The last error in the output of a run that is about a line of the program's own file; null where there is none.
 * @param output what was printed, with the terminal's own signs or without
 * @param file the file's name, `send.py`, in whatever folder it ran
 */
export function complaintIn(output: string, file: string, language: Language): Complaint | null {
  const lines = output.replace(SIGNS, '').split(/\r*\n/)
  return language === 'py' ? pythons(lines, file) : nodes(lines, file)
}

/** Colours, and other commands to a terminal (ECMA-48, CSI). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SIGNS = /\x1b\[[\d;?]*[ -/]*[@-~]/g

/** An exception's name, and what it says. A reader who presses Ctrl-C has made no mistake. */
const EXCEPTION = /^(?!KeyboardInterrupt)[\w.]+(?:: |$)/

/**
 * A traceback ends with a line that is not indented; above it stand frames, the innermost last. A mistake of syntax is
 * told by one frame without a traceback. Causes come first, so the last is what ended the program.
 */
function pythons(lines: readonly string[], file: string): Complaint | null {
  let found: Complaint | null = null
  let line: number | null = null
  let inFrames = false
  for (const whole of lines) {
    // In a group of exceptions each line has a bar before it.
    const text = whole.replace(/^ *[|+] /, '')
    const [, path, number] = /^ {2}File "(.+)", line (\d+)/.exec(text) ?? []
    if (path !== undefined) {
      inFrames = true
      if (nameOf(path) === file) line = Number(number)
    } else if (inFrames && text !== '' && !/^[ \t]/.test(text)) {
      if (line !== null && EXCEPTION.test(text)) found = { line, message: text }
      inFrames = false
      line = null
    }
  }
  return found
}

/**
 * Node prints the place, the lines around it, a row of carets, then the message; below it the stack. Where the place is
 * not in the program's file, the innermost frame that is tells the line.
 */
function nodes(lines: readonly string[], file: string): Complaint | null {
  const at = lines.findLastIndex((line) => nameOf(/^(?:file:|\/|[A-Za-z]:\\).*(?=:\d+$)/.exec(line)?.[0]) === file)
  const carets = at < 0 ? -1 : lines.findIndex((line, index) => index > at && /^\s*\^+$/.test(line))
  const below = carets < 0 ? [] : lines.slice(carets + 1)
  const stack = below.findIndex((line) => /^\s+at /.test(line))
  const above = below.slice(0, stack < 0 ? undefined : stack)
  // Where the lines around the place go on, an empty one ends them.
  const message = above.slice(above.indexOf('') + 1).find((line) => line.trim() !== '')
  if (message !== undefined) return { line: Number(/\d+$/.exec(lines[at] ?? '')?.[0]), message: message.trim() }
  return fromStack(lines, file)
}

const FRAME = /^\s+at (?:.*\()?(.+?):(\d+):\d+\)?(?: \{)?$/

function fromStack(lines: readonly string[], file: string): Complaint | null {
  const isOwn = (line: string) => nameOf(FRAME.exec(line)?.[1]) === file
  const last = lines.findLastIndex(isOwn)
  if (last < 0) return null
  let top = last
  while (/^\s+at /.test(lines[top - 1] ?? '')) top -= 1
  const frame = lines.slice(top, last + 1).find(isOwn) ?? ''
  const message = lines.slice(0, top).findLast((line) => /^(?:Uncaught )?[A-Z]\w*(?: \[\w+\])?: /.test(line))
  return message === undefined ? null : { line: Number(FRAME.exec(frame)?.[2]), message: message.trim() }
}

function nameOf(path: string | undefined): string | undefined {
  return path?.split(/[\\/]/).at(-1)
}
