import { setTimeout as pause } from 'node:timers/promises'
import { GRACE } from '../../../labs/bench/bench.ts'
import type { Contestant } from '../contestants.ts'
import type { Figure } from '../figures.ts'
import { Client } from '../leader.ts'
import { type Holdings, holdingsOf, Memory } from '../process.ts'
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
  const looks: (() => void)[] = []
  for (const contestant of servers(round)) looks.push(await openAndClose(contestant, round))
  // A bench ends some seconds after its page has left, and with it the holder of its network.
  await pause(GRACE.left + AFTER)
  for (const look of looks) look()
}

/** Resolves when all are closed, with what is to be done when benches have ended. */
async function openAndClose({ name, reach, pid }: Contestant, { note }: Round): Promise<() => void> {
  const client = new Client('idle', reach, { terminals: TERMINALS })
  await client.halted()
  await pause(AFTER)
  const before = holdingsOf(pid)
  const memory = new Memory(pid)
  client.goOn()
  await client.halted()
  await pause(AFTER)
  note(MEMORY, name, (memory.growth * 1000) / TERMINALS)
  client.goOn()
  await client.result
  return () => {
    const after = holdingsOf(pid)
    for (const what of Object.keys(LEFT) as (keyof Holdings)[]) note(LEFT[what], name, after[what] - before[what])
  }
}
