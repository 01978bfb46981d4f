import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { findStanding } from '../../labs/bench/network/ladder.ts'
import { OwnNetwork } from '../../labs/bench/network/own.ts'
import { PlainNetwork } from '../../labs/bench/network/plain.ts'
import { homePolicy } from '../../labs/bench/network/policy.ts'
import { type Network, readNetwork } from '../../labs/network.ts'
import { COURSE } from './course.ts'

export const POLICY = homePolicy(COURSE)

const interpreters = await findInterpreters(POLICY.become.length > 0 ? POLICY.user : null)
const standing = await findStanding({ folder: COURSE, interpreters, policy: POLICY }, null)

/** Why no network of its own can be had here, in the system's words; null when one can. */
export const whyNoOwnNetwork =
  standing.rung === 'own' ? null : (standing.obstacles.map(({ kind, detail }) => `${kind}: ${detail}`).join() ?? '')

/** A Python that programs may run; null where there is none. */
export const PYTHON = interpreters.py?.path ?? null

/** The machine as it is. */
export const PLAIN = new PlainNetwork(COURSE, POLICY)

/** A network of its own; one host with loopback only, when nothing is said. */
export async function openOwnNetwork(definition?: unknown): Promise<OwnNetwork> {
  const own = new OwnNetwork(COURSE, interpreters.py?.path ?? '', POLICY)
  await own.build(checked(definition))
  return own
}

function checked(definition: unknown): Network {
  return readNetwork(definition, (what) => {
    throw new Error(what)
  })
}
