import { once } from 'node:events'
import { connect } from 'node:net'

const PORT = 12825 // the relay's
const token = process.env.TOKEN ?? 'no token'

const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
for (const text of ['数据', '', token]) {
  const data = Buffer.from(text)
  // Four bytes that say how many follow.
  const header = Buffer.alloc(4)
  header.writeUInt32BE(data.length)
  connection.write(Buffer.concat([header, data]))
  console.log(`Sent 4 + ${data.length} bytes: "${text}"`)
}
connection.end()
connection.resume()
await once(connection, 'close')

function refused(error: NodeJS.ErrnoException) {
  if (error.code !== 'ECONNREFUSED') throw error
  console.error(
    `Nobody is listening on 127.0.0.1, port ${PORT}.`,
    'Is a relay running, and on that port?',
  )
  process.exit(1)
}
