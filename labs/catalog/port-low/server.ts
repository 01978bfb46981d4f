import { once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 80
const server = createServer()
server.listen(PORT, '127.0.0.1')
await once(server, 'listening').catch(notMine)
console.log(`Waiting for a connection on port ${PORT}.`)

const [connection] = await once(server, 'connection')
console.log(`Connected from port ${connection.remotePort}.`)
connection.resume() // until the other end closes
await once(connection, 'end')
connection.destroy()
server.close()

function notMine(error: NodeJS.ErrnoException) {
  if (error.code === 'EACCES') {
    console.error(`I may not bind port ${PORT} (EACCES).`)
    process.exit(1)
  }
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
