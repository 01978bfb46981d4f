import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const PORT = 12824
const text = `你好😀${process.env.TOKEN ?? 'no token'}`
const data = Buffer.from(text)

const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
connection.setNoDelay() // each piece shall leave at once
for (let at = 0; at < data.length; at += 3) {
  connection.write(data.subarray(at, at + 3))
  await sleep(50) // milliseconds
}
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
