import { once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 12825
const holder = createServer()
holder.listen(PORT, '127.0.0.1')
await once(holder, 'listening').catch(portInUse)
console.log(`Holding TCP port ${PORT} of 127.0.0.1.`)

const [connection] = await once(holder, 'connection')
console.log(`Connected from port ${connection.remotePort}.`)
connection.resume() // until the other end closes
await once(connection, 'end')
connection.destroy()
holder.close()

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
