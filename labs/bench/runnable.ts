import { accessSync, constants } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { RunLanguage } from '../events.ts'
import { type Capability, LANGUAGES, type Lab, type Program } from '../lab.ts'
import { SHELL } from '../protocol.ts'
import type { Trouble } from '../troubles.ts'
import type { FoundInterpreters } from './interpreters.ts'
import type { LiveNetwork } from './network/network.ts'
import { viewRunnable } from './view.ts'

/** Something a bench can run under a name: a program of the lab, a view of the machine, or a shell on a host. */
export interface Runnable {
  readonly name: string
  /** Whether it is a program of the lab, not a shell. */
  readonly isProgram: boolean
  /** Whether the programs after it wait until others can reach it. */
  readonly waits: boolean
  /** Whether what is typed reaches it. */
  readonly hears: boolean
  /** After how many ms a run is ended; null: never. */
  readonly within: number | null
  /**
   * @param source a program's text as its reader edited it; its file as it is on disk, when nothing is said
   * @throws {Refused} when it cannot be run in this language, here or now.
   */
  prepare(language: RunLanguage, network: LiveNetwork, source?: string): Promise<Prepared>
}

/** How one run is started. */
export interface Prepared {
  readonly argv: readonly [string, ...string[]]
  /** What a reader would type. */
  readonly command: readonly string[]
  readonly folder: string
  /** Null: the machine itself, whatever network the bench has. */
  readonly host: string | null
  readonly capability: Capability | null
  /** How many descriptors it may have, where it is fewer than any other. */
  readonly descriptors?: number | undefined
  /** What it needs in its environment besides what every program has. */
  readonly env: Readonly<Record<string, string>>
}

/** A run that cannot begin, with the trouble that is told. */
export class Refused extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble) {
    super(trouble.kind)
    this.trouble = trouble
  }
}

/** Everything of a lab that can be run: its programs in their order, its views, then a shell for each host. */
export function runnablesOf(lab: Lab, interpreters: FoundInterpreters): Runnable[] {
  const programs = lab.programs.map((program) => programRunnable(program, interpreters))
  const views = lab.views.map((view) => viewRunnable(view))
  return [...programs, ...views, ...lab.network.hosts.map(({ name }) => shellRunnable(lab, name))]
}

function programRunnable(program: Program, interpreters: FoundInterpreters): Runnable {
  const { name, end, host, capability, descriptors, files } = program
  return {
    name,
    isProgram: true,
    waits: end === 'waits',
    hears: true,
    within: null,
    async prepare(language, network, source) {
      if (language === 'sh') throw new Refused({ kind: 'cannot-start', program: name, detail: 'it is not a shell' })
      const interpreter = interpreters[language]
      if (interpreter === null) throw new Refused({ kind: 'no-interpreter', language })
      try {
        const { folder, file } = await network.place(program, language, source ?? null)
        const command = [interpreter.typed, file]
        return {
          argv: [interpreter.path, file],
          command,
          folder,
          host,
          capability,
          descriptors: descriptors ?? undefined,
          env: {},
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        throw new Refused({ kind: 'file-missing', file: `labs/catalog/${files[language]}` })
      }
    },
  }
}

/** A shell without the reader's own settings, so that it looks alike for everybody; its prompt names the host. */
function shellRunnable(lab: Lab, host: string): Runnable {
  return {
    name: `${SHELL}${host}`,
    isProgram: false,
    waits: false,
    hears: true,
    within: null,
    async prepare(_, network) {
      // A file that is missing is the matter of its own program.
      const placed = await Promise.allSettled(
        lab.programs.flatMap((program) => LANGUAGES.map((language) => network.place(program, language))),
      )
      const folder = placed.find((file) => file.status === 'fulfilled')?.value.folder ?? '/'
      const path = findShell()
      const isBash = basename(path) === 'bash'
      return {
        argv: isBash ? [path, '--norc', '--noprofile', '-i'] : [path, '-i'],
        command: [basename(path)],
        folder,
        host,
        capability: null,
        env: {
          PS1: isBash ? `${host} \\w \\$ ` : `${host} $ `,
          HISTFILE: '',
          // The course's own Node comes first: an older one could not run the programs.
          PATH: `${dirname(process.execPath)}:/usr/sbin:/sbin:${process.env.PATH ?? '/usr/bin:/bin'}`,
        },
      }
    },
  }
}

/** The reader's own shell where it is one that this page can speak for, else what every system has. */
function findShell(): string {
  const own = process.env.SHELL ?? ''
  const candidates = [...(['bash', 'sh'].includes(basename(own)) ? [own] : []), '/bin/bash', '/bin/sh']
  return candidates.find(isExecutable) ?? '/bin/sh'
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
