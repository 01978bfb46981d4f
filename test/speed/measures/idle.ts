import { setTimeout as pause } from 'node:timers/promises'
import type { Contestant } from '../contestants.ts'
import type { Figure } from '../figures.ts'
import { Client } from '../leader.ts'
import { type Holdings, holdingsOf, Memory } from '../process.ts'
import type { Reach } from '../ways/way.ts'
import { type Measure, type Round, servers } from './measure.ts'

const TERMINALS = 50

/** How long after the last of something is looked, in ms. */
const AFTER = 1000

const MEMORY: Figure = {
  title: `${TERMINALS} idle terminals, each costs the server`,
  unit: 'KB',
  goal: { at: 'most', value: 50 },
}
const left = (what: string): Figure => ({
  title: `${TERMINALS} terminals, 1 s after the last has ended: ${what} more than before`,
  unit: 'in number',
  goal: { at: 'most', value: 0 },
})
const LEFT: Record<keyof Holdings, Figure> = {
  descriptors: left('descriptors'),
  threads: left('threads'),
  processes: left('processes'),
}

/** What fifty waiting programs cost their server, and what is left when they have ended. */
export const idle: Measure = async (round) => {
  const contestants = servers(round)
  // The first of everything is not what one more costs.
  await Promise.all(contestants.map(({ reach }) => openSome(reach, 1)))
  const looks: (() => Promise<void>)[] = []
  for (const contestant of contestants) looks.push(await openAndClose(contestant, round))
  for (const look of looks) await look()
}

/** Resolves when all are closed, with what is to be done then. */
async function openAndClose({ name, reach, pid, settled }: Contestant, { note }: Round): Promise<() => Promise<void>> {
  await settled()
  const before = holdingsOf(pid)
  const memory = new Memory(pid)
  await openSome(reach, TERMINALS, () => note(MEMORY, name, (memory.growth * 1000) / TERMINALS))
  return async () => {
    await settled()
    await pause(AFTER)
    const after = holdingsOf(pid)
    for (const what of Object.keys(LEFT) as (keyof Holdings)[]) note(LEFT[what], name, after[what] - before[what])
  }
}

/** Opens terminals, looks when all have been there for a while, and closes them. */
async function openSome(reach: Reach, terminals: number, look = () => {}): Promise<void> {
  const client = new Client('idle', reach, { terminals })
  await client.halted()
  await pause(AFTER)
  look()
  client.goOn()
  await client.result
  await pause(AFTER)
}
