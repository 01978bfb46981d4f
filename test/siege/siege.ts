import { BOMBS, explode, flood, spin } from './bombs.ts'
import { crowd } from './crowd.ts'
import { dieUnread, killServer } from './death.ts'
import type { Finding, Report } from './finding.ts'
import { fuzz } from './fuzz.ts'
import { stormGate } from './gate.ts'
import { idle } from './idlers.ts'
import { Stronghold } from './stronghold.ts'

/** How hard the siege is. */
export interface Force {
  readonly frames: number
  readonly seed: number
  /** Connections of strangers who say nothing; that takes long, so it may be none. */
  readonly idlers: number
  /** The bombs that are let off, by their names. */
  readonly bombs: readonly string[]
  /** What a run may print, in megabytes. */
  readonly output: number
  readonly benches: number
  /** Benches that are open when the server is killed. */
  readonly widows: number
  readonly unread: number
}

export const WHOLE: Force = {
  frames: 20_000,
  seed: 1,
  idlers: 1100,
  bombs: Object.keys(BOMBS),
  output: 1024,
  benches: 200,
  widows: 8,
  unread: 60,
}

/** The same attacks in the time that a test may take. */
export const BOUNDED: Force = {
  frames: 5000,
  seed: 2,
  idlers: 0,
  bombs: ['fork bomb', 'memory hog', 'disk filler', 'filler of shared memory'],
  output: 64,
  benches: 40,
  widows: 3,
  unread: 60,
}

/** Every attack by its name, in the order in which they are made. */
export function attacksOf(force: Force): Record<string, () => Promise<Finding[]>> {
  const within = async (attack: (stronghold: Stronghold) => Promise<Finding[]>) => {
    const stronghold = await Stronghold.build({ output: force.output * 1024 ** 2 })
    try {
      return await attack(stronghold)
    } finally {
      await stronghold.close()
    }
  }
  const watched = (
    attack: (stronghold: Stronghold, watch: Awaited<ReturnType<Stronghold['watch']>>) => Promise<Finding[]>,
  ) => within(async (stronghold) => attack(stronghold, await stronghold.watch()))
  return {
    'strangers at the gate': () => within(stormGate),
    'frames that nobody would send': () => watched((hold, watch) => fuzz(hold, watch, force.frames, force.seed)),
    ...(force.idlers > 0 && {
      'strangers who say nothing': () => watched((hold, watch) => idle(hold, watch, force.idlers)),
    }),
    ...Object.fromEntries(
      force.bombs.map((name) => {
        const bomb = BOMBS[name]
        if (bomb === undefined) throw new Error(`There is no bomb named ${name}.`)
        return [name, () => watched((hold, watch) => explode(hold, watch, bomb))]
      }),
    ),
    'programs that never rest': () => watched(spin),
    'output without end': () => watched((hold, watch) => flood(hold, watch, force.output)),
    'many benches': () => crowd(force.benches),
    'unread input of the dead': () => watched((hold, watch) => dieUnread(hold, watch, force.unread)),
    'the server is killed': () => killServer(force.widows),
  }
}

/** Makes an attack. One that breaks off has failed. */
export async function report(attack: string, make: () => Promise<Finding[]>): Promise<Report> {
  const began = performance.now()
  const failed = (error: Error): Finding[] => [
    { what: 'was not carried through', seen: error.message.split('\n')[0] ?? '', wanted: '', holds: false },
  ]
  const findings = await make().catch(failed)
  return { attack, took: performance.now() - began, findings }
}
