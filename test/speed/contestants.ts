import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { type Health, PASS_HEADER } from '../../labs/protocol.ts'
import { startCourse } from '../helpers/course.ts'
import { enter, keyOf } from '../helpers/readers.ts'
import { placePrograms } from './programs.ts'
import type { Means } from './ways/means.ts'
import type { Reach } from './ways/way.ts'

/** A terminal with nothing between, a plain bridge, and the course's server on two rungs. */
export const NAMES = ['bare', 'naive', 'plain', 'own'] as const
export type Name = (typeof NAMES)[number]

/** One that takes part in a round. */
export interface Contestant {
  readonly name: Name
  readonly reach: Reach
  /** The server's process; 0 for `bare`, which has none. */
  readonly pid: number
  /** Resolves when everything has ended that its clients had. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** Nobody here is refused for having too much. */
const LIMITS = { benches: 1000, benchesPerReader: 1000 } as const

/** Starts a contestant's server anew. */
export async function start(name: Name, means: Means): Promise<Contestant> {
  if (name === 'bare')
    return { name, reach: { way: 'bare', means }, pid: 0, settled: async () => {}, close: async () => {} }
  return name === 'naive' ? startNaive(means) : startBench(name, means)
}

async function startNaive(means: Means): Promise<Contestant> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'naive.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [port] = await once(createInterface(child.stdout), 'line')
  return {
    name: 'naive',
    reach: { way: 'naive', means, port: Number(port) },
    pid: child.pid as number,
    settled: async () => {},
    async close() {
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}

async function startBench(name: 'plain' | 'own', means: Means): Promise<Contestant> {
  const course = await startCourse({ apart: true, rung: name, limits: LIMITS })
  await placePrograms(course.folder, join(means.folder, 'lines.txt'), course.addLab)
  return {
    name,
    reach: { way: 'bench', port: course.port, key: keyOf(course.port) },
    pid: course.pid,
    settled: () => withoutBenches(course.port),
    close: () => course.close(),
  }
}

/** A bench outlives its page for some seconds. */
async function withoutBenches(port: number): Promise<void> {
  const { cookie, pass } = await enter(port)
  const ask = async (): Promise<Health> => {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, {
      headers: { Cookie: cookie, [PASS_HEADER]: pass, Connection: 'close' },
    })
    return answer.json()
  }
  while ((await ask()).inside?.benches !== 0) await pause(50)
}
