import { once } from 'node:events'
import { connect } from 'node:net'

const PORT = 12824
const piece = Buffer.alloc(10_000)

const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
let sent = 0
let more = true
while (more && sent < 90_000) {
  more = connection.write(piece)
  sent += piece.length
  console.log(`write(10000) said ${more}.`)
}
const queued = connection.writableLength
console.log(`${queued} of ${sent} bytes wait in Node.`)

if (!more) await once(connection, 'drain')
connection.end(Buffer.alloc(90_000 - sent))
await once(connection, 'finish')
console.log('Now all are taken.')
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
