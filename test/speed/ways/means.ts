import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Language } from '../../../labs/lab.ts'
import { fileOf, type Wanted } from '../programs.ts'

/** With what programs are started by somebody who is no bench. */
export interface Means {
  /** A course's folder. */
  readonly folder: string
  /** The interpreters' paths. */
  readonly interpreters: Readonly<Record<Language, string>>
  readonly env: Readonly<Record<string, string>>
}

/** What a shell gives to programs, without the settings of whoever runs this. */
export function shellEnvironment(): Record<string, string> {
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env
  return { PATH, HOME, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' }
}

/** What is given to node-pty. */
export interface Command {
  readonly file: string
  readonly args: string[]
  readonly cwd: string
  readonly env: Record<string, string>
}

export function commandOf(means: Means, wanted: Wanted): Command {
  const path = join(means.folder, fileOf(wanted))
  const { language } = wanted
  const base = { cwd: dirname(path), env: { ...means.env } }
  if (language !== 'sh') return { ...base, file: means.interpreters[language], args: [basename(path)] }
  const bash = '/bin/bash'
  if (existsSync(bash)) return { ...base, file: bash, args: ['--norc', '--noprofile', '-i'] }
  return { ...base, file: '/bin/sh', args: ['-i'] }
}
