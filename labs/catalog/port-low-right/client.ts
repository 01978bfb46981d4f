import { once } from 'node:events'
import { connect } from 'node:net'

const PORT = 80
const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
const port = connection.localPort
console.log(`Connected from port ${port} to port ${PORT}.`)
connection.destroy()

function refused(error: NodeJS.ErrnoException) {
  if (error.code !== 'ECONNREFUSED') throw error
  console.error(
    `Nobody is listening on 127.0.0.1, port ${PORT}.`,
    'Is a server running, and on that port?',
  )
  process.exit(1)
}
