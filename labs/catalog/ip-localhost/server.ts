import { once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 12836
const server = createServer()
server.listen(PORT, '127.0.0.1', 128) // queue length
await once(server, 'listening').catch(portInUse)
console.log(`Waiting on 127.0.0.1, port ${PORT}.`)

const [connection] = await once(server, 'connection')
console.log(`${connection.remoteAddress} came in.`)
connection.resume()
await once(connection, 'end') // until it leaves
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
