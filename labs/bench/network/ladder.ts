import { accessSync } from 'node:fs'
import { readNetwork } from '../../network.ts'
import type { Rung } from '../../protocol.ts'
import type { FoundInterpreters } from '../interpreters.ts'
import { OwnNetwork } from './own.ts'
import type { Policy } from './policy.ts'

/** The rung that was found, and for each better one why it was not. */
export interface Standing {
  readonly rung: Rung
  readonly obstacles: readonly Obstacle[]
}

/** Why a rung cannot be had. `kind` is worded for readers; `detail` is what the system said. */
export interface Obstacle {
  readonly rung: 'own' | 'plain'
  readonly kind: ObstacleKind
  readonly detail: string
}

export const OBSTACLES = ['asked', 'other-system', 'no-python', 'no-unshare', 'forbidden', 'unreadable'] as const
export type ObstacleKind = (typeof OBSTACLES)[number]

/**
 * Finds the best rung that works here, by trying it once.
 * @param asked the rung the reader asked for, or null; better ones are then not tried
 */
export async function findStanding(
  folder: string,
  interpreters: FoundInterpreters,
  policy: Policy,
  asked: Rung | null,
): Promise<Standing> {
  const obstacles: Obstacle[] = []
  const refuse = (rung: 'own' | 'plain', kind: ObstacleKind, detail = '') => obstacles.push({ rung, kind, detail })
  if (asked === null || asked === 'own') {
    const obstacle = await tryOwn(folder, interpreters, policy)
    if (obstacle === null) return { rung: 'own', obstacles }
    obstacles.push(obstacle)
  } else refuse('own', 'asked', asked)
  if (asked === 'none') refuse('plain', 'asked', asked)
  else return { rung: 'plain', obstacles }
  return { rung: 'none', obstacles }
}

async function tryOwn(folder: string, found: FoundInterpreters, policy: Policy): Promise<Obstacle | null> {
  const rung = 'own'
  if (process.platform !== 'linux') return { rung, kind: 'other-system', detail: process.platform }
  const python = found.py?.path
  if (python === undefined) return { rung, kind: 'no-python', detail: 'python3' }
  if (!canFind('unshare')) return { rung, kind: 'no-unshare', detail: 'unshare' }
  const own = new OwnNetwork(folder, python, policy)
  try {
    await own.build(
      readNetwork(undefined, (what) => {
        throw new Error(what)
      }),
    )
    return null
  } catch (error) {
    return { rung, kind: 'forbidden', detail: (error as Error).message.split('\n').at(-1) ?? '' }
  } finally {
    await own.close()
  }
}

function canFind(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(`${folder}/${command}`)
      return true
    } catch {
      return false
    }
  })
}
