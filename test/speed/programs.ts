/** The programs that run in the measured terminals, in every contestant's the same. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RunLanguage } from '../../labs/events.ts'

export type ProgramName = 'echo' | 'lines' | 'endless' | 'idle' | 'hello' | 'again'

/** A program and what it is written in; `sh` stands for an interactive shell, whatever the program. */
export interface Wanted {
  readonly program: ProgramName
  readonly language: RunLanguage
}

/** Where a program's file lies in a course's folder. */
export function fileOf({ program, language }: Wanted): string {
  return join('labs', 'catalog', program, `${program}.${language}`)
}

/** A program's texts. */
type Texts = Readonly<Record<'ts', string> & Partial<Record<'py', string>>>

/** `lines` is the path of what the program of that name prints. */
function textsOf(lines: string): Record<ProgramName, Texts> {
  return {
    /** Gives back every byte, from a raw terminal. */
    echo: { ts: becomes('stty raw -echo; printf ready; exec cat') },
    /** Prints 50 MB and stays. */
    lines: { ts: becomes(`cat '${lines}'; exec sleep 600`) },
    /** Prints lines of 80 bytes for ever. */
    endless: { ts: becomes(`exec yes ${'y'.repeat(79)}`) },
    /** Waits for input. */
    idle: { ts: becomes('printf ready; exec cat') },
    /** Says a word and stays, until it is killed. */
    hello: {
      ts: `console.log('hello')\nsetInterval(() => {}, 60_000)\n`,
      py: `import time\n\nprint('hello')\ntime.sleep(600)\n`,
    },
    /** The same, but it ends by itself when it is hung up: only then does Node keep what it has compiled. */
    again: {
      ts: `console.log('hello')\nsetInterval(() => {}, 60_000)\nprocess.once('SIGHUP', () => process.exit())\n`,
    },
  }
}

/** A Node that turns into something smaller, so that nothing else is measured. */
function becomes(command: string): string {
  return `process.execve('/bin/sh', ['sh', '-c', ${JSON.stringify(command)}], process.env)\n`
}

/** Somebody who makes a lab of programs, as a test's course does. */
type AddLab = (id: string, programs: Record<string, Texts & { end: 'begins' }>) => Promise<void>

/** Puts all programs into a course's folder. `lines` is the file to be printed; every folder has a copy of its own. */
export async function placePrograms(folder: string, lines: string, addLab: AddLab): Promise<void> {
  const copy = join(folder, 'lines.txt')
  if (copy !== lines) await copyFile(lines, copy)
  for (const [name, texts] of Object.entries(textsOf(copy))) await addLab(name, { [name]: { ...texts, end: 'begins' } })
}

/** Writes the files of a lab where no server needs to know of it. */
export function addFiles(folder: string): AddLab {
  return async (_, programs) => {
    for (const [name, { ts, py = '' }] of Object.entries(programs)) {
      const program = name as ProgramName
      await mkdir(join(folder, dirname(fileOf({ program, language: 'ts' }))), { recursive: true })
      await writeFile(join(folder, fileOf({ program, language: 'ts' })), ts)
      await writeFile(join(folder, fileOf({ program, language: 'py' })), py)
    }
  }
}
