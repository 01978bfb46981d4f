/**
 * The course's server in a process of its own, for tests that measure or kill it: `node serve.ts FOLDER [RUNG [LIMITS]]`.
 * Prints its port and its key. LIMITS are some of the limits, as JSON. It ends with its standard input, so that a test
 * that fails leaves no server behind. Run with `--expose-gc`, it answers SIGUSR2 with the bytes of its heap that are in use.
 */
import { endOrphans } from '../../labs/bench/leftovers.ts'
import type { Rung } from '../../labs/protocol.ts'
import { CourseServer } from '../../labs/server/server.ts'
import { testParts } from './parts.ts'

const [folder = '', rung = 'plain', limits = '{}'] = process.argv.slice(2)

endOrphans()
const parts = await testParts(folder, rung as Rung)
const server = new CourseServer({ ...parts, limits: { ...parts.limits, ...JSON.parse(limits) } })
console.log(`${await server.listen(0)} ${server.key}`)
const end = () => void server.close().then(() => process.exit(0))
process.on('SIGUSR2', () => {
  globalThis.gc?.()
  console.log(process.memoryUsage().heapUsed)
})
process.once('SIGTERM', end)
process.stdin.resume().once('end', end)
