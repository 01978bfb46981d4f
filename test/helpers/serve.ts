/**
 * The course's server in a process of its own, for tests that measure or kill it: `node serve.ts FOLDER`.
 * It ends with its standard input, so that a test that fails leaves no server behind.
 */
import { join } from 'node:path'
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { endOrphans } from '../../labs/bench/leftovers.ts'
import { builtPages } from '../../labs/server/pages.ts'
import { CourseServer } from '../../labs/server/server.ts'

const [folder = ''] = process.argv.slice(2)

endOrphans()
const server = new CourseServer({
  folder,
  interpreters: await findInterpreters(),
  version: '0.0.0',
  pages: builtPages(join(folder, 'dist')),
})
console.log(await server.listen(0))
const end = () => void server.close().then(() => process.exit(0))
process.once('SIGTERM', end)
process.stdin.resume().once('end', end)
