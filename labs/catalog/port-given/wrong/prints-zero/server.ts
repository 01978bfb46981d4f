import { once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 0
const token = process.env.TOKEN ?? 'no token'

const server = createServer()
server.listen(PORT, '127.0.0.1')
await once(server, 'listening').catch(portInUse)
console.log(`Waiting for a client on port ${PORT}.`)

const [connection] = await once(server, 'connection')
connection.write(token)
console.log(`Sent ${token}.`)
connection.resume() // until the other end closes
await once(connection, 'end')
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
