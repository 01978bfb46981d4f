import { once } from 'node:events'
import { connect } from 'node:net'

const PORT = 12824
const data = Buffer.alloc(100_000)

const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
connection.end(data)
await once(connection, 'finish') // all is taken
console.log(`Sent ${data.length} bytes with one call.`)
connection.resume()
await once(connection, 'close')

function refused(error: NodeJS.ErrnoException) {
  if (error.code !== 'ECONNREFUSED') throw error
  console.error(
    `Nobody is listening on 127.0.0.1, port ${PORT}.`,
    'Is a server running, and on that port?',
  )
  process.exit(1)
}
