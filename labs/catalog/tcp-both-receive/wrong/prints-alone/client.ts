import { once } from 'node:events'
import { connect } from 'node:net'
import iconv from 'iconv-lite'

const PORT = 12824
const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
const port = connection.localPort
console.log(`Connected from port ${port} to port ${PORT}.`)
console.log('Waiting for bytes from the server.')

connection.write('hello')
await once(connection, 'readable')
const data = connection.read() ?? Buffer.of() // at the end
let text = 'the other end has closed.'
if (data.length > 0) text = iconv.decode(data, 'gbk')
console.log(`Received ${data.length} bytes: ${text}`)
connection.destroy()

function refused(error: NodeJS.ErrnoException) {
  if (error.code !== 'ECONNREFUSED') throw error
  console.error(
    `Nobody is listening on 127.0.0.1, port ${PORT}.`,
    'Is a server running, and on that port?',
  )
  process.exit(1)
}
