import { once } from 'node:events'
import { connect } from 'node:net'

const HOST = '10.0.0.2'
const PORT = 12824
const token = process.env.TOKEN ?? 'no token'

const connection = connect(PORT, HOST)
await once(connection, 'connect').catch(failed)
console.log(`Connected from port ${connection.localPort}.`)

connection.end(token)
await once(connection, 'finish') // all handed over
console.log(`Sent ${token.length} bytes: ${token}`)
connection.destroy()

function failed(error: NodeJS.ErrnoException) {
  if (error.code === 'ECONNREFUSED') {
    console.error(`Nobody is listening on port ${PORT}.`)
  } else if (error.code === 'ETIMEDOUT') {
    console.error(`No answer from ${HOST}, port ${PORT}.`)
  } else throw error
  process.exit(1)
}
