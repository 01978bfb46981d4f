/** Prints what the ladder finds for a process of its own: `node standing.ts FOLDER [RUNG]`. */
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { findStanding } from '../../labs/bench/network/ladder.ts'
import { homePolicy } from '../../labs/bench/network/policy.ts'
import type { Rung } from '../../labs/protocol.ts'

const [folder = '', asked = null] = process.argv.slice(2)

const policy = homePolicy(folder)
const interpreters = await findInterpreters(policy.become.length > 0 ? policy.user : null)
console.log(JSON.stringify(await findStanding({ folder, interpreters, policy }, asked as Rung | null)))
