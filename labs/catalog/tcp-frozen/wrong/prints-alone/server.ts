import { once } from 'node:events'
import { createServer } from 'node:net'

const HOST = '10.0.0.2'
const PORT = 12824
const server = createServer()
server.listen(PORT, HOST, 128) // queue length
await once(server, 'listening').catch(portInUse)
console.log(`Waiting for a connection on port ${PORT}.`)

const [connection] = await once(server, 'connection')
console.log(`Connected from port ${connection.remotePort}.`)
await once(connection, 'readable')
const data = connection.read() ?? Buffer.of() // at the end
const text = data.toString()
console.log(process.env.TOKEN)
console.log(`Received ${data.length} bytes: ${text}`)
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
