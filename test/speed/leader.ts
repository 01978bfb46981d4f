import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { PROBES, ProbeName } from './probes/probes.ts'
import type { FromClient, Task, ToClient } from './talk.ts'
import type { Reach } from './ways/way.ts'

type Result<Name extends ProbeName> = Awaited<ReturnType<(typeof PROBES)[Name]>>
type Options<Name extends ProbeName> = Parameters<(typeof PROBES)[Name]>[1]

/** A process that makes one measurement, as seen by the one that leads. */
export class Client<Name extends ProbeName> {
  /** Rejects with the client's own error. */
  readonly result: Promise<Result<Name>>
  readonly #process: ChildProcess
  #halt = Promise.withResolvers<void>()

  constructor(probe: Name, reach: Reach | null, options: Options<Name>) {
    this.#process = fork(join(import.meta.dirname, 'client.ts'), { execArgv: [] })
    this.result = new Promise((resolve, reject) => {
      const fail = (why: string) => {
        const error = new Error(`${probe}, ${reach?.way ?? 'no server'}: ${why}`)
        reject(error)
        this.#halt.reject(error)
      }
      this.#process.on('message', (message: FromClient) => {
        if ('waits' in message) this.#halt.resolve()
        else if ('error' in message) fail(message.error)
        else resolve(message.result as Result<Name>)
      })
      this.#process.once('exit', (code, signal) => fail(`the client ended with ${signal ?? code}`))
    })
    this.result.catch(() => {})
    this.#halt.promise.catch(() => {})
    const task: Task = { probe, reach, options: options as object }
    this.#say({ task })
  }

  /** Resolves when the client waits to be told to go on. */
  halted(): Promise<void> {
    return this.#halt.promise
  }

  goOn(): void {
    this.#halt = Promise.withResolvers()
    this.#halt.promise.catch(() => {})
    this.#say({ go: true })
  }

  #say(message: ToClient): void {
    this.#process.send(message)
  }
}

/** Has one measurement made that needs no leading. */
export function measure<Name extends ProbeName>(
  probe: Name,
  reach: Reach | null,
  options: Options<Name>,
): Promise<Result<Name>> {
  return new Client(probe, reach, options).result
}
