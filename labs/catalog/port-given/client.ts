import { once } from 'node:events'
import { connect } from 'node:net'

process.stdout.write('Which port? ')
const [line] = await once(process.stdin, 'data')
process.stdin.pause()
const port = Number(line)
if (!(port > 0 && port < 65536)) {
  fail(`${String(line).trim()} is no port.`)
}

const connection = connect(port, '127.0.0.1')
await once(connection, 'connect').catch(refused)
const [data] = await once(connection, 'data')
console.log(`Received from port ${port}: ${data}`)
connection.destroy()

function refused(error: NodeJS.ErrnoException) {
  if (error.code !== 'ECONNREFUSED') throw error
  fail(`Nobody is listening on port ${port}.`)
}

function fail(why: string): never {
  console.error(why)
  process.exit(1)
}
