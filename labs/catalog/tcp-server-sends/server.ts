import { once } from 'node:events'
import { createServer } from 'node:net'
import iconv from 'iconv-lite'

const PORT = 12824
const server = createServer()
server.listen(PORT, '127.0.0.1', 128) // queue length
await once(server, 'listening').catch(portInUse)
console.log(`Waiting for a connection on port ${PORT}.`)

const [connection] = await once(server, 'connection')
console.log(`Connected from port ${connection.remotePort}.`)

const data = iconv.encode('TCP数据', 'gbk')
connection.end(data)
await once(connection, 'finish') // all handed over
console.log(`Sent ${data.length} bytes: TCP数据`)
connection.destroy()
server.close()

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
