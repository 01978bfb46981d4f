import { once } from 'node:events'
import { connect } from 'node:net'

const PORT = 12824
const text = `你好😀${process.env.TOKEN ?? 'no token'}`
const data = Buffer.from(text)

const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
connection.setNoDelay() // each piece shall leave at once
connection.write(data)
connection.end()
connection.resume()
await once(connection, 'close')
console.log(`Sent ${data.length} bytes: ${text}`)

function refused(error: NodeJS.ErrnoException) {
  if (error.code !== 'ECONNREFUSED') throw error
  console.error(
    `Nobody is listening on 127.0.0.1, port ${PORT}.`,
    'Is a server running, and on that port?',
  )
  process.exit(1)
}
