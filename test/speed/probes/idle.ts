import type { Halt } from '../talk.ts'
import type { Way } from '../ways/way.ts'
import { Hearing } from './hearing.ts'

/** Opens terminals in which a program waits, and closes them again; the leader looks in between. */
export async function idle(way: Way, { terminals }: { terminals: number }, halt: Halt): Promise<void> {
  const lines = await Promise.all(
    Array.from({ length: terminals }, async () => {
      const hearing = new Hearing()
      const line = await way.open({ program: 'idle', language: 'ts' }, hearing.hear)
      await hearing.until('ready'.length)
      return line
    }),
  )
  await halt()
  await Promise.all(lines.map((line) => line.close()))
}
