/** Runs one program the way a shell would: its interpreter, its file, no terminal, some other folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import type { Language } from '../../labs/lab.ts'

/** How a program ended; one of both is null. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The interpreter's path for each language; null where this machine has none. */
export const INTERPRETERS: Readonly<Record<Language, string | null>> = { ts: process.execPath, py: findPython() }

/** Why tests of Python programs are skipped where they are. */
export const NO_PYTHON = 'python3 is not on PATH'

/** How long a program may take over one line or its exit before a test fails, in ms. */
const DEADLINE = 10_000

const running = new Set<ChildProcess>()

/** A program that was started. What it prints is kept from the beginning. */
export class ShellProgram {
  output = ''
  errors = ''
  readonly #file: string
  readonly #process: ChildProcess
  readonly #watchers = new Set<() => void>()
  #exit: Exit | null = null

  /** Starts the file, given with its whole path; its ending tells the language. */
  constructor(file: string) {
    const language: Language = file.endsWith('.py') ? 'py' : 'ts'
    const interpreter = INTERPRETERS[language]
    if (interpreter === null) throw new Error(`${file} cannot be started: ${NO_PYTHON}`)
    this.#file = file
    // Python's development mode tells of sockets that nobody closed.
    const env = { ...process.env, PYTHONUNBUFFERED: '1', PYTHONDEVMODE: '1', PYTHONUTF8: '1' }
    this.#process = spawn(interpreter, [file], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(this.#process)
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
      this.#tell()
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
      this.#tell()
    })
    this.#process.on('close', (code, signal) => {
      running.delete(this.#process)
      this.#exit = { code, signal }
      this.#tell()
    })
  }

  /** True until it has ended and all it printed has been read. */
  get running(): boolean {
    return this.#exit === null
  }

  /**
   * The first whole line of its output that matches, printed already or still to come.
   * @throws {Error} telling all it printed, when it ends or the deadline passes without such a line.
   */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(`a line like ${pattern}`, () => {
      const lines = this.output.split('\n').slice(0, -1)
      return lines.map((line) => pattern.exec(line)).find((match) => match !== null)
    })
  }

  /**
   * How it ended.
   * @throws {Error} telling all it printed, when the deadline passes before.
   */
  exit(): Promise<Exit> {
    return this.#until('its exit', () => this.#exit ?? undefined)
  }

  /** Sends a signal and tells how the program ended. */
  stop(signal: NodeJS.Signals): Promise<Exit> {
    this.#process.kill(signal)
    return this.exit()
  }

  #tell(): void {
    for (const look of [...this.#watchers]) look()
  }

  #until<T>(wanted: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      const fail = (why: string) => {
        done()
        reject(new Error(`${this.#file}: ${why} ${wanted}; it printed\n${this.output}${this.errors}`))
      }
      const look = () => {
        const found = find()
        if (found !== undefined) {
          done()
          resolve(found)
        } else if (!this.running) {
          fail('ended without')
        }
      }
      const timer = setTimeout(() => fail(`gave within ${DEADLINE} ms no sign of`), DEADLINE)
      this.#watchers.add(look)
      look()
    })
  }
}

/** Ends whatever a test has left running; resolves after the last process is gone. */
export async function stopShellPrograms(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      return closed
    }),
  )
}

// Asked of Python itself, because `python3` may be a version manager's script that starts the real one.
function findPython(): string | null {
  try {
    return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
