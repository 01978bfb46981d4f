import { join } from 'node:path'
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { Networks } from '../../labs/bench/network/networks.ts'
import { homePolicy } from '../../labs/bench/network/policy.ts'
import { HOME_LIMITS } from '../../labs/limits.ts'
import type { Rung } from '../../labs/protocol.ts'
import { builtPages } from '../../labs/server/pages.ts'
import type { Parts } from '../../labs/server/server.ts'

/** What a test's server is made of. Without Python, no rung but `plain` and `none` can be had. */
export async function testParts(folder: string, rung: Rung = 'plain', python = true): Promise<Parts> {
  const policy = homePolicy(folder)
  const user = policy.become.length > 0 ? policy.user : null
  const interpreters = await findInterpreters(user, python ? undefined : [])
  return {
    folder,
    interpreters,
    policy,
    limits: HOME_LIMITS,
    networks: new Networks(rung, folder, interpreters.py?.path ?? null, policy),
    obstacles: [],
    version: '0.0.0',
    pages: builtPages(join(folder, 'dist')),
  }
}
