import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const PORT = 12825 // the relay's
const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
for (const word of ['你好', '网络', 'socket']) {
  const data = Buffer.from(word)
  connection.write(data)
  console.log(`Sent ${data.length} bytes: ${word}`)
  await sleep(100)
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
