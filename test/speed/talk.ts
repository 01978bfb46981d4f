/** What is said between the process that leads the measurements and the clients that make them. */
import type { ProbeName } from './probes/probes.ts'
import type { Reach } from './ways/way.ts'

export interface Task {
  readonly probe: ProbeName
  /** Null where nothing is reached through a server. */
  readonly reach: Reach | null
  readonly options: object
}

export type ToClient = { task: Task } | { go: true }
export type FromClient = { waits: true } | { result: unknown } | { error: string }

/** A client's side of the talk: it says that it is where the leader wants it, and waits to be told to go on. */
export type Halt = () => Promise<void>
